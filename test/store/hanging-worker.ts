/**
 * A process to be killed: opens the store, starts a worker, and hangs in the first job it is given.
 * Arguments: the database URL ("" for the embedded database), the data folder.
 */
import { systemClock } from "../../src/clock.js";
import { openStore } from "../../src/store/open.js";
import { startWorker } from "../../src/store/queue/worker.js";
import { silentLogger } from "../support/logger.js";
import { handlersThat } from "./idle-handlers.js";

const [, , databaseUrl = "", dataDir = ""] = process.argv;
const hang = (): Promise<void> => {
  process.stdout.write("running\n");
  return new Promise(() => undefined);
};

const store = await openStore({
  databaseUrl: databaseUrl === "" ? null : databaseUrl,
  dataDir,
  logger: silentLogger,
  clock: systemClock,
});
await startWorker(store, handlersThat(hang), { concurrency: 1, logger: silentLogger });
await store.acceptDelivery({
  guid: "killed",
  event: "push",
  action: null,
  tenantId: 1,
  installationId: 1,
  receivedAt: new Date(),
  payload: Buffer.from("{}"),
});
