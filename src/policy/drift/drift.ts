import type { Account } from "../../facts/facts.js";
import { type Miss, type Standing, standingOf } from "./standing.js";

/** What protected a branch from one audit on, until another one found something else. Times are ISO 8601, UTC. */
export interface Snapshot {
  /** When what was there before was seen for the last time; `null`: nothing was seen before. */
  readonly unchangedUntil: string | null;
  readonly observedAt: string;
  /** Of the protection itself (SHA-256, lower-case hex), whatever policy asks of it. */
  readonly digest: string;
  readonly policyDigest: string | null;
  readonly misses: readonly Miss[];
}

/** A change of protection that GitHub told of. */
export interface ToldChange {
  /** When it happened (ISO 8601): as GitHub tells, else when it was heard of. */
  readonly at: string;
  readonly kind: "classic" | "ruleset";
  readonly action: "created" | "edited" | "deleted";
  /** Of the rule (its pattern) or ruleset. */
  readonly name: string;
  readonly by: Account | null;
  readonly source: "webhook" | "audit-log";
}

/**
 * `weakened`: the policy's demands were met and are not any more; `restored`: the reverse; `unreadable`: it cannot be told
 * any more; `changed`: neither, though something was changed, perhaps off and on again in between.
 */
export type DriftOutcome = "weakened" | "restored" | "unreadable" | "changed";

/** What an audit found to be another than the one before. */
export interface Drift {
  readonly outcome: DriftOutcome;
  /** `policy`: protection is as it was, and more or less is asked of it. */
  readonly cause: "protection" | "policy";
  /** It happened after the first and not after the second of these. */
  readonly between: readonly [after: string, until: string];
  /** Who changed what, as far as GitHub told, in its order; empty: nobody told. */
  readonly changes: readonly ToldChange[];
}

/**
 * Compares what an audit found with what the one before had; `null`: nothing happened.
 *
 * @param lastSeen when the earlier state was seen for the last time
 * @param told changes of this branch's protection that no audit has taken account of yet
 */
export function driftOf(
  before: Snapshot,
  lastSeen: string,
  now: Snapshot,
  told: readonly ToldChange[],
): Drift | null {
  if (isSame(before, now) && told.length === 0) return null;
  const changes = [...told].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return {
    outcome: outcomeOf(standingOf(before.misses), standingOf(now.misses)),
    cause: before.digest === now.digest && changes.length === 0 ? "policy" : "protection",
    between: [lastSeen, now.observedAt],
    changes,
  };
}

/** Whether two snapshots show the same protection, with the same demands met. */
export const isSame = (one: Snapshot, other: Snapshot): boolean =>
  one.digest === other.digest && keysOf(one.misses) === keysOf(other.misses);

const keysOf = (misses: readonly Miss[]): string =>
  misses
    .map(({ rule, subject, reason }) => JSON.stringify([rule, subject, reason]))
    .sort()
    .join("\n");

function outcomeOf(before: Standing, now: Standing): DriftOutcome {
  if (before === now) return "changed";
  return now === "held" ? "restored" : now === "missed" ? "weakened" : "unreadable";
}
