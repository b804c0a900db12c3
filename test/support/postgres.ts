import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe } from "@jest/globals";
import type pg from "pg";
import { type Clock, systemClock } from "../../src/clock.js";
import { type OpenedStore, openStore } from "../../src/store/open.js";
import { embeddedFolder, sharedPostgres } from "./database/shared.js";
import { silentLogger } from "./logger.js";

export { sharedPostgres } from "./database/shared.js";
export { freePort, type PostgresServer, startPostgres } from "./database/server.js";

/** A store for a test, with what is needed to look under it and to open it a second time. */
export interface TestStore extends OpenedStore {
  /** `null` for the embedded database. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Runs raw SQL, as an operator or an intruder with the app's own rights would. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
}

/**
 * Runs a suite twice: on the embedded database and on a PostgreSQL server. `store()` gives the open store inside of
 * tests; it is one for the whole suite, so tests use ids of their own (`freshId`).
 */
export function eachDatabase(
  name: string,
  suite: (store: () => TestStore) => void,
  clock: Clock = systemClock,
): void {
  describe.each(["embedded", "postgres"] as const)(`${name} on %s`, (kind) => {
    let open: { store: TestStore; close: () => Promise<void> } | undefined;

    beforeAll(async () => {
      open = kind === "embedded" ? await openOnEmbedded(clock) : await openOnPostgres(clock);
    });
    afterAll(async () => {
      await open?.close();
    });

    suite(() => {
      if (open === undefined) throw new Error("the store is open only inside of tests");
      return open.store;
    });
  });
}

let nextId = 1_000;

/** An id that no other test of this file uses. */
export function freshId(): number {
  nextId += 1;
  return nextId;
}

/** Opens a store and adds what tests need. */
export async function openTestStore(
  databaseUrl: string | null,
  dataDir: string,
  clock: Clock = systemClock,
): Promise<TestStore> {
  const store = await openStore({ databaseUrl, dataDir, logger: silentLogger, clock });
  const sql = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await store.database.pool.query<Row>(text, values)).rows;
  return { ...store, databaseUrl, dataDir, sql };
}

async function openOnEmbedded(clock: Clock): Promise<{ store: TestStore; close: () => Promise<void> }> {
  const dataDir = await embeddedFolder();
  const store = await openTestStore(null, dataDir, clock);
  return {
    store,
    close: async () => {
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function openOnPostgres(clock: Clock): Promise<{ store: TestStore; close: () => Promise<void> }> {
  const server = await sharedPostgres();
  try {
    const store = await openTestStore(await server.createDatabase(), "/nonexistent", clock);
    return {
      store,
      close: async () => {
        await store.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
