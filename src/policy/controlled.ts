import type { ControlFiles, Fact } from "../facts/facts.js";
import { isControlled } from "./document/branches.js";
import { type PolicySource, resolveDefaultPolicy } from "./resolve.js";

/**
 * Whether a branch is controlled: by its own policy, or by the default branch's. Both are asked, so that nobody frees
 * a branch by taking it off the list on that branch itself. What cannot be read or used controls.
 */
export function isControlledBranch(
  controlFiles: Fact<ControlFiles>,
  own: PolicySource,
  branch: string,
): boolean {
  if (!controlFiles.known || own.kind !== "usable") return true;
  const { defaultBranch } = controlFiles.value;
  if (isControlled(own.policy, branch, defaultBranch)) return true;
  const byDefault = resolveDefaultPolicy(controlFiles);
  return byDefault.kind !== "usable" || isControlled(byDefault.policy, branch, defaultBranch);
}
