import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type PostgresServer, sharedPostgres } from "../support/postgres.js";
import type { AppProcess } from "../support/process.js";
import { CHECK_NAMES, Killable, PATIENCE_MS } from "./killable.js";

jest.setTimeout(PATIENCE_MS);

const FACTS = { operation: "PullRequestFacts" };
const SLOW = { kind: "slow" } as const;

describe.each(["postgres", "embedded"] as const)("the app, killed and started again, on %s", (kind) => {
  let postgres: PostgresServer | null = null;
  let killable: Killable;
  let app: AppProcess;

  beforeAll(async () => {
    postgres = kind === "postgres" ? await sharedPostgres() : null;
    killable = await Killable.create((await postgres?.createDatabase()) ?? null);
    app = await killable.start();
  });
  afterAll(async () => {
    await killable.close();
    await postgres?.stop();
  });

  it("loses nothing between a webhook and the check runs", async () => {
    const facts = killable.github.faults.next(FACTS, SLOW);
    const pull = await killable.openPull("asked");
    await facts.met;
    await app.kill();
    expect(killable.checkRuns(pull)).toEqual([]);

    app = await killable.start();
    facts.release();
    await killable.settled(app);
    expect(killable.checkRuns(pull).map(({ name }) => name)).toEqual(CHECK_NAMES);
  });

  it("doubles no check run that GitHub took without our hearing of it", async () => {
    const answer = killable.github.faults.next({ operation: "checks/create" }, SLOW);
    const pull = await killable.openPull("posted");
    await answer.met;
    await app.kill();
    const [taken, ...others] = killable.checkRuns(pull);
    expect([taken?.name, others]).toEqual(["countersign", []]);

    app = await killable.start();
    answer.release();
    await killable.settled(app);
    const runs = killable.checkRuns(pull);
    expect(runs.map(({ name }) => name)).toEqual(CHECK_NAMES);
    expect(runs[0]).toBe(taken);
  });

  it("writes one record of a merge, however often it begins", async () => {
    const pull = await killable.openPull("merged");
    await killable.settled(app);
    const facts = killable.github.faults.next(FACTS, SLOW);
    const commitOid = await pull.merge(killable.alice);
    await killable.webhooksTaken();
    await facts.met;
    await app.kill();
    expect(await killable.mergeRecords()).toEqual([]);

    app = await killable.start();
    facts.release();
    await killable.settled(app);
    expect(await app.terminate()).toEqual({ code: 0, signal: null });
    expect(await killable.mergeRecords()).toMatchObject([
      { pullNumber: pull.number, headOid: pull.headOid, commitOid },
    ]);
  });
});
