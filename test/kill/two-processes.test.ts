import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Envelope } from "../github/http/webhooks.js";
import type { PullRequestHandle } from "../github/scenario.js";
import { type PostgresServer, sharedPostgres } from "../support/postgres.js";
import type { AppProcess } from "../support/process.js";
import { until } from "../support/until.js";
import { CHECK_NAMES, Killable, PATIENCE_MS } from "./killable.js";

jest.setTimeout(PATIENCE_MS);

describe("two processes on one database", () => {
  let postgres: PostgresServer;
  let killable: Killable;
  let processes: AppProcess[];

  beforeAll(async () => {
    postgres = await sharedPostgres();
    killable = await Killable.create(await postgres.createDatabase());
    // Both at once, on an empty database: one makes the tables, the other waits for them.
    processes = await Promise.all([killable.start(), killable.start()]);
  });
  afterAll(async () => {
    await killable.close();
    await postgres.stop();
  });

  /** Delivers what waits to both processes, each webhook to both of them at the same time, as a careless proxy might. */
  async function deliverToBoth(envelopes: readonly Envelope[]): Promise<void> {
    const { webhooks } = killable.github;
    for (const envelope of envelopes) {
      const deliveries = processes.map(async ({ url }) => {
        webhooks.url = `${url}/api/github/webhooks`;
        return await webhooks.deliver(envelope);
      });
      const statuses = (await Promise.all(deliveries)).map(({ statusCode }) => statusCode);
      expect(statuses).toEqual(processes.map(() => 202));
    }
  }

  /** Does something and delivers its webhooks, and those that follow from them, to both. */
  async function toBoth<T>(act: () => Promise<T>): Promise<T> {
    const { webhooks } = killable.github;
    webhooks.hold();
    const done = await act();
    while (webhooks.pending.length > 0) {
      await deliverToBoth([...webhooks.pending]);
      for (const app of processes) await killable.settled(app);
    }
    return done;
  }

  const names = (pull: PullRequestHandle) => killable.checkRuns(pull).map(({ name }) => name);

  it("make one set of check runs for a pull request, and one record of its merge", async () => {
    const pulls = await toBoth(async () => [
      await killable.openPull("left"),
      await killable.openPull("right"),
    ]);
    expect(pulls.map(names)).toEqual([CHECK_NAMES, CHECK_NAMES]);

    for (const pull of pulls) await toBoth(() => pull.merge(killable.alice));
    const records = await killable.records();
    expect(records.map(({ position }) => position)).toEqual(records.map((_record, place) => place));
    // Where the branch stood when it was first seen, once, and each merge, once.
    expect(records.map(({ kind, pullNumber }) => [kind, pullNumber])).toEqual([
      ["baseline", null],
      ...pulls.map(({ number }) => ["merge", number]),
    ]);
  });

  it("take over each other's jobs: one that is killed loses none", async () => {
    const { github } = killable;
    await Promise.all(processes.map((app) => app.terminate()));
    const doomed = await killable.start();
    await github.webhooks.resume();
    const facts = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
    const pull = await killable.openPull("orphaned");
    await facts.met;

    const survivor = await killable.start();
    const looked = github.count("PullRequestFacts");
    // It looks by itself for what it may have missed; then only the held job is left.
    await until(
      async () => ((await survivor.health()).running === 1 ? true : null),
      () => survivor.lastWords,
    );
    await doomed.kill();
    await killable.settled(survivor);
    expect(names(pull)).toEqual(CHECK_NAMES);
    expect(github.count("PullRequestFacts")).toBe(looked + 1);
  });
});
