import { simpleUser } from "../../render/accounts.js";
import { checkSuiteEvent } from "../../render/checks.js";
import { pushedCommit } from "../../render/commits.js";
import { repository } from "../../render/repository.js";
import { changedFiles } from "../git/changed-files.js";
import type { CommitObject } from "../git/commit-object.js";
import { closeOrphans, mergeIndirectly, moveHeads } from "./followers.js";
import type { Account, ActivityType, Repo } from "../model.js";
import { tell } from "../telling.js";
import { fullName, reaches, type World } from "../world.js";

export const NO_OBJECT = "0".repeat(40);

/** One ref that moved: `null` where it was not there before, or is not there any more. */
export interface RefUpdate {
  readonly ref: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * All that follows from a ref that has already moved, in GitHub's order: the activity log, `push`, check suites, then the
 * pull requests whose head or base it is.
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
  const branch = update.ref.slice("refs/heads/".length);
  if (update.after === null) {
    await closeOrphans(world, repo, branch, actor);
    return;
  }
  await requestSuites(world, repo, update);
  await moveHeads(world, repo, branch, update.after, actor);
  if (update.before !== null) {
    await mergeIndirectly(world, repo, branch, { before: update.before, after: update.after }, actor);
  }
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
    // Here alone GitHub writes these two times in seconds since 1970.
    repository: {
      ...repository(world, repo),
      created_at: Date.parse(repo.createdAt) / 1_000,
      pushed_at: Date.parse(repo.pushedAt) / 1_000,
    },
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
