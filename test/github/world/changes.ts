import { organization, simpleUser } from "../render/accounts.js";
import { checkSuiteEvent } from "../render/checks.js";
import { pushedCommit } from "../render/commits.js";
import { fullPull, review as reviewJson, simplePull } from "../render/pulls.js";
import { repository } from "../render/repository.js";
import { changedFiles } from "./changed-files.js";
import type { CommitObject } from "./commit-object.js";
import type { Json } from "./json.js";
import type { Account, ActivityType, PullRequest, Repo } from "./model.js";
import { requirements } from "./protection.js";
import { fullName, reaches, type World } from "./world.js";

export const NO_OBJECT = "0".repeat(40);

/** One ref that moved: `null` where it was not there before, or is not there any more. */
export interface RefUpdate {
  readonly ref: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Tells the world of something that happened in a repository; `details` may show the repository in a way of their own.
 * With `permissions`, only those hear of it who hold one of them.
 */
export function tell(
  world: World,
  repo: Repo,
  sender: Account,
  name: string,
  action: string | null,
  details: Json,
  permissions?: readonly string[],
): void {
  const payload = {
    ...(action === null ? {} : { action }),
    repository: repository(world, repo),
    ...details,
    ...(repo.owner.type === "Organization" ? { organization: organization(world, repo.owner) } : {}),
    sender: simpleUser(world, sender),
  };
  const needed = permissions === undefined ? {} : { permissions };
  world.emit({ name, action, account: repo.owner, repo, installation: null, payload, ...needed });
}

export async function tellPull(
  world: World,
  pull: PullRequest,
  sender: Account,
  action: string,
  details: Json = {},
): Promise<void> {
  const pullRequest = await fullPull(world, pull);
  tell(world, pull.repo, sender, "pull_request", action, {
    number: pull.number,
    pull_request: pullRequest,
    ...details,
  });
}

/**
 * All that follows from a ref that has already moved, in GitHub's order: the activity log, `push`, check suites, then the
 * pull requests whose head it is.
 */
export async function refMoved(
  world: World,
  repo: Repo,
  update: RefUpdate,
  actor: Account,
  merge: Extract<ActivityType, "pr_merge" | "merge_queue_merge"> | null = null,
): Promise<void> {
  const forced = await isForced(repo, update);
  repo.pushedAt = world.now();
  logActivity(world, repo, update, actor, merge ?? activityType(update, forced));
  if (!update.ref.startsWith("refs/heads/")) return;
  await tellPush(world, repo, update, actor, forced);
  if (update.after === null) return;
  await requestSuites(world, repo, update);
  await synchronize(world, repo, update.ref.slice("refs/heads/".length), update.after, actor);
}

async function isForced(repo: Repo, { before, after }: RefUpdate): Promise<boolean> {
  return before !== null && after !== null && !(await repo.git.isAncestor(before, after));
}

function activityType({ before, after }: RefUpdate, forced: boolean): ActivityType {
  if (before === null) return "branch_creation";
  if (after === null) return "branch_deletion";
  return forced ? "force_push" : "push";
}

function logActivity(world: World, repo: Repo, update: RefUpdate, actor: Account, type: ActivityType): void {
  repo.activities.push({
    id: world.id(),
    ref: update.ref,
    before: update.before ?? NO_OBJECT,
    after: update.after ?? NO_OBJECT,
    actor,
    type,
    at: world.now(),
  });
}

/** GitHub lists at most this many commits in a push. */
const PUSH_COMMITS = 2_048;

async function tellPush(
  world: World,
  repo: Repo,
  update: RefUpdate,
  actor: Account,
  forced: boolean,
): Promise<void> {
  const { before, after } = update;
  const oids = after === null ? [] : before === null ? [after] : await repo.git.between(before, after);
  const listed = oids.slice(-PUSH_COMMITS);
  const files = await changedFiles(repo.git, after === null ? [] : [...listed, after]);
  const show = (commit: CommitObject) => pushedCommit(world, repo, commit, files(commit.oid));
  const commits = (await repo.git.commits(listed)).map(show);
  const head = after === null ? null : await repo.git.commitObject(after);
  tell(world, repo, actor, "push", null, {
    ref: update.ref,
    before: before ?? NO_OBJECT,
    after: after ?? NO_OBJECT,
    base_ref: null,
    created: before === null,
    deleted: after === null,
    forced,
    compare: `${world.url}/${fullName(repo)}/compare/${before ?? NO_OBJECT}...${after ?? NO_OBJECT}`,
    commits,
    head_commit: head === null ? null : show(head),
    pusher: { name: actor.login, email: actor.emails[0] ?? null },
  });
}

/** GitHub opens a check suite for each app that may write checks, and asks only that app to fill it. */
async function requestSuites(world: World, repo: Repo, { ref, before, after }: RefUpdate): Promise<void> {
  if (after === null) return;
  for (const installation of world.installations.filter((entry) => reaches(entry, repo))) {
    const { app } = installation;
    if (installation.permissions["checks"] !== "write") continue;
    if (repo.checkSuites.some((suite) => suite.app === app && suite.oid === after)) continue;
    const branch = ref.slice("refs/heads/".length);
    const suite = {
      id: world.id(),
      app,
      oid: after,
      branch,
      before,
      createdAt: world.now(),
      updatedAt: world.now(),
    };
    repo.checkSuites.push(suite);
    const payload = {
      action: "requested",
      check_suite: await checkSuiteEvent(world, repo, suite),
      repository: repository(world, repo),
      sender: simpleUser(world, app.bot),
    };
    world.emit({
      name: "check_suite",
      action: "requested",
      account: repo.owner,
      repo,
      installation,
      payload,
    });
  }
}

async function synchronize(
  world: World,
  repo: Repo,
  branch: string,
  oid: string,
  actor: Account,
): Promise<void> {
  const pulls = world.repositories.flatMap((base) =>
    base.pulls.filter(
      ({ state, head, headOid }) =>
        state === "open" && head.repo === repo && head.ref === branch && headOid !== oid,
    ),
  );
  for (const pull of pulls) await moveHead(world, pull, oid, actor);
}

async function moveHead(world: World, pull: PullRequest, oid: string, actor: Account): Promise<void> {
  const before = pull.headOid;
  await storeHead(pull, oid);
  pull.headOid = oid;
  pull.baseOid = (await pull.repo.git.tip(`refs/heads/${pull.baseRef}`)) ?? pull.baseOid;
  pull.lastPusher = actor;
  pull.updatedAt = world.now();
  const stale =
    requirements(pull.repo, pull.baseRef).reviews?.dismissStale === true ? dismissApprovals(pull) : [];
  await tellPull(world, pull, actor, "synchronize", { before, after: oid });
  for (const entry of stale) tellReview(world, pull, entry, actor, "dismissed");
}

/** The head as the base repository keeps it, also of a fork. */
export async function storeHead(pull: PullRequest, oid: string): Promise<void> {
  const { git } = pull.repo;
  const ref = `refs/pull/${pull.number}/head`;
  if (pull.head.repo !== pull.repo) await git.fetch(pull.head.repo.git, `refs/heads/${pull.head.ref}`, ref);
  await git.setRef(ref, oid);
}

function dismissApprovals(pull: PullRequest): PullRequest["reviews"] {
  const stale = pull.reviews.filter(({ state }) => state === "APPROVED");
  for (const entry of stale) entry.state = "DISMISSED";
  return stale;
}

export function tellReview(
  world: World,
  pull: PullRequest,
  entry: PullRequest["reviews"][number],
  sender: Account,
  action: "submitted" | "dismissed" | "edited",
): void {
  const rendered = reviewJson(world, pull, entry);
  tell(world, pull.repo, sender, "pull_request_review", action, {
    // Webhooks write the state in lower case, REST in upper case.
    review: { ...rendered, state: entry.state.toLowerCase() },
    pull_request: simplePull(world, pull),
    ...(action === "edited" ? { changes: {} } : {}),
  });
}
