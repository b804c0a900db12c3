import type { Account, ChangeFacts, Fact, PullRequestFact, ReviewFact } from "../../facts/facts.js";
import type { Policy } from "../document.js";
import type { Finding } from "../finding.js";
import { advice, failed, noted, passed, unclear, undetermined, waiting } from "./build.js";
import { type Contributors, contributorsOf } from "./review/contributors.js";
import { originUrl, shortOid } from "./repository.js";

/**
 * Gate 4: enough people with write access, who had no hand in the change, approved exactly the head commit for exactly
 * this base branch, and nobody with write access still asks for changes. Who had a hand in it has to be known: else nobody is independent.
 *
 * Each approval that does not count is noted with its reason; the gate turns on the count of those that do.
 */
export function reviewFindings(facts: ChangeFacts, policy: Policy): Finding[] {
  const unknowns = unknownsOf(facts);
  if (!facts.reviews.known || !facts.commits.known) return unknowns;
  const contributors = contributorsOf(facts, facts.commits.value);
  const opinions = latestOpinions(facts.reviews.value, facts.pullRequest.head.oid);
  const approvals = opinions
    .filter((review) => review.state === "APPROVED")
    .map((review) => judge(review, contributors, facts, policy));
  return [
    ...unknowns,
    ...requestedChanges(opinions, policy),
    ...enough(approvals, facts, policy),
    ...contributors.unknown.map((email) => unknownContributor(email, facts)),
    ...contributors.unresolved.map((email) => unresolvedCoAuthor(email, facts)),
  ];
}

function unknownsOf(facts: ChangeFacts): Finding[] {
  const needed: readonly (readonly [subject: string, fact: Fact<unknown>])[] = [
    ["reviews", facts.reviews],
    ["contributors", facts.commits],
    ["last pusher", facts.lastPusher],
  ];
  const unread = needed.flatMap(([subject, fact]) =>
    fact.known
      ? []
      : [unclear(subject === "reviews" ? "independent-approval" : "contributors", subject, fact.reason)],
  );
  return facts.pullRequest.author === null ? [...unread, unknownAuthor()] : unread;
}

type Opinion = ReviewFact & { readonly author: Account };

/**
 * Each account's latest review that says yes, no, or was dismissed. A later comment changes no opinion, and approving
 * another commit does not take back an approval of the head.
 */
