import type { Person, CommitOptions } from "../../../support/git.js";
import { gpgTime } from "../../../support/signing.js";
import { refMoved } from "./changes.js";
import type { Account, PullRequest } from "../model.js";
import { mayBypass, mergeBlockers } from "./protection.js";
import { Refusal } from "../refusal.js";
import { tellPull } from "../telling.js";
import type { World } from "../world.js";
import type { CommitObject } from "../git/commit-object.js";

export type MergeMethod = "merge" | "squash" | "rebase";

export interface MergeOptions {
  readonly method?: MergeMethod;
  /** Refuse if the head is another one. */
  readonly headOid?: string;
  readonly title?: string;
  readonly message?: string;
}

/**
 * Merges as GitHub does: refuses with 405 what the branch's rules do not allow, unless the actor may bypass them; makes
 * the commits, moves the base branch, closes the pull request.
 */
export async function mergePull(
  world: World,
  pull: PullRequest,
  actor: Account,
  options: MergeOptions = {},
): Promise<string> {
  if (pull.state !== "open" || pull.draft) throw new Refusal(405, "Pull Request is not mergeable");
  if (options.headOid !== undefined && options.headOid !== pull.headOid) {
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  }
  const blockers = await mergeBlockers(world, pull);
  if (blockers.length > 0 && !mayBypass(world, pull.repo, pull.baseRef, actor, "merge")) {
    throw new Refusal(405, blockers.join(" "));
  }
  const ref = `refs/heads/${pull.baseRef}`;
  const before = await pull.repo.git.tip(ref);
  if (before === null) throw new Refusal(405, "Base branch was deleted");
  const oid = await makeCommits(world, pull, actor, before, options);
  await pull.repo.git.setRef(ref, oid);
  await settle(world, pull, actor, before, oid, options.method);
  await refMoved(world, pull.repo, { ref, before, after: oid }, actor, "pr_merge");
  return oid;
}

/** The pull request is merged and closed, and that is told. */
export async function settle(
  world: World,
  pull: PullRequest,
  actor: Account,
  before: string,
  oid: string,
  method: MergeMethod | undefined,
): Promise<void> {
  const at = world.now();
  const commits = method === "rebase" ? await pull.repo.git.between(before, oid) : [oid];
  Object.assign(pull, {
    state: "closed",
    closedAt: at,
    updatedAt: at,
    merge: { oid, by: actor, at, commits },
  });
  await tellPull(world, pull, actor, "closed");
}

/** The commits that merging makes, on top of `base`; gives the last of them. */
export async function makeCommits(
  world: World,
  pull: PullRequest,
  actor: Account,
  base: string,
  options: MergeOptions,
): Promise<string> {
  const { git } = pull.repo;
  if (options.method === "rebase") return await rebase(world, pull, actor, base);
  const tree = await git.mergedTree(base, pull.headOid);
  if (tree === null) throw new Refusal(405, "Merge conflict");
  const squash = options.method === "squash";
  const title = options.title ?? (squash ? `${pull.title} (#${pull.number})` : mergeTitle(pull));
  return await commitTree(world, pull, {
    tree,
    parents: squash ? [base] : [base, pull.headOid],
    message: `${title}\n\n${options.message ?? (squash ? "" : pull.title)}`.trimEnd(),
    author: squash ? personOf(pull.author) : personOf(actor),
  });
}

/** The merge that GitHub keeps ready for an open pull request under `refs/pull/N/merge`, or `null` where it conflicts. */
export async function testMerge(world: World, pull: PullRequest): Promise<string | null> {
  if (pull.state !== "open") return null;
  const { git } = pull.repo;
  const base = await git.tip(`refs/heads/${pull.baseRef}`);
  const tree = base === null ? null : await git.mergedTree(base, pull.headOid);
  if (base === null || tree === null) return null;
  const person = { name: pull.author.name, email: personOf(pull.author).email };
  const made = await git.git(["commit-tree", tree, "-p", base, "-p", pull.headOid], {
    env: {
      ...identity(world, person, world.webFlow.person),
      GIT_AUTHOR_DATE: pull.updatedAt,
      GIT_COMMITTER_DATE: pull.updatedAt,
    },
    input: `Merge ${pull.headOid} into ${base}\n`,
  });
  const oid = made.toString("latin1").trim();
  await git.setRef(`refs/pull/${pull.number}/merge`, oid);
  return oid;
}

function mergeTitle(pull: PullRequest): string {
  return `Merge pull request #${pull.number} from ${pull.head.repo.owner.login}/${pull.head.ref}`;
}

function personOf(account: Account): Person {
  const email = account.emails[0] ?? `${account.id}+${account.login}@users.noreply.github.com`;
  return { name: account.name, email };
}

interface TreeCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Person;
}

/** Merge and squash commits are committed and signed by web-flow. */
async function commitTree(world: World, pull: PullRequest, commit: TreeCommit): Promise<string> {
  const key = await world.webFlow.key();
  const config = Object.entries(key.gitConfig).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const made = await pull.repo.git.git([...config, "commit-tree", commit.tree, ...parents, "-S"], {
    env: {
      ...key.env,
      GPG_CLOCK: gpgTime(world.clock.now()),
      ...identity(world, commit.author, world.webFlow.person),
    },
    input: `${commit.message}\n`,
  });
  return made.toString("latin1").trim();
}

/** Rebased commits keep their author, are committed by whoever merges, and lose their signature. */
async function rebase(world: World, pull: PullRequest, actor: Account, base: string): Promise<string> {
  const { git } = pull.repo;
  let tip = base;
  for (const commit of await git.commits(await git.between(pull.baseOid, pull.headOid))) {
    if (commit.parents.length > 1) continue;
    tip = await replay(world, pull, actor, tip, commit);
  }
  return tip;
}

async function replay(
  world: World,
  pull: PullRequest,
  actor: Account,
  tip: string,
  commit: CommitObject,
): Promise<string> {
  const { git } = pull.repo;
  const parent = commit.parents[0] ?? tip;
  // A stand-in for the tip whose parent is the commit's own: so the merge base is what the commit was made on.
  const standIn = await git.git(["commit-tree", `${tip}^{tree}`, "-p", parent], {
    env: identity(world, commit.author, personOf(actor)),
  });
  const tree = await git.mergedTree(standIn.toString("latin1").trim(), commit.oid);
  if (tree === null) throw new Refusal(405, "This branch can't be rebased");
  const made = await git.git(["commit-tree", tree, "-p", tip], {
    env: { ...identity(world, commit.author, personOf(actor)), GIT_AUTHOR_DATE: commit.author.date },
    input: commit.message,
  });
  return made.toString("latin1").trim();
}

function identity(
  world: World,
  author: Person,
  committer: NonNullable<CommitOptions["committer"]>,
): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: world.now(),
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: world.now(),
  };
}
