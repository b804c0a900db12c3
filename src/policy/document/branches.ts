import { DEFAULT_BRANCH, type Policy } from "../document.js";
import { QUEUE_BRANCHES } from "../merge-group/queue.js";

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

/**
 * Whether `text` matches a glob: `*` within a path segment, `**` across segments, `?` one character but `/`.
 * Walks all positions the pattern may stand at together, so no pattern can make it slow.
 */
export function globMatches(pattern: string, text: string): boolean {
  const tokens = pattern.match(/\*\*|[\s\S]/gu) ?? [];
  let positions = closure(tokens, new Set([0]));
  for (const char of text) {
    const next = new Set<number>();
    for (const at of positions) {
      const token = tokens[at];
      if (token === "**" || (token === "*" && char !== "/")) next.add(at);
      else if (token === char || (token === "?" && char !== "/")) next.add(at + 1);
    }
    positions = closure(tokens, next);
  }
  return positions.has(tokens.length);
}

/** Stars may stand for nothing: whoever stands before one also stands behind it. */
function closure(tokens: readonly string[], positions: Set<number>): Set<number> {
  for (const at of positions) {
    if (tokens[at] === "*" || tokens[at] === "**") positions.add(at + 1);
  }
  return positions;
}
