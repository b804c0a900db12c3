import { DEFAULT_BRANCH, type Policy } from "../document.js";
import { QUEUE_BRANCHES } from "../merge-group/queue.js";
import { globMatches } from "./glob.js";

/**
 * Whether the policy controls `branch` (a short name, without `refs/heads/`).
 * `defaultBranch` is the repository's default branch, or `null` where that could not be read.
 */
export function isControlled(
  policy: Pick<Policy, "branches">,
  branch: string,
  defaultBranch: string | null,
): boolean {
  return policy.branches.some((pattern) =>
    pattern === DEFAULT_BRANCH
      ? // Not knowing the default branch must not leave it uncontrolled.
        defaultBranch === null || branch === defaultBranch
      : !isPassedOver(pattern, branch) && globMatches(pattern, branch),
  );
}

/**
 * A merge queue's own branches come and go with its groups, only it moves them, and their commits are judged as groups: a
 * pattern for many branches does not mean them.
 */
const isPassedOver = (pattern: string, branch: string): boolean =>
  branch.startsWith(QUEUE_BRANCHES) && !pattern.startsWith(QUEUE_BRANCHES);