function latestOpinions(reviews: readonly ReviewFact[], head: string): Opinion[] {
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

/** Without a time, a demand for changes counts as the last word and anything else as the first. */
function instant(review: ReviewFact): number {
  const time = review.submittedAt === null ? Number.NaN : Date.parse(review.submittedAt);
  if (!Number.isNaN(time)) return time;
  return review.state === "CHANGES_REQUESTED" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

function judge(approval: Opinion, contributors: Contributors, facts: ChangeFacts, policy: Policy): Finding {
  const { author } = approval;
  const reason = refusal(approval, contributors, facts.pullRequest, policy);
  if (reason !== null) {
    const message = `The approval by ${author.login} does not count: ${REFUSALS[reason]}.`;
    return noted("independent-approval", { subject: author.login, reason, message });
  }
  const message = `${author.login} approved ${shortOid(facts.pullRequest.head.oid)}.`;
  return passed("independent-approval", { subject: author.login, reason: "approved", message });
}

/** Why an approval does not count, in the order in which it is most useful to hear. */
const REFUSALS = {
  "is-author": "they opened the pull request",
  "is-commit-author": "they wrote one of its commits",
  "is-committer": "they committed one of its commits",
  "is-co-author": "they are named as co-author of one of its commits",
  "is-last-pusher": "they pushed to it last",
  "bot-not-named": "it is a bot that the policy does not name in review.bots",
  "not-a-person": "the account is not a person's",
  "no-write-access": "they have no write access",
  "stale-head": "it was given for an earlier commit",
  "stale-base": "it was given before the pull request went to this branch",
} as const;

type Refusal = keyof typeof REFUSALS;

function refusal(
  approval: Opinion,
  contributors: Contributors,
  { head, retargetedAt }: PullRequestFact,
  policy: Policy,
): Refusal | null {
  const { author } = approval;
  const role = contributors.roleOf(author);
  if (role !== null) return role;
  if (author.type === "Bot") {
    // Naming a bot is what authorises it; GitHub shows no write access for apps.
    if (!policy.review.bots.includes(author.id)) return "bot-not-named";
  } else if (author.type !== "User") return "not-a-person";
  else if (!approval.canPush) return "no-write-access";
  if (approval.commitOid !== head.oid) return "stale-head";
  return isBefore(approval, retargetedAt) ? "stale-base" : null;
}

/**
 * Whether an approval was given for another branch: GitHub keeps it, though its reviewer never saw what the change does
 * here. Times are in whole seconds, so within the second of the change nobody can tell, and it does not count.
 */
const isBefore = (review: ReviewFact, retargetedAt: string | null): boolean =>
  retargetedAt !== null && !(instant(review) > Date.parse(retargetedAt));

function enough(approvals: readonly Finding[], facts: ChangeFacts, policy: Policy): Finding[] {
  const counted = approvals.filter((approval) => approval.status === "pass");
  const refused = approvals.filter((approval) => approval.status !== "pass");
  const needed = policy.review.approvals;
  if (counted.length >= needed) return [...counted, ...refused];
  const head = shortOid(facts.pullRequest.head.oid);
  const remedy = advice(
    "Ask someone with write access, who wrote, committed and pushed nothing of it, to approve the newest commit.",
    [],
    facts.pullRequest.url,
  );
  const message = [
    `${counted.length} of ${needed} independent approvals of the head commit ${head}.`,
    ...refused.map((finding) => finding.message),
  ].join(" ");
  // Those that count are noted only: with too few of them the gate has nothing that passed.
  return [
    waiting("independent-approval", { subject: "approvals", reason: "approval-missing", message, remedy }),
    ...counted.map((finding): Finding => ({ ...finding, status: "note" })),
    ...refused,
  ];
}

/** Someone who may merge asks for changes: that stands, whichever commit they saw, until they approve or it is dismissed. */
function requestedChanges(opinions: readonly Opinion[], policy: Policy): Finding[] {
  return opinions
    .filter((review) => review.state === "CHANGES_REQUESTED")
    .map((review) => {
      const { login, id } = review.author;
      const message = `${login} asks for changes.`;
      if (!review.canPush && !policy.review.bots.includes(id)) {
        return noted("changes-requested", {
          subject: login,
          reason: "changes-requested-without-access",
          message,
        });
      }
      const remedy = advice(
        `Settle it with ${login}, who then approves, or whose review is dismissed with a reason.`,
      );
      return failed("changes-requested", { subject: login, reason: "changes-requested", message, remedy });
    });
}

/** Someone whom nobody can name could approve their own work under the account they have. */
const unknownAuthor = (): Finding =>
  undetermined("contributors", {
    subject: "author",
    reason: "author-unknown",
    message: "Who opened the pull request is not known: the account was deleted, or GitHub does not show it.",
    remedy: advice("Open a new pull request from the same branch, by an account that exists."),
  });

const unknownContributor = (email: string, facts: ChangeFacts): Finding =>
  undetermined("contributors", {
    subject: shown(email),
    reason: "contributor-unknown",
    message: `${shown(email)} made commits and leads to no GitHub account, so an approval by the same person would not be noticed.`,
    remedy: advice(
      "Add the e-mail to the GitHub account it belongs to (Settings, Emails), or make the commits anew with an e-mail that GitHub knows (`git commit --amend --reset-author -S`).",
      [],
      `${originUrl(facts)}/settings/emails`,
    ),
  });

const unresolvedCoAuthor = (email: string, facts: ChangeFacts): Finding =>
  noted(
    "contributors",
    {
      subject: shown(email),
      reason: "co-author-unresolved",
      message: `${shown(email)} is named as co-author and leads to no GitHub account, so an approval by the same person would not be noticed.`,
    },
    advice("Add the e-mail to the account it belongs to.", [], `${originUrl(facts)}/settings/emails`),
  );

const shown = (email: string): string => (email === "" ? "An empty e-mail" : email);
