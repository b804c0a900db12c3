import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { caseIdOf, changeKeys } from "../../src/breakglass/stored.js";
import { commentKeys } from "../flows/break-glass/time/cases.js";
import { Receiver } from "../flows/break-glass/time/receiver.js";
import type { PlannedFault } from "../github/http/faults.js";
import { openTestStore, type PostgresServer, sharedPostgres, type TestStore } from "../support/postgres.js";
import type { AppProcess } from "../support/process.js";
import { Killable } from "./killable.js";

jest.setTimeout(600_000);

/** More requests than one push makes: a walk that gets here goes in circles. */
const TOO_MANY = 40;

describe("the app, killed between a direct push and the case that everybody knows of", () => {
  let postgres: PostgresServer;
  let receiver: Receiver;
  let killable: Killable;
  let store: TestStore;
  let app: AppProcess;
  /** Taken by the next alert, which then gets no answer. */
  let onAlert: (() => void) | null = null;

  beforeAll(async () => {
    postgres = await sharedPostgres();
    receiver = await Receiver.start((response) => {
      if (onAlert === null) response.writeHead(204).end();
      else onAlert();
      onAlert = null;
    });
    const url = await postgres.createDatabase();
    killable = await Killable.create(url, {
      ...receiver.variables("siem"),
      COUNTERSIGN_ALLOW_PRIVATE_TARGETS: "127.0.0.1",
    });
    await push(".github/countersign.yml", POLICY);
    app = await killable.start();
    await killable.settled(app);
    store = await openTestStore(url, "/nonexistent");
  });
  afterAll(async () => {
    await store.close();
    await killable.close();
    await receiver.close();
    await postgres.stop();
  });

  /** No budget is passed, however many rounds there are. */
  const POLICY = [
    "version: 1",
    "breakGlass:",
    "  acknowledge: { people: [1] }",
    "  routes: [{ channels: [siem] }]",
    "  budget: { percent: 100, days: 1 }",
    "",
  ].join("\n");

  const push = async (path: string, text: string): Promise<string> =>
    await killable.repository.push(killable.alice, "main", { message: "Push", files: { [path]: text } });

  /** Holds the answer to the `nth` request from now on, and to none before it. */
  function holdAnswer(nth: number): PlannedFault {
    const { faults } = killable.github;
    for (let passing = 1; passing < nth; passing += 1) faults.next({}, { kind: "slow" }).release();
    return faults.next({}, { kind: "slow" });
  }

  /** Pushes, kills the app once `moment` has come and starts it again. Tells whether it came before all was done. */
  async function disturb(round: number, moment: Promise<unknown>): Promise<{ killed: boolean; oid: string }> {
    const oid = await push(`round-${round}.yaml`, `round: ${round}\n`);
    await killable.webhooksTaken();
    let dying = false;
    const rest = killable.settled(app).catch((error: unknown) => {
      // Killed, it tells us nothing more of its queue.
      if (!dying) throw error;
    });
    const killed = await Promise.race([moment.then(() => true), rest.then(() => false)]);
    if (killed) {
      dying = true;
      await app.kill();
      await rest;
      killable.github.faults.clear();
      app = await killable.start();
      await killable.settled(app);
    }
    killable.github.faults.clear();
    return { killed, oid };
  }

  it("at any request to GitHub leaves one case, one issue, each comment once, and no record twice", async () => {
    const ends: unknown[] = [];
    // The first app has its token by now, those that are started anew have not.
    for (let step = 1, killed = true; killed && step < TOO_MANY; step += 1) {
      const round = await disturb(step, holdAnswer(step).met);
      killed = round.killed;
      ends.push(await endOf(round.oid));
    }
    expect(ends.at(-1)).toEqual({
      state: "landed",
      announced: true,
      issues: 1,
      comments: ["landed"],
      alerts: 1,
      records: ["push", "break-glass"],
      timers: 18,
    });
    expect(ends).toEqual(ends.map(() => ends.at(-1)));
    expect(ends.length).toBeGreaterThan(10);
    // Nor under another name: each push is one change, and so is that of the policy.
    const records = await store.listRecords(killable.organization.account.id, 0, 10_000);
    const moves = records.filter(({ kind }) => kind === "push").map(({ commitOid }) => commitOid);
    expect(moves).toHaveLength(ends.length + 1);
    expect(new Set(moves).size).toBe(moves.length);
    expect(killable.repository.issues()).toHaveLength(ends.length);
  });

  it("while an alert is under way sends it again, under the same id", async () => {
    const sent = new Promise<void>((resolve) => {
      onAlert = resolve;
    });
    const { killed, oid } = await disturb(TOO_MANY, sent);
    expect(killed).toBe(true);
    const told = receiver.about(caseIdFor(oid));
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(await endOf(oid)).toMatchObject({ announced: true, issues: 1, comments: ["landed"], alerts: 1 });
  });

  const keyOf = (oid: string): string => changeKeys.forward(killable.repository.repo.id, "main", oid);
  const caseIdFor = (oid: string): string => caseIdOf(keyOf(oid));

  /** What a push left behind, save for what names this one. */
  async function endOf(oid: string): Promise<unknown> {
    const tenantId = killable.organization.account.id;
    const [key, id] = [keyOf(oid), caseIdFor(oid)];
    const stored = await store.findCase(tenantId, id);
    const issues = killable.repository.issues().filter(({ title }) => title.includes(id));
    const records = await store.listRecords(tenantId, 0, 10_000);
    const own = records.filter(({ changeKey }) => changeKey === key || changeKey.startsWith(`${id}/`));
    return {
      state: stored?.state,
      announced: stored !== null && stored.announcedAt !== null,
      issues: issues.length,
      comments: issues.flatMap((issue) => commentKeys(issue, id)).map((name) => name.split(":")[0]),
      alerts: new Set(receiver.about(id).map((told) => told.id)).size,
      records: own.map(({ kind }) => kind),
      timers: (await store.timersOf(tenantId, id)).length,
    };
  }
});
