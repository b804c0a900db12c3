import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { PlannedFault } from "../github/http/faults.js";
import type { PullRequestHandle } from "../github/scenario.js";
import { openTestStore, type PostgresServer, sharedPostgres, type TestStore } from "../support/postgres.js";
import type { AppProcess } from "../support/process.js";
import { CHECK_NAMES, Killable, PATIENCE_MS } from "./killable.js";

jest.setTimeout(PATIENCE_MS);

/** More requests than one piece of work makes: a walk that gets here goes in circles. */
const TOO_MANY = 20;

describe("the app, killed at each of its requests to GitHub", () => {
  let postgres: PostgresServer;
  let killable: Killable;
  let store: TestStore;
  let app: AppProcess;

  beforeAll(async () => {
    postgres = await sharedPostgres();
    const url = await postgres.createDatabase();
    killable = await Killable.create(url);
    app = await killable.start();
    store = await openTestStore(url, "/nonexistent");
  });
  afterAll(async () => {
    await store.close();
    await killable.close();
    await postgres.stop();
  });

  /** Holds the answer to the `nth` request from now on, and to none before it. */
  function holdAnswer(nth: number): PlannedFault {
    const { faults } = killable.github;
    for (let passing = 1; passing < nth; passing += 1) faults.next({}, { kind: "slow" }).release();
    return faults.next({}, { kind: "slow" });
  }

  /**
   * Lets the app work while GitHub holds the answer to its `nth` request, kills it there and starts it again. Tells
   * whether it came to that: where there were fewer requests, nothing disturbed the work.
   */
  async function disturb<T>(nth: number, begin: () => Promise<T>): Promise<{ killed: boolean; begun: T }> {
    const { faults } = killable.github;
    const held = holdAnswer(nth);
    const begun = await begin();
    await killable.webhooksTaken();
    let dying = false;
    const rest = killable.settled(app).catch((error: unknown) => {
      // Killed, it tells us nothing more of its queue.
      if (!dying) throw error;
    });
    const killed = await Promise.race([held.met.then(() => true), rest.then(() => false)]);
    if (killed) {
      dying = true;
      await app.kill();
      await rest;
      faults.clear();
      app = await killable.start();
      await killable.settled(app);
    }
    faults.clear();
    return { killed, begun };
  }

  it("evaluates a pull request as if nothing had happened", async () => {
    const ends: unknown[] = [];
    // The first app has no token yet, so its first request is not that of those which follow it: hence from 0.
    for (let step = 0, killed = true; killed && step < TOO_MANY; step += 1) {
      const round = await disturb(Math.max(step, 1), () => killable.openPull(`walk-${step}`));
      killed = round.killed;
      ends.push(await evaluation(round.begun));
    }
    expect(ends.at(-1)).toMatchObject({ runs: CHECK_NAMES.map((name) => ({ name })), decisions: 1 });
    expect(ends).toEqual(ends.map(() => ends.at(-1)));
    // Killed at the token, the facts and five check runs, and not any more.
    expect(ends).toHaveLength(8);
  });

  /** What an evaluation left behind, save for what names this one pull request. */
  async function evaluation(pull: PullRequestHandle): Promise<unknown> {
    const decisions = await store.sql("SELECT 1 FROM decisions WHERE pull_number = $1", [pull.number]);
    const own = new RegExp(`(?:#|pull/)${pull.number}\\b|${pull.headOid.slice(0, 7)}[0-9a-f]*`, "g");
    const runs = killable.checkRuns(pull).map(({ name, conclusion, externalId, title, summary }) => ({
      ...{ name, conclusion, title },
      // The revision; what follows it is of what the check says, which names the pull request.
      externalId: externalId.replace(/:[0-9a-f]+$/, ""),
      summary: summary?.replaceAll(own, "its own"),
    }));
    return { runs, decisions: decisions.length };
  }
});
