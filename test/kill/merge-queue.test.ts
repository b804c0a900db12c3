import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { PlannedFault } from "../github/http/faults.js";
import type { QueuedGroup } from "../github/world/model.js";
import { openTestStore, type PostgresServer, sharedPostgres, type TestStore } from "../support/postgres.js";
import type { AppProcess } from "../support/process.js";
import { CHECK_NAMES, Killable } from "./killable.js";

jest.setTimeout(600_000);

/** More requests than one group makes: a walk that gets here goes in circles. */
const TOO_MANY = 40;

describe("the app, killed at every other request that a merge group makes", () => {
  let postgres: PostgresServer;
  let killable: Killable;
  let store: TestStore;
  let app: AppProcess;

  beforeAll(async () => {
    postgres = await sharedPostgres();
    const url = await postgres.createDatabase();
    killable = await Killable.create(url);
    killable.repository.ruleset({ rules: [{ type: "merge_queue", parameters: PARAMETERS }, CHECK] });
    app = await killable.start();
    store = await openTestStore(url, "/nonexistent");
  });
  afterAll(async () => {
    await store.close();
    await killable.close();
    await postgres.stop();
  });

  const PARAMETERS = {
    check_response_timeout_minutes: 60,
    grouping_strategy: "ALLGREEN",
    max_entries_to_build: 5,
    max_entries_to_merge: 5,
    merge_method: "MERGE",
    min_entries_to_merge: 1,
    min_entries_to_merge_wait_minutes: 5,
  };
  /** Nobody reports it on a group, which so stays in the queue while the app is killed. */
  const CHECK = {
    type: "required_status_checks",
    parameters: { required_status_checks: [{ context: "ci" }], strict_required_status_checks_policy: false },
  };

  /** Holds the answer to the `nth` request from now on, and to none before it. */
  function holdAnswer(nth: number): PlannedFault {
    const { faults } = killable.github;
    for (let passing = 1; passing < nth; passing += 1) faults.next({}, { kind: "slow" }).release();
    return faults.next({}, { kind: "slow" });
  }

  /** A pull request goes into the queue, and the app is killed at the `nth` request. Tells whether it came to that. */
  async function disturb(nth: number): Promise<{ killed: boolean; group: QueuedGroup }> {
    const { repository, alice, github } = killable;
    const pull = await killable.openPull(`walk-${nth}`);
    await repository.status(alice, pull.headOid, "ci", "success");
    await killable.settled(app);
    const held = holdAnswer(nth);
    const group = await repository.enqueue([pull]);
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
      github.faults.clear();
      app = await killable.start();
      await killable.settled(app);
    }
    github.faults.clear();
    return { killed, group };
  }

  it("judges the group as if nothing had happened", async () => {
    const ends: unknown[] = [];
    // Each round starts a process, which takes seconds: the requests in between are not tried.
    for (let step = 1, killed = true; killed && step < TOO_MANY; step += 2) {
      const round = await disturb(step);
      killed = round.killed;
      ends.push(await endOf(round.group));
      // The next one is alone in the queue again.
      await killable.repository.status(killable.alice, round.group.headOid, "ci", "failure");
      await killable.settled(app);
    }
    expect(ends.at(-1)).toEqual({ runs: CHECK_NAMES, decisions: 1 });
    expect(ends).toEqual(ends.map(() => ends.at(-1)));
    expect(ends.length).toBeGreaterThan(CHECK_NAMES.length);
  });

  async function endOf({ headOid }: QueuedGroup): Promise<unknown> {
    const decisions = await store.sql("SELECT 1 FROM decisions WHERE head_oid = $1", [headOid]);
    const runs = killable.repository.repo.checkRuns.filter(
      ({ suite }) => suite.oid === headOid && suite.app === killable.github.app,
    );
    return { runs: runs.map(({ name }) => name).sort(), decisions: decisions.length };
  }
});
