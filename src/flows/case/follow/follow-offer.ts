import type { Case } from "../../../breakglass/case.js";
import type { CaseEvent } from "../../../breakglass/event.js";
import { isBeforeLanding } from "../../../breakglass/standing.js";
import { type CaseFile, readCaseFile } from "../../../breakglass/stored.js";
import type { RetroactiveOffer } from "../../../facts/case-source.js";
import type { ReviewFact } from "../../../facts/facts.js";
import { known } from "../../../facts/facts.js";
import type { Installation } from "../../../github/github.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { FlowContext } from "../../context.js";
import { readActor } from "../actor.js";
import type { CaseDraft } from "../core/draft.js";
import { type OfferReading, readOffer } from "./offer.js";
import { withCase } from "../core/with-case.js";

/**
 * Follows the pull request that documents a case, or is offered to: whether it still shows what landed, says what it
 * has to, and who approved it.
 */
export async function followOffer(
  context: FlowContext,
  installation: Installation,
  stored: StoredCase,
): Promise<void> {
  const file = readCaseFile(stored.body, stored.digest);
  const { landing } = file.case;
  const number = offeredNumber(file, stored);
  if (landing === null || number === null) return;
  const reading = await readOffer(installation, stored, landing, number);
  const now = context.clock.now().toISOString();
  const documented = reading === null ? null : await documentation(installation, stored, file, reading, now);
  const reviews = showsWhatLanded(reading)
    ? await reviewEvents(installation, stored, file.case, reading.offer)
    : [];
  await withCase(context, stored.tenantId, stored.id, (draft) => {
    if (withdrawn(draft.case, reading, number)) draft.raise(withdrawal(number, reading, now));
    if (documented !== null) offer(draft, documented, reading);
    for (const event of reviews) draft.raise(event);
    for (const event of lostApprovals(draft.case, reading?.offer ?? null, now)) draft.raise(event);
  });
}

/** Whoever approved another diff, if only of the same head, has not reviewed what landed. */
const showsWhatLanded = (reading: OfferReading | null): reading is OfferReading =>
  reading?.differences.known === true && reading.differences.value.length === 0;

/** What documents it, what was offered, or the merged pull request itself. */
const offeredNumber = ({ case: subject, offer }: CaseFile, { pullNumber }: StoredCase): number | null =>
  subject.documentation?.pullRequest ?? offer?.number ?? pullNumber;

/** The pull request is gone, closed, moved, or no longer shows or says what it has to. */
function withdrawn({ documentation }: Case, reading: OfferReading | null, number: number): boolean {
  if (documentation?.pullRequest !== number) return false;
  if (reading === null) return true;
  const { offer, differences, unfilled } = reading;
  if (offer.state === "CLOSED" || offer.headOid !== documentation.headOid || unfilled.length > 0) return true;
  // What could not be read now showed it before, at this very commit.
  return differences.known && differences.value.length > 0;
}

const withdrawal = (
  number: number,
  reading: OfferReading | null,
  at: string,
): CaseEvent<"documentation-withdrawn"> => ({
  id: `documentation-withdrawn:${number}@${reading?.offer.headOid ?? "gone"}:${at}`,
  at,
  why: "The pull request no longer shows what landed, or no longer says what it has to.",
  source: { kind: "comparison", url: reading?.offer.url ?? null },
  kind: "documentation-withdrawn",
  by: null,
});

/** The documentation that the pull request is, as its author's; the app's own has nobody who could not review it. */
async function documentation(
  installation: Installation,
  stored: StoredCase,
  { case: subject, appOpens }: CaseFile,
  { offer, differences, unfilled }: OfferReading,
  at: string,
): Promise<CaseEvent<"documented"> | null> {
  if (offer.state === "CLOSED") return null;
  const { author } = offer;
  const byApp = appOpens && author?.type === "Bot";
  if (author === null) return null;
  const by = byApp ? null : await readActor(installation, stored.repository, author, subject.terms);
  return {
    id: `offer:${offer.number}@${offer.headOid}:${at}`,
    at,
    why: "",
    source: { kind: "comparison", url: offer.url },
    kind: "documented",
    by,
    pullRequest: offer.number,
    headOid: offer.headOid,
    differences,
    unfilled,
  };
}

/** Tries the offer, and keeps why it does not serve. A merged change's own pull request is no offer until it does. */
function offer(draft: CaseDraft, event: CaseEvent<"documented">, reading: OfferReading | null): void {
  const taken = draft.raise(event);
  const verdict = taken.ok || taken.refusal.rule === "already-documented" ? null : taken.refusal.message;
  const before = draft.file.offer;
  const own = event.pullRequest === draft.place.pullNumber;
  if (reading === null || (before === null && own && verdict !== null)) return;
  if (before?.number === event.pullRequest && before.verdict === verdict) return;
  draft.note({ offer: { number: event.pullRequest, url: reading.offer.url, verdict } });
}

/** Each person's newest opinion of the pull request, if it is an approval of a commit. */
function approvalsOf({ reviews }: RetroactiveOffer): (ReviewFact & { readonly commitOid: string })[] {
  if (!reviews.known) return [];
  return newestOpinions(reviews.value).flatMap((review) =>
    review.state === "APPROVED" && review.commitOid !== null
      ? [{ ...review, commitOid: review.commitOid }]
      : [],
  );
}

function newestOpinions(reviews: readonly ReviewFact[]): ReviewFact[] {
  const newest = new Map<number, ReviewFact>();
  for (const review of reviews) {
    if (review.author === null || review.state === "COMMENTED" || review.state === "PENDING") continue;
    const before = newest.get(review.author.id)?.submittedAt ?? "";
    if ((review.submittedAt ?? "") >= before) newest.set(review.author.id, review);
  }
  return [...newest.values()];
}

async function reviewEvents(
  installation: Installation,
  { repository }: StoredCase,
  subject: Case,
  offered: RetroactiveOffer,
): Promise<CaseEvent<"approved">[]> {
  const events: CaseEvent<"approved">[] = [];
  for (const review of approvalsOf(offered)) {
    const { id, author, commitOid, submittedAt, canPush } = review;
    const heard = subject.steps.some(({ event }) => event.id === `review:${id}`);
    if (author === null || submittedAt === null || heard || isBefore(submittedAt, subject)) continue;
    events.push({
      id: `review:${id}`,
      at: submittedAt,
      why: "",
      source: { kind: "review", url: offered.url },
      kind: "approved",
      by: await readActor(installation, repository, author, subject.terms, known(canPush)),
      headOid: commitOid,
    });
  }
  return events;
}

/** Approvals that let the bypass happen are no reviews of it, and nobody has to be told so. */
const isBefore = (submittedAt: string, { landing }: Case): boolean =>
  landing !== null && isBeforeLanding(submittedAt, landing);

function lostApprovals(
  { approvals, documentation }: Case,
  offered: RetroactiveOffer | null,
  at: string,
): CaseEvent<"approval-withdrawn">[] {
  if (offered === null || !offered.reviews.known || documentation?.pullRequest !== offered.number) return [];
  const standing = new Set(approvalsOf(offered).map(({ author }) => author?.id));
  const lost = new Map(approvals.filter(({ by }) => !standing.has(by.id)).map(({ by }) => [by.id, by]));
  return [...lost.values()].map((account) => ({
    id: `approval-withdrawn:${account.id}:${at}`,
    at,
    why: "The approval was dismissed or taken back.",
    source: { kind: "comparison", url: offered.url },
    kind: "approval-withdrawn",
    by: null,
    reviewer: account.id,
  }));
}
