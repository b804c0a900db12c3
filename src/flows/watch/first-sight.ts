import type { Installation } from "../../github/github.js";
import { isControlledBranch } from "../../policy/controlled.js";
import { resolvePolicy } from "../../policy/resolve.js";
import { readControlFilesAt } from "./move/read-move.js";
import type { BranchLook } from "./look.js";

/**
 * What the first look at a branch is to account for; `null` if the branch is not a controlled one.
 *
 * Where it stood before the push that made us look decides, and that push is judged. A branch that only becomes
 * controlled by what was pushed is accounted for from there on.
 */
export async function atFirstSight(installation: Installation, look: BranchLook): Promise<BranchLook | null> {
  const { attribution, pushes } = look;
  const { baseline, tip } = attribution;
  if (baseline === null) return null;
  if (await isControlledAt(installation, look, baseline)) return look;
  if (tip === null || tip === baseline || !(await isControlledAt(installation, look, tip))) return null;
  const settled = pushes.map(({ guid }) => guid);
  return { ...look, attribution: { changes: [], settled, baseline: tip, tip, lastTip: null } };
}

async function isControlledAt(
  installation: Installation,
  { subject: { repository, branch }, at: now }: BranchLook,
  oid: string,
): Promise<boolean> {
  const files = await readControlFilesAt(installation, repository, oid, { movedAt: null, now });
  return isControlledBranch(files, resolvePolicy(files, oid), branch);
}
