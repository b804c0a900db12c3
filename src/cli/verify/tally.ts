import type { ReasonCode } from "../../signatures/reasons.js";
import type { SignatureVerdict } from "../../signatures/verdict.js";

/** How the objects of a run stand. Plain data: threads hand theirs over. */
export interface Tally {
  objects: number;
  readonly reasons: Map<ReasonCode, number>;
  good: number;
  /** Good, but signed by another than the committer or tagger, or by a key that is no person's. */
  strangers: number;
}

export const emptyTally = (): Tally => ({ objects: 0, reasons: new Map(), good: 0, strangers: 0 });

/** Counts one verdict into `tally`. */
export function count(tally: Tally, { verdict, reason, identity }: SignatureVerdict): void {
  tally.objects += 1;
  tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
  if (verdict !== "good") return;
  tally.good += 1;
  if (identity !== "committer") tally.strangers += 1;
}

/** Adds `other` to `tally`. */
export function add(tally: Tally, other: Tally): void {
  tally.objects += other.objects;
  tally.good += other.good;
  tally.strangers += other.strangers;
  for (const [reason, times] of other.reasons)
    tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + times);
}

/** Each reason with how often it was found, the most frequent first. */
export function entriesOf({ reasons }: Tally): readonly (readonly [ReasonCode, number])[] {
  return [...reasons].sort(([, a], [, b]) => b - a);
}

/** How many are not good. A forge's key is no person's, so whoever requires one does not take it for good. */
export const notGood = ({ objects, good, strangers }: Tally, requireIdentity: boolean): number =>
  objects - good + (requireIdentity ? strangers : 0);
