import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { RepositoryHandle } from "../github/scenario.js";
import { Cast, CHECKS } from "../support/cast.js";
import { type PostgresServer, startPostgres } from "../support/postgres.js";
import { RecordBook } from "../support/record-book.js";
import { RunningClock } from "../support/scene.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import { until } from "../support/until.js";
import { Stage } from "./stage.js";

jest.setTimeout(180_000);

const MINUTE_MS = 60_000;
const GREEN = Object.fromEntries(CHECKS.map((name) => [name, "success"]));

let postgres: PostgresServer;
let keyring: Keyring;
let stage: Stage;
let cast: Cast;
/** How far the app's clock is ahead of GitHub's by now. */
let ahead = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  keyring = await createKeyring();
  const clock = new RunningClock();
  const databaseUrl = await postgres.createDatabase();
  stage = await Stage.open({ databaseUrl, clock, githubClock: new RunningClock() });
  const keys = {
    alice: await keyring.sshKey({ comment: "alice@laptop" }),
    bob: await keyring.gpgKey({ name: "bob", email: "bob@example.com" }),
  };
  cast = new Cast(stage, clock, keyring, keys);
});
afterAll(async () => {
  await stage.close();
  await keyring.dispose();
  await postgres.stop();
});

describe.each([
  ["ahead of", 5],
  ["behind", -5],
])("a clock five minutes %s GitHub's", (_side, minutes) => {
  beforeAll(() => {
    cast.clock.advance((minutes - ahead) * MINUTE_MS);
    ahead = minutes;
  });

  const repository = async (name: string): Promise<RepositoryHandle> =>
    await cast.repository(`${name}-${minutes > 0 ? "ahead" : "behind"}`);

  it("records a change that was green when it was merged as such, and one that was red as a bypass", async () => {
    const repo = await repository("merges");
    const good = await cast.greenPull(repo, "good");
    expect(cast.conclusions(repo, good.headOid)).toEqual(GREEN);
    const bad = await cast.openPull(repo, "bad");
    await stage.settled();
    await cast.merge(good, cast.admin);
    await cast.merge(bad, cast.admin);
    expect(await cast.records(good)).toMatchObject([{ bypass: false, outcome: "passed" }]);
    expect(await cast.records(bad)).toMatchObject([{ bypass: true }]);
    const cases = await new RecordBook(stage.app.store, repo.repo).cases();
    expect(cases).toMatchObject([{ pullNumber: bad.number }]);
  });

  it("takes a green verdict off a pull request that is retargeted to a stricter branch at once", async () => {
    const { alice, bob, github } = cast;
    const repo = await repository("retargeted");
    const lenient = cast.policy().replace(/results:\n.*\n/, "");
    await cast.pushToBase(repo, { ".github/countersign.yml": lenient }, "release/1");
    cast.protect(repo, "release/1");
    const pull = await cast.openPull(repo, "topic", { base: "release/1" });
    pull.review(bob, "APPROVE");
    await stage.settled();
    expect(cast.check(repo, pull.headOid).conclusion).toBe("success");
    const facts = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
    await pull.edit(alice, { base: "main" });
    // While the look at it is held up.
    await facts.met;
    await until(
      () => (cast.check(repo, pull.headOid).conclusion === "success" ? null : true),
      () => "it stays green until it is judged anew",
      15_000,
    );
    facts.release();
    await stage.settled();
    expect(cast.check(repo, pull.headOid).conclusion).toBe("failure");
  });

  it("sees that protection was off for a moment, and who pushed around it", async () => {
    const { admin, alice } = cast;
    const repo = await repository("protection");
    const pull = await cast.greenPull(repo, "topic");
    const [rule] = repo.repo.protections;
    if (rule === undefined) throw new Error("nothing protects the branch");
    repo.unprotect(rule);
    await pull.merge(alice);
    cast.protect(repo, "main");
    await stage.settled();
    await cast.pushToBase(repo, { "README.md": "# Around\n" });
    await stage.settled();
    await stage.hurried();
    await stage.settled();
    expect(await cast.records(pull)).toMatchObject([{ bypass: true }]);
    const book = new RecordBook(stage.app.store, repo.repo);
    expect(await book.pushes()).toMatchObject([{ bypass: true }]);
    expect((await book.cases()).flatMap((found) => book.hands(found))).toContainEqual([
      admin.login,
      "pusher",
    ]);
  });
});
