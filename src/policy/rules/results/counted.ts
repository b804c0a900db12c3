import type { CheckRunFact, ResultFact } from "../../../facts/facts.js";
import { durationMs, type RequiredResult } from "../../document.js";
import type { ChangeFrame } from "../repository.js";

/** The name that a required result is reported under. */
export const nameOf = (required: RequiredResult): string =>
  "check" in required ? required.check : required.status;

/** Anyone with write access can report a result under any name; only GitHub's id of the reporter cannot be chosen. */
export function isFrom(result: ResultFact, required: RequiredResult): boolean {
  if ("check" in required) return result.kind === "check-run" && result.app?.id === required.app;
  return result.kind === "status" && result.creator?.id === required.creator;
}

/** A result that ended as the policy accepts, whatever its age. */
export interface Success {
  /** How it ended: GitHub's conclusion or state in lower case. */
  readonly how: string;
  /** When it ended (ISO 8601), or `null` where GitHub does not say. */
  readonly at: string | null;
}

/** The success that `result` is under the policy's words for it, or `null`. */
export function successOf(required: RequiredResult, result: ResultFact): Success | null {
  if (result.kind === "status") {
    return result.state === "SUCCESS" ? { how: "success", at: result.createdAt } : null;
  }
  const how = conclusionOf(result);
  const accepted: readonly string[] = "check" in required ? required.pass : [];
  return result.status === "COMPLETED" && accepted.includes(how) ? { how, at: result.completedAt } : null;
}

/** GitHub's conclusion in lower case, `none` where there is none. */
export const conclusionOf = (run: CheckRunFact): string => run.conclusion?.toLowerCase() ?? "none";

/**
 * The last instant (milliseconds) at which a success still counts: infinite without `maxAge`, and not a number where
 * there is one and GitHub does not say when it ended.
 */
export function countsUntil({ maxAge }: RequiredResult, { at }: Success): number {
  if (maxAge === undefined) return Number.POSITIVE_INFINITY;
  return (at === null ? Number.NaN : Date.parse(at)) + durationMs(maxAge);
}

/** When a result's age is taken (milliseconds): for a merged change at its merge. */
export const judgedAt = ({ pullRequest, observedAt }: ChangeFrame): number =>
  Date.parse(pullRequest.merge?.mergedAt ?? observedAt);
