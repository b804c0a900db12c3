import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { type RunningApp, startApp } from "../../src/app.js";
import { GITHUB_LIMITS, type SecondaryLimits } from "../../src/github/budget/limits.js";
import { GITHUB_SECONDARY } from "../github/http/secondary-limits.js";
import type { PullRequestHandle, RepositoryHandle, UserHandle } from "../github/scenario.js";
import { CHECKS } from "../support/cast.js";
import { type PostgresServer, startPostgres } from "../support/postgres.js";
import { LOOPBACK, RunningClock, type Scene, startScene, WEBHOOK_SECRET } from "../support/scene.js";

jest.setTimeout(900_000);

/**
 * Enough for GitHub to refuse some within the first minute; one of 200 is played without the app, in no time, and with it
 * by `STORM_PULLS=200 npm test -- storm`.
 */
const PULLS = Number(process.env["STORM_PULLS"] ?? 40);
/** GitHub takes 900 points a minute, and five writes for each pull request, of five points each. */
const MOST_MS_A_PULL = 4_500;
/** How long the loopback GitHub takes is the machine's business. */
const LIMITS: SecondaryLimits = { ...GITHUB_LIMITS, timeAMinute: { graphql: 1e9, all: 1e9 } };
const POLICY = 'version: 1\nbranches: ["~DEFAULT_BRANCH"]\n';
const clock = new RunningClock();
let postgres: PostgresServer;
let scene: Scene;
let second: RunningApp;
let repository: RepositoryHandle;
let bot: UserHandle;
let reviewer: UserHandle;

beforeAll(async () => {
  postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase();
  scene = await startScene({ databaseUrl, clock, limits: LIMITS });
  const { github } = scene;
  github.limits.secondary = GITHUB_SECONDARY;
  second = await startApp(
    {
      app: { id: github.appId, privateKey: github.privateKey, webhookSecrets: [WEBHOOK_SECRET] },
      databaseUrl,
      dataDir: "/nonexistent",
      githubApiUrl: github.apiUrl,
      host: "127.0.0.1",
      port: 0,
      logLevel: "fatal",
      channels: [],
      privateTargets: LOOPBACK,
      opensPullRequests: false,
      deliveriesKeptDays: 30,
      docsUrl: null,
      limits: LIMITS,
    },
    clock,
  );
  const organization = github.organization("acme");
  [bot, reviewer] = [github.user("update-bot"), github.user("bob")];
  repository = await organization.repository("shop", { files: { ".github/countersign.yml": POLICY } });
  for (const user of [bot, reviewer]) repository.grant(user, "write");
  github.install(organization);
  await scene.settled();
});
afterAll(async () => {
  await second.stop();
  await scene.close();
  await postgres.stop();
});

/** Opens so many pull requests of one commit each, within a minute of the app's time, and has all webhooks sent at once. */
async function openStorm(): Promise<PullRequestHandle[]> {
  const branches = Array.from({ length: PULLS }, (_, index) => `bump-${index}`);
  const { git } = repository.repo;
  const [author, base] = ["update-bot <update-bot@example.com> 1800000000 +0000", await repository.tip()];
  const commits = branches.map((branch) =>
    [
      `commit refs/imported/${branch}`,
      `committer ${author}`,
      `data <<END\nBump ${branch}\nEND`,
      `from ${base}`,
      `M 100644 inline versions/${branch}\ndata <<END\n2.0.0\nEND\n`,
    ].join("\n"),
  );
  await git.git(["fast-import", "--quiet"], { input: commits.join("\n") });
  const imported = await git.refs("refs/imported/");
  scene.github.webhooks.hold();
  const pulls: PullRequestHandle[] = [];
  for (const branch of branches) {
    await repository.pushOid(bot, branch, imported.get(`refs/imported/${branch}`) ?? null);
    pulls.push(
      await repository.openPullRequest(bot, { head: branch, base: "main", title: `Bump ${branch}` }),
    );
  }
  await scene.github.webhooks.resume();
  return pulls;
}

const isJudged = (pull: PullRequestHandle): boolean =>
  scene.github.checkRuns(repository, pull.headOid).length === CHECKS.length;

/** Does what can be done now, by both processes; gives how many jobs were put off, and for how long the first of them. */
async function act(): Promise<{ waiting: number; forMs: number }> {
  await scene.settled();
  const [row] = await scene.sql<{ waiting: string; ms: string }>(
    `SELECT count(*) AS waiting, ceil(extract(epoch FROM min(run_at) - now()) * 1000) AS ms
       FROM graphile_worker.jobs WHERE task_identifier = ANY ($1)`,
    [["evaluate-pull-request", "publish-checks"]],
  );
  return { waiting: Number(row?.waiting), forMs: Math.max(1, Number(row?.ms)) };
}

/** Lets time pass, for the app and for the jobs that it put off, which wait by the database's clock. */
async function pass(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await scene.sql(
    `WITH sooner AS (
       UPDATE graphile_worker._private_jobs SET run_at = run_at - $1::float8 * interval '1 millisecond' RETURNING id
     )
     SELECT pg_notify('jobs:insert', json_build_object('r', random()::text, 'count', count(*))::text) FROM sooner`,
    [milliseconds],
  );
}

it("pull requests that come all at once are judged by two processes within GitHub's limits, one that is approved first", async () => {
  const { github } = scene;
  const pulls = await openStorm();
  const start = clock.now().getTime();
  const urgent = pulls[PULLS - 10];
  if (urgent === undefined) throw new Error("there is no such pull request");

  const first = await act();
  expect(first.waiting).toBeGreaterThan(PULLS / 2);
  expect(isJudged(urgent)).toBe(false);
  await pass(first.forMs);
  urgent.review(reviewer, "APPROVE");
  await act();
  // At once, although most of the others were there before it.
  expect(isJudged(urgent)).toBe(true);
  expect(pulls.filter(isJudged).length).toBeLessThan(PULLS / 2);

  for (let left = await act(); left.waiting > 0; left = await act()) await pass(left.forMs);
  expect(pulls.filter(isJudged)).toHaveLength(PULLS);
  expect(github.limits.refusals).toEqual([]);
  expect(github.requests.filter(({ status }) => status === 403 || status === 429)).toEqual([]);
  expect(clock.now().getTime() - start).toBeLessThan(PULLS * MOST_MS_A_PULL);
});
