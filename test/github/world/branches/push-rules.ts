import { refMoved, type RefUpdate } from "./changes.js";
import type { Account, Repo } from "../model.js";
import { mayBypass, requirements } from "./protection.js";
import { Refusal } from "../refusal.js";
import type { World } from "../world.js";

/** Why the rules of a branch keep a push out, or `null` where they let it in. */
export function pushBlocker(
  world: World,
  repo: Repo,
  update: RefUpdate,
  actor: Account,
  forced: boolean,
): string | null {
  if (!update.ref.startsWith("refs/heads/")) return null;
  const branch = update.ref.slice("refs/heads/".length);
  // No rule, and no way past it: GitHub keeps a default branch while it is the default.
  if (update.after === null && branch === repo.defaultBranch) return "refusing to delete the current branch";
  if (mayBypass(world, repo, branch, actor, "push")) return null;
  const rules = requirements(repo, branch);
  if (rules.reviews !== null) return "Changes must be made through a pull request.";
  if (update.after === null && rules.deletionBlocked) return "Cannot delete this branch";
  if (forced && update.before !== null && update.after !== null && rules.forcePushBlocked) {
    return "Cannot force-push to this branch";
  }
  return null;
}

/** Moves, makes or (with `null`) deletes a ref as a push does. @throws Refusal 403 where rules keep it out */
export async function updateRef(
  world: World,
  repo: Repo,
  actor: Account,
  ref: string,
  oid: string | null,
): Promise<void> {
  const before = await repo.git.tip(ref);
  const update = { ref, before, after: oid };
  const forced = before !== null && oid !== null && !(await repo.git.isAncestor(before, oid));
  const blocker = pushBlocker(world, repo, update, actor, forced);
  if (blocker !== null)
    throw new Refusal(403, `GH006: Protected branch update failed for ${ref}. ${blocker}`);
  await repo.git.setRef(ref, oid);
  await refMoved(world, repo, update, actor);
}
