import { systemClock } from "../clock.js";
import { loadEnvironmentFile, readDatabaseConfig } from "../config.js";
import { silentLogger } from "../logger.js";
import { openStore } from "../store/open.js";
import type { Store } from "../store/store.js";

/** Opens the database that the environment names, for as long as `work` takes. */
export async function withStore(work: (store: Store) => Promise<number>): Promise<number> {
  loadEnvironmentFile();
  const store = await openStore({ ...readDatabaseConfig(), logger: silentLogger, clock: systemClock });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
