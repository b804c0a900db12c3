import { type ChangeFacts, type Fact, known, type ResultFact, type ReviewFact } from "../../facts/facts.js";

/**
 * The facts of a merged change without what came after its merge: an approval or a result that was given later did
 * not let it in, and who was dismissed later had let it in. Facts of a change that is not merged come back as they are.
 *
 * Open alerts are read as of the merge (`FactSource.readCodeScanning`), since they alone do not tell when they closed.
 * A result that replaced an earlier one after the merge is gone with it, so the gate then counts as not passed.
 */
export function asOfMerge(facts: ChangeFacts): ChangeFacts {
  const merge = facts.pullRequest.merge;
  if (merge === null) return facts;
  const before = beforeOf(merge.mergedAt);
  return {
    ...facts,
    reviews: facts.reviews.known
      ? known(facts.reviews.value.filter((review) => before(review.submittedAt)).map(undismissed(before)))
      : facts.reviews,
    results: resultsAsOf(facts.results, merge.mergedAt),
    codeScanning: facts.codeScanning?.known
      ? known({
          ...facts.codeScanning.value,
          analyses: facts.codeScanning.value.analyses.filter(({ createdAt }) => before(createdAt)),
        })
      : facts.codeScanning,
  };
}

/** A review that was dismissed after the merge said then what it said before. */
const undismissed =
  (before: (time: string | null) => boolean) =>
  ({ dismissal, ...review }: ReviewFact): ReviewFact => {
    if (dismissal === undefined) return review;
    return before(dismissal.at) ? { ...review, dismissal } : { ...review, state: dismissal.was };
  };

/** Results as they stood at an instant (ISO 8601): one that ended later was still running then, or not there. */
export function resultsAsOf(
  results: Fact<readonly ResultFact[]>,
  instant: string,
): Fact<readonly ResultFact[]> {
  const before = beforeOf(instant);
  return results.known ? known(results.value.flatMap((result) => resultAsOf(result, before))) : results;
}

const beforeOf =
  (instant: string) =>
  (time: string | null): boolean =>
    time !== null && Date.parse(time) <= Date.parse(instant);

function resultAsOf(result: ResultFact, before: (time: string | null) => boolean): ResultFact[] {
  if (result.kind === "status") return before(result.createdAt) ? [result] : [];
  if (result.status !== "COMPLETED" || before(result.completedAt)) return [result];
  // It was running, or had not begun, when the change was merged.
  return before(result.startedAt)
    ? [{ ...result, status: "IN_PROGRESS", conclusion: null, completedAt: null }]
    : [];
}
