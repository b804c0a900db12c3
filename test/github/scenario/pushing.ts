import type { CommitOptions, Person } from "../../support/git.js";
import type { Account, Repo } from "../world/model.js";
import { updateRef } from "../world/branches/push-rules.js";
import { fullName, type World } from "../world/world.js";
import type { UserHandle } from "./user.js";

export interface PushOptions extends Omit<CommitOptions, "author" | "branch"> {
  /** Who the commit says wrote it; the pusher where it is left out. */
  readonly author?: Person;
}

/** @throws if there is no such branch */
export async function tipOf(repo: Repo, branch: string): Promise<string> {
  const oid = await repo.git.tip(`refs/heads/${branch}`);
  if (oid === null) throw new Error(`${fullName(repo)} has no branch ${branch}`);
  return oid;
}

const SCRATCH = "loopback/scratch";

/** Makes a commit that no branch holds afterwards. */
export async function makeCommit(
  world: World,
  repo: Repo,
  options: Omit<CommitOptions, "branch">,
): Promise<string> {
  const oid = await repo.git.commit({ date: world.clock.now(), ...options, branch: SCRATCH });
  await repo.git.setRef(`refs/heads/${SCRATCH}`, null);
  return oid;
}

/** A commit on top of a branch, or of the default branch where it is new, and its push. */
export async function commitAndPush(
  world: World,
  repo: Repo,
  user: UserHandle,
  branch: string,
  options: PushOptions,
): Promise<string> {
  const tip = (await repo.git.tip(`refs/heads/${branch}`)) ?? (await tipOf(repo, repo.defaultBranch));
  const oid = await makeCommit(world, repo, { author: user.person, parents: [tip], ...options });
  await pushRef(world, repo, user.account, branch, oid);
  return oid;
}

/** Moves, makes or (with `null`) deletes a branch as a push does. @throws Refusal 403 where rules keep it out */
export async function pushRef(
  world: World,
  repo: Repo,
  actor: Account,
  branch: string,
  oid: string | null,
): Promise<void> {
  await updateRef(world, repo, actor, `refs/heads/${branch}`, oid);
}
