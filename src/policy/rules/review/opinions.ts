import type { Account, ReviewFact } from "../../../facts/facts.js";

/** A review by somebody who can be told from others. */
export type Opinion = ReviewFact & { readonly author: Account };

/**
 * Each account's latest review that says yes, no, or was dismissed. A later comment changes no opinion, and approving
 * another commit does not take back an approval of the head.
 */
export function latestOpinions(reviews: readonly ReviewFact[], head: string): Opinion[] {
  const latest = new Map<number, Opinion>();
  for (const review of [...reviews].sort(bySubmission)) {
    // An account that was deleted cannot be told from others: its review counts for nothing.
    if (review.author === null || review.state === "COMMENTED" || review.state === "PENDING") continue;
    const earlier = latest.get(review.author.id);
    const elsewhere =
      review.state === "APPROVED" &&
      review.commitOid !== head &&
      earlier?.state === "APPROVED" &&
      earlier.commitOid === head;
    if (!elsewhere) latest.set(review.author.id, { ...review, author: review.author });
  }
  return [...latest.values()];
}

const bySubmission = (a: ReviewFact, b: ReviewFact): number =>
  instant(a) === instant(b) ? 0 : instant(a) < instant(b) ? -1 : 1;

/**
 * When a review was given (milliseconds). Without a time, a demand for changes counts as the last word and anything else
 * as the first.
 */
export function instant(review: ReviewFact): number {
  const time = review.submittedAt === null ? Number.NaN : Date.parse(review.submittedAt);
  if (!Number.isNaN(time)) return time;
  return review.state === "CHANGES_REQUESTED" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
