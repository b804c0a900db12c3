import { REASONS, verdictOf } from "../../../signatures/reasons.js";
import type { VerdictKind } from "../../../signatures/verdict.js";
import { entriesOf, type Tally } from "../tally.js";

const VERDICTS: readonly VerdictKind[] = ["good", "unsigned", "unknown-key", "bad"];

/** One line on how a run went. `unread`: names for which there was nothing to verify. */
export function summary(tally: Tally, unread: number, requireIdentity: boolean): string {
  if (tally.objects + unread === 0) return "Nothing to verify.";
  const verdicts = VERDICTS.map((verdict) => [verdict, withVerdict(tally, verdict)] as const)
    .filter(([, times]) => times > 0)
    .map(([verdict, times]) => `${times} ${verdict}`);
  const { strangers } = tally;
  const refused = requireIdentity ? ", which does not count" : "";
  const parts = [
    ...verdicts,
    ...(strangers === 0 ? [] : [`${strangers} of the good not signed by the committer${refused}`]),
    ...(unread === 0 ? [] : [`${unread} could not be read`]),
  ];
  return `${tally.objects + unread} ${tally.objects + unread === 1 ? "object" : "objects"}: ${parts.join(", ")}.`;
}

const withVerdict = (tally: Tally, verdict: VerdictKind): number =>
  entriesOf(tally).reduce((sum, [reason, times]) => (verdictOf(reason) === verdict ? sum + times : sum), 0);

/** For each reason why something is not good: what it means and what mends it. */
export function remedies(tally: Tally, requireIdentity: boolean): readonly string[] {
  const reasons = entriesOf(tally)
    .filter(([reason]) => verdictOf(reason) !== "good")
    .map(([reason, times]) => advice(reason, times, REASONS[reason].meaning, REASONS[reason].remedy));
  const { strangers } = tally;
  if (!requireIdentity || strangers === 0) return reasons;
  const meaning =
    "The signature is good, but its key is not the committer's (the tagger's): or the forge made it.";
  const remedy =
    "Commit under an address that the trusted keys name for the signer, or add the address to the signer's key.";
  return [...reasons, advice("not the committer", strangers, meaning, remedy)];
}

const advice = (name: string, times: number, meaning: string, remedy: string): string =>
  `${name} (${times}): ${meaning}\n    ${remedy}`;
