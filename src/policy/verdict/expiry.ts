import type { ChangeFacts } from "../../facts/facts.js";
import type { Policy } from "../document.js";
import { countsUntil, isFrom, judgedAt, nameOf, successOf } from "../rules/results/counted.js";

/**
 * The first instant after `facts.observedAt` at which a required result that counts today has grown older than its
 * `maxAge`: judged then, the same facts would no longer pass. GitHub sends no event for it, so someone has to look.
 *
 * `null` where nothing will expire: no result with an age limit counts, or the change is merged and its results are
 * as old as they were then. Throws nothing.
 */
export function expiresAt(facts: ChangeFacts, policy: Policy): Date | null {
  if (facts.pullRequest.merge !== null || !facts.results.known) return null;
  const results = facts.results.value;
  const now = judgedAt(facts);
  const ends = policy.results
    .flatMap((required) =>
      results
        .filter((result) => result.name === nameOf(required) && isFrom(result, required))
        .flatMap((result) => {
          const success = successOf(required, result);
          return success === null ? [] : [countsUntil(required, success)];
        }),
    )
    .filter((end) => Number.isFinite(end) && end >= now);
  // At the end itself it counts still.
  return ends.length === 0 ? null : new Date(Math.min(...ends) + 1);
}
