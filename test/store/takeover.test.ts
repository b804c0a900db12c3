import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Pool, type PoolClient } from "pg";
import { Database } from "../../src/store/database.js";
import { Lease } from "../../src/store/queue/takeover.js";
import { startWorker } from "../../src/store/queue/worker.js";
import { silentLogger } from "../support/logger.js";
import { handlersThat } from "./idle-handlers.js";
import { openTestStore, type PostgresServer, sharedPostgres, type TestStore } from "../support/postgres.js";

/** Starts a process that hangs in its job, and resolves when it does. */
async function startHanging(databaseUrl: string | null, dataDir: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "test/store/hanging-worker.ts", databaseUrl ?? "", dataDir],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, NODE_OPTIONS: "" } },
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => {
      resolve();
    });
    child.once("exit", (code) => {
      reject(new Error(`the process ended by itself with ${String(code)}`));
    });
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}

/** Does what is due and says which deliveries that were, with the attempt. */
async function work(store: TestStore): Promise<unknown[]> {
  const seen: unknown[] = [];
  const nothing = (): Promise<void> => Promise.resolve();
  const handlers = handlersThat(nothing, {
    "process-delivery": ({ guid }, { attempt }) => {
      seen.push([guid, attempt]);
      return nothing();
    },
  });
  const worker = await startWorker(store, handlers, { concurrency: 1, logger: silentLogger });
  await worker.drained();
  await worker.stop();
  return seen;
}

describe("a process that is killed in the middle of a job", () => {
  let server: PostgresServer;
  let dataDir: string;
  beforeAll(async () => {
    server = await sharedPostgres();
    dataDir = await mkdtemp(join(tmpdir(), "countersign-killed-"));
  });
  afterAll(async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it("keeps its job for as long as it lives, and loses it at once when it dies", async () => {
    const url = await server.createDatabase();
    const child = await startHanging(url, dataDir);
    const store = await openTestStore(url, dataDir);

    // Alive: another worker starts beside it and takes nothing.
    expect(await store.queueStatus()).toMatchObject({ running: 1 });
    const beside = await startWorker(store, neverCalled, { concurrency: 1, logger: silentLogger });
    await beside.stop();
    expect(await store.queueStatus()).toMatchObject({ running: 1 });

    await kill(child);
    await untilSessionsEnd(store);
    expect(await work(store)).toEqual([["killed", 2]]);
    expect(await store.queueStatus()).toEqual({ waiting: 0, running: 0, dead: [] });
    await store.close();
  });

  it("gives its lease up once, also where the server ends the session a moment later", async () => {
    const pool = new Pool({ connectionString: await server.createDatabase() });
    const held: PoolClient[] = [];
    pool.on("acquire", (client) => held.push(client));
    pool.on("error", () => undefined);
    const database = new Database({ pool, embedded: false, release: () => pool.end() });
    const lease = await Lease.take(database, "leaving", silentLogger);
    lease.release();
    for (const client of held) client.emit("error", new Error("terminating connection"));
    await pool.end();
  });

  it("leaves an embedded database that opens again with all it had promised", async () => {
    const child = await startHanging(null, dataDir);
    await expect(openTestStore(null, dataDir)).rejects.toMatchObject({ code: "store-unavailable" });

    await kill(child);
    const store = await openTestStore(null, dataDir);
    expect(await store.findDelivery("killed")).toMatchObject({ event: "push", processedAt: null });
    expect(await work(store)).toEqual([["killed", 2]]);
    await store.close();
  });
});

const refuse = (): Promise<void> => Promise.reject(new Error("no job is due"));
const neverCalled = handlersThat(refuse);

/** The server notices a killed client when the kernel closes its sockets: soon, but not in the same instant. */
async function untilSessionsEnd(store: TestStore): Promise<void> {
  const locks = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'";
  while ((await store.sql(locks)).length > 0) await new Promise(setImmediate);
}
