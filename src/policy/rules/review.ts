import type { ChangeFacts, Fact } from "../../facts/facts.js";
import { isNamed } from "../document/bots.js";
import type { Policy } from "../document.js";
import type { Finding } from "../finding.js";
import { advice, failed, noted, unclear, undetermined, waiting } from "./build.js";
import { originUrl, shortOid } from "./repository.js";
import { dismissedReview, judgeApproval } from "./review/approvals.js";
import { contributorsOf } from "./review/contributors.js";
import { latestOpinions, type Opinion } from "./review/opinions.js";

/**
 * Gate 4: enough people with write access, who had no hand in the change, approved exactly the head commit for exactly
 * this base branch, and nobody with write access still asks for changes. Who had a hand in it has to be known: else nobody
 * is independent.
 *
 * Each approval that does not count, and each review that was dismissed, is noted with its reason; the gate turns on the
 * count of those that do.
 */
export function reviewFindings(facts: ChangeFacts, policy: Policy): Finding[] {
  const unknowns = unknownsOf(facts);
  if (!facts.reviews.known || !facts.commits.known) return unknowns;
  const commits = facts.commits.value;
  const contributors = contributorsOf(facts, commits);
  const opinions = latestOpinions(facts.reviews.value, facts.pullRequest.head.oid);
  const approvals = opinions
    .filter((review) => review.state === "APPROVED")
    .map((review) => judgeApproval(review, { contributors, commits, facts, policy }));
  return [
    ...unknowns,
    ...requestedChanges(opinions, facts, policy),
    ...enough(approvals, facts, policy),
    ...opinions.filter((review) => review.state === "DISMISSED").map(dismissedReview),
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
  const message = `${counted.length} of ${needed} independent approvals of the head commit ${head}.`;
  // Those that count are noted only: with too few of them the gate has nothing that passed.
  return [
    waiting("independent-approval", { subject: "approvals", reason: "approval-missing", message, remedy }),
    ...counted.map((finding): Finding => ({ ...finding, status: "note" })),
    ...refused,
  ];
}

/** Someone who may merge asks for changes: that stands, whichever commit they saw, until they approve or it is dismissed. */
function requestedChanges(
  opinions: readonly Opinion[],
  facts: Pick<ChangeFacts, "bots">,
  policy: Policy,
): Finding[] {
  return opinions
    .filter((review) => review.state === "CHANGES_REQUESTED")
    .map((review) => {
      const { login } = review.author;
      const message = `${login} asks for changes.`;
      const named = isNamed(policy.review.bots, review.author, facts.bots);
      // One of which nobody knows whether it is named may have to be heard.
      if (!review.canPush && named.known && !named.value) {
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
