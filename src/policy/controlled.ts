import type { ControlFiles, Fact } from "../facts/facts.js";
import { isControlled } from "./document/branches.js";
import { BUILT_IN_POLICY } from "./document.js";
import { parsePolicy } from "./file/parse.js";
import type { PolicySource } from "./resolve.js";

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
  const { defaultBranch, defaultPolicy } = controlFiles.value;
  if (isControlled(own.policy, branch, defaultBranch)) return true;
  if (defaultPolicy === null) return isControlled(BUILT_IN_POLICY, branch, defaultBranch);
  const parsed = parsePolicy(defaultPolicy.text);
  return !parsed.ok || isControlled(parsed.policy, branch, defaultBranch);
}
