import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type RunningWorker, startWorker } from "../../src/store/queue/worker.js";
import { type Line, layLine } from "../support/line.js";
import { silentLogger } from "../support/logger.js";
import { openTestStore, type PostgresServer, startPostgres, type TestStore } from "../support/postgres.js";
import { until } from "../support/until.js";
import { handlersThat } from "./idle-handlers.js";

/** Long enough for attempts to reach the database to fail. */
const AWAY_MS = 2_500;

describe("a worker whose database is away for a while", () => {
  let postgres: PostgresServer;
  let line: Line;
  let store: TestStore;
  let direct: TestStore;
  let worker: RunningWorker;
  /** What happens in a job: replaced by each test. */
  let work: () => Promise<void> = () => Promise.resolve();
  const done: string[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    const url = await postgres.createDatabase();
    line = await layLine(url);
    store = await openTestStore(line.url, "/nonexistent");
    direct = await openTestStore(url, "/nonexistent");
    const handlers = handlersThat(() => Promise.resolve(), {
      "process-delivery": async ({ guid }) => {
        await work();
        done.push(guid);
      },
    });
    worker = await startWorker(store, handlers, { concurrency: 2, logger: silentLogger });
  });
  afterAll(async () => {
    line.mend();
    await worker.stop();
    await store.close();
    await direct.close();
    await line.close();
    await postgres.stop();
  });

  const queue = (guid: string) => direct.enqueue({ task: "process-delivery", payload: { guid } });

  /** Has the database go away in the middle of a job, which then ends, and come back. */
  async function awayDuring(guid: string, end: () => void): Promise<void> {
    const begun = new Promise<void>((begin) => {
      work = async () => {
        work = () => Promise.resolve();
        begin();
        await new Promise((resolve) => setImmediate(resolve));
        line.cut();
        end();
      };
    });
    await queue(guid);
    await begun;
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    line.mend();
  }

  it.each([
    ["ended well", () => undefined],
    [
      "failed",
      () => {
        throw new Error("the job failed");
      },
    ],
  ])("does a job that %s meanwhile once more, and those that come after it", async (how, end) => {
    await awayDuring(how, end);
    await queue(`after ${how}`);
    // What had failed waits for its next attempt, some seconds from now.
    await direct.sql("UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL");
    await until(
      () => (done.includes(`after ${how}`) && done.lastIndexOf(how) >= 0 ? true : null),
      () => `done was: ${done.join(", ")}`,
      40_000,
    );
    await until(
      async () => ((await direct.queueStatus()).running === 0 ? true : null),
      () => "something runs on",
    );
    expect(await direct.queueStatus()).toEqual({ waiting: 0, running: 0, dead: [] });
  });
});
