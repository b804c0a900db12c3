import type { ChangeFacts, CommitFact, PullRequestFact, ReviewFact } from "../../../facts/facts.js";
import type { Policy } from "../../document.js";
import type { Finding } from "../../finding.js";
import { isNamed } from "../../document/bots.js";
import { advice, noted, passed } from "../build.js";
import { shortOid } from "../repository.js";
import type { Contributors, Role } from "./contributors.js";
import { instant, type Opinion } from "./opinions.js";

/** What an approval is judged by. */
export interface Bench {
  readonly contributors: Contributors;
  readonly commits: readonly CommitFact[];
  readonly facts: Pick<ChangeFacts, "pullRequest" | "lastPusher" | "bots">;
  readonly policy: Policy;
}

/** Whether an approval counts; where not, the note says which push or whose hand took it away. */
export function judgeApproval(approval: Opinion, bench: Bench): Finding {
  const { author } = approval;
  const reason = refusal(approval, bench);
  if (reason === null) {
    const message = `${author.login} approved ${shortOid(bench.facts.pullRequest.head.oid)}.`;
    return passed("independent-approval", { subject: author.login, reason: "approved", message });
  }
  if (reason === "bot-unknown") return unknownBot(approval, bench);
  const message = `The approval by ${author.login} does not count: ${why(reason, approval, bench)}.`;
  return noted("independent-approval", { subject: author.login, reason, message });
}

/** Why an approval does not count, in the order in which it is most useful to hear. */
type Refusal =
  Role | "bot-unknown" | "bot-not-named" | "not-a-person" | "no-write-access" | "stale-head" | "stale-base";

function refusal(approval: Opinion, { contributors, facts, policy }: Bench): Refusal | null {
  const { author } = approval;
  const { head, retargetedAt } = facts.pullRequest;
  const role = contributors.roleOf(author);
  if (role !== null) return role;
  if (author.type === "Bot") {
    // Naming a bot is what authorises it; GitHub shows no write access for apps.
    const named = isNamed(policy.review.bots, author, facts.bots);
    if (!named.known) return "bot-unknown";
    if (!named.value) return "bot-not-named";
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

/** Those that more is told of. */
type Told = "bot-unknown" | "stale-head" | "stale-base";

const REASONS: Readonly<Record<Exclude<Refusal, Told>, string>> = {
  "is-author": "they opened the pull request",
  "is-commit-author": "they wrote one of its commits",
  "is-committer": "they committed one of its commits",
  "is-co-author": "they are named as co-author of one of its commits",
  "is-last-pusher": "they pushed to it last",
  "bot-not-named": "it is a bot that the policy does not name in review.bots",
  "not-a-person": "the account is not a person's",
  "no-write-access": "they have no write access",
};

/** It may be one that the policy names by its app, which nobody could tell. */
function unknownBot({ author }: Opinion, { facts, policy }: Bench): Finding {
  const named = isNamed(policy.review.bots, author, facts.bots);
  const { message: cause, remedy } = named.known
    ? { message: "", remedy: "Re-run this check." }
    : named.reason;
  const message = `The approval by ${author.login} does not count: whether review.bots names it is not known. ${cause}`;
  return noted(
    "independent-approval",
    { subject: author.login, reason: "bot-unknown", message },
    advice(remedy),
  );
}

function why(
  reason: Exclude<Refusal, "bot-unknown">,
  { commitOid }: Opinion,
  { commits, facts }: Bench,
): string {
  if (reason === "stale-head") return outdated(commitOid, commits, facts);
  if (reason === "stale-base") return retargeted(facts.pullRequest);
  return REASONS[reason];
}

/** What came after the commit that the reviewer saw. */
function outdated(
  seen: string | null,
  commits: readonly CommitFact[],
  { pullRequest: { head }, lastPusher }: Bench["facts"],
): string {
  const given = "it was given for an earlier commit";
  if (seen === null) return given;
  const by = lastPusher.known ? `, pushed by ${lastPusher.value.login}` : "";
  const index = commits.findIndex(({ oid }) => oid === seen);
  if (index < 0)
    return `${given}, ${shortOid(seen)}, which the pull request no longer has; its head is ${shortOid(head.oid)}${by}`;
  const since = commits.length - 1 - index;
  const count = since === 1 ? "1 commit has" : `${since} commits have`;
  return `${given}, ${shortOid(seen)}; ${count} come after it, the last of them ${shortOid(head.oid)}${by}`;
}

const retargeted = ({ base, retargetedAt }: PullRequestFact): string =>
  `it was given before the pull request went to this branch, ${base.ref}, at ${retargetedAt ?? "an unknown time"}`;

const LONGEST_REASON = 200;

/** A review that somebody, or a push, took away: it is nobody's opinion any more, and says by whom. */
export function dismissedReview({ author, dismissal }: Opinion): Finding {
  const { login } = author;
  const how = dismissal === undefined ? "it was dismissed" : dismissedBy(dismissal);
  if (dismissal?.was === "CHANGES_REQUESTED") {
    const message = `${login} asked for changes, which counts no more: ${how}.`;
    return noted("changes-requested", { subject: login, reason: "changes-request-dismissed", message });
  }
  const what = dismissal?.was === "APPROVED" ? "approval" : "review";
  const message = `The ${what} by ${login} does not count: ${how}.`;
  return noted("independent-approval", { subject: login, reason: "dismissed", message });
}

function dismissedBy({ by, commitOid, message }: NonNullable<ReviewFact["dismissal"]>): string {
  const who = by?.login ?? "somebody whom GitHub does not name";
  if (commitOid !== null) return `the push of ${shortOid(commitOid)} by ${who} dismissed it`;
  const reason = message.trim().replace(/\.$/, "");
  if (reason === "") return `${who} dismissed it`;
  const cut = reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON).toWellFormed()}…` : reason;
  return `${who} dismissed it: “${cut}”`;
}
