import type { ChangeFacts } from "../../facts/facts.js";
import type { Policy } from "../document.js";
import { nextChange } from "../waivers.js";
import { countsUntil, isFrom, judgedAt, nameOf, successOf } from "../rules/results/counted.js";

/**
 * The first instant after `facts.observedAt` at which the same facts would be judged otherwise: a required result that
 * counts today has grown older than its `maxAge`, or a waiver ends. GitHub sends no event for it, so someone has to look.
 *
 * `null` where nothing will change by time alone, as for a merged change, which is judged as of its merge.
 */
export function expiresAt(facts: ChangeFacts, policy: Policy): Date | null {
  if (facts.pullRequest.merge !== null) return null;
  const now = judgedAt(facts);
  const next = Math.min(nextOfResults(facts, policy, now), nextChange(policy.waivers, now));
  return Number.isFinite(next) ? new Date(next) : null;
}

function nextOfResults(facts: ChangeFacts, policy: Policy, now: number): number {
  const results = facts.results.known ? facts.results.value : [];
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
  return Math.min(...ends) + 1;
}
