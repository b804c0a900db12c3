import type { Account, ChangeFacts, CommitFact, Fact } from "../../facts/facts.js";
import { REASONS } from "../../signatures/reasons.js";
import type { SignatureVerdict } from "../../signatures/verdict.js";
import type { Policy } from "../document.js";
import { REVOKED_KEYS_PATH } from "../document.js";
import type { Finding, Remedy } from "../finding.js";
import { advice, failed, noted, passed, unclear } from "./build.js";
import { type HeadPush, namedBotOf } from "./signatures/bots.js";
import { forgeOpinion } from "./signatures/forge-opinion.js";
import { type ChangeFrame, originUrl, shortOid } from "./repository.js";
import { type Mending, MENDING, needsSigning, reasonRemedy } from "./signatures/mending.js";
import { committerRemedy, resignRemedy, unknownKeyRemedy } from "./signatures/remedies.js";

/** A line or key that could not be used. */
export interface TrustProblem {
  /** A trust file's path, or `github:<login>` for keys registered on an account. */
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

/** What this rule reads of a change. */
export interface SignatureFacts extends ChangeFrame, Pick<ChangeFacts, "commits"> {
  /** `null`: it came without a pull request, and whoever pushed it went around the gates. */
  readonly push: HeadPush | null;
}

/**
 * Gate 1: every commit of the pull request is signed by a trusted key of its committer.
 *
 * One finding a commit, the good ones too, so that the record shows what was verified. A commit without a verdict, a
 * list of commits that is empty or does not hold the head, and a verdict list that could not be made never pass.
 */
export function signatureFindings(
  facts: SignatureFacts,
  policy: Policy,
  verdicts: Fact<readonly SignatureVerdict[]>,
  trustProblems: readonly TrustProblem[],
): Finding[] {
  const trust = trustProblems.map((problem) => trustFinding(problem, facts));
  if (!facts.commits.known) return [unclear("commit-signature", "commits", facts.commits.reason), ...trust];
  const commits = facts.commits.value;
  const complete = completeness(commits, facts.pullRequest.head.oid);
  if (!verdicts.known)
    return [...complete, unclear("commit-signature", "signatures", verdicts.reason), ...trust];
  const judged = commits.map((commit) => {
    const bot = namedBotOf(commit.oid, facts.push, policy);
    return judge(commit, verdictOn(commit, verdicts.value), policy, bot);
  });
  return [
    ...complete,
    ...withOneRemedy(judged, facts, commits),
    ...opinions(commits, verdicts.value),
    ...trust,
  ];
}

function completeness(commits: readonly CommitFact[], head: string): Finding[] {
  if (commits.length === 0) {
    const remedy = advice("Push at least one signed commit to the pull request's branch.");
    const message = "The pull request has no commits, so there is nothing that could be verified.";
    return [failed("commit-signature", { subject: "commits", reason: "no-commits", message, remedy })];
  }
  if (commits.some((commit) => commit.oid === head)) return [];
  return [
    unclear("commit-signature", shortOid(head), {
      code: "inconsistent",
      message: "The head commit is not among the commits GitHub listed.",
      remedy: "Re-run this check.",
    }),
  ];
}

/** Should two verdicts be there for one commit, the worse one counts. */
function verdictOn(commit: CommitFact, verdicts: readonly SignatureVerdict[]): SignatureVerdict | undefined {
  const own = verdicts.filter((verdict) => verdict.oid === commit.oid && verdict.type === "commit");
  return own.find((verdict) => verdict.verdict !== "good") ?? own[0];
}

const opinions = (commits: readonly CommitFact[], verdicts: readonly SignatureVerdict[]): Finding[] =>
  commits.flatMap((commit) => forgeOpinion(commit, verdictOn(commit, verdicts)) ?? []);

/** What was found about one commit, and what kind of act mends it. */
interface Judged {
  readonly finding: Finding;
  readonly mending: Mending;
}

/** `bot`: one that the policy names and that pushed this very commit. */
function judge(
  commit: CommitFact,
  verdict: SignatureVerdict | undefined,
  policy: Policy,
  bot: Fact<Account | null>,
): Judged {
  if (verdict === undefined) return { finding: notVerified(commit), mending: "nothing" };
  if (verdict.verdict === "good") return judgeIdentity(commit, verdict, policy, bot);
  const { reason } = verdict;
  if (reason === "unknown-key") {
    const message = `The commit is signed by ${keyName(verdict)}, which is not among the trusted keys.`;
    return refuse(commit, reason, message, MENDING[reason], unknownKeyRemedy(commit, verdict));
  }
  const message =
    verdict.verdict === "unsigned"
      ? "The commit is not signed."
      : `${REASONS[reason].meaning}${verdict.signer === null ? "" : ` Key: ${verdict.signer.fingerprint}.`}`;
  return refuse(commit, reason, message, MENDING[reason], reasonRemedy(reason));
}

const notVerified = (commit: CommitFact): Finding =>
  unclear("commit-signature", shortOid(commit.oid), {
    code: "inconsistent",
    message: "The commit was not verified.",
    remedy: "Re-run this check.",
  });

/** A good signature says that a trusted key signed; here it has to be the committer's, of a source the policy takes. */
function judgeIdentity(
  commit: CommitFact,
  verdict: SignatureVerdict,
  policy: Policy,
  bot: Fact<Account | null>,
): Judged {
  const source = verdict.signer?.source ?? null;
  if (verdict.identity === "forge" || source === "forge") return judgeForgeKey(commit, policy, bot);
  if (source === "github-member" && !policy.signatures.registeredKeys) {
    const message = "The key is known only from a GitHub account, and the policy does not take such keys.";
    return refuse(commit, "registered-key-refused", message, "vouch", unknownKeyRemedy(commit, verdict));
  }
  const owner = verdict.signer?.principal ?? keyName(verdict);
  if (verdict.identity === "committer") {
    const since = verdict.reason === "good" ? "" : ` ${REASONS[verdict.reason].meaning}`;
    return good(commit, "signed-by-committer", `Signed by ${owner}.${since}`);
  }
  const message = `Signed by ${owner}, but the committer is ${commit.committer.email}.`;
  return refuse(commit, "signer-not-committer", message, "prepare", committerRemedy(verdict));
}

function judgeForgeKey(commit: CommitFact, policy: Policy, bot: Fact<Account | null>): Judged {
  if (policy.signatures.forgeKeys === "accept") {
    return good(commit, "signed-by-forge", "Signed by GitHub's own key, which the policy accepts.");
  }
  if (!bot.known)
    return { finding: unclear("commit-signature", shortOid(commit.oid), bot.reason), mending: "nothing" };
  if (bot.value !== null) {
    const pushed = `Signed by GitHub's own key and pushed by ${bot.value.login}, a bot that the policy names.`;
    return good(commit, "signed-by-forge-for-bot", pushed);
  }
  const message = "Signed by GitHub's own key: it proves that GitHub made the commit, not who did.";
  return refuse(commit, "forge-key", message, "sign", advice("Sign the commit."));
}

const good = (commit: CommitFact, reason: string, message: string): Judged => ({
  finding: passed("commit-signature", { subject: shortOid(commit.oid), reason, message }),
  mending: "nothing",
});

function refuse(
  commit: CommitFact,
  reason: string,
  message: string,
  mending: Mending,
  remedy: Remedy,
): Judged {
  const subject = shortOid(commit.oid);
  return { finding: failed("commit-signature", { subject, reason, message, remedy }), mending };
}

const keyName = (verdict: SignatureVerdict): string =>
  verdict.signer === null ? "a key" : `the key ${verdict.signer.fingerprint}`;

/** Signing one commit again changes all after it, so one rebase from below the first of them is the remedy for all. */
function withOneRemedy(
  judged: readonly Judged[],
  facts: SignatureFacts,
  commits: readonly CommitFact[],
): Finding[] {
  const first = judged.findIndex(({ mending }) => needsSigning(mending));
  if (first < 0) return judged.map(({ finding }) => finding);
  const anew = judged.some(({ mending }) => mending === "recreate");
  const resign = resignRemedy(commits, first, facts.pullRequest.base.oid, anew);
  return judged.map(({ finding, mending }) => {
    if (!needsSigning(mending) || finding.remedy === null) return finding;
    const { text, commands } = finding.remedy;
    const own = mending === "sign" ? resign.text : text;
    return { ...finding, remedy: { ...resign, text: own, commands: [...commands, ...resign.commands] } };
  });
}

/** A key that cannot be read trusts nobody, which is safe; a revocation that cannot be read would be. */
function trustFinding(problem: TrustProblem, facts: SignatureFacts): Finding {
  const owner = /^github:(.*)$/s.exec(problem.path)?.[1];
  if (owner !== undefined) return registeredKeyUnusable(owner, problem, facts);
  const about = {
    subject: problem.line === null ? problem.path : `${problem.path}:${problem.line}`,
    message: problem.message,
    location: { path: problem.path, line: problem.line ?? 1 },
  };
  const remedy = advice(`Mend the file ${problem.path} on the base branch.`);
  return problem.path === REVOKED_KEYS_PATH
    ? failed("trust-material", { ...about, reason: "revocation-unreadable", remedy })
    : noted("trust-material", { ...about, reason: "trust-unreadable" }, remedy);
}

/** Keys on an account are in no file of the repository: only their owner can mend them. */
function registeredKeyUnusable(owner: string, problem: TrustProblem, facts: SignatureFacts): Finding {
  const message = `A key that ${owner} registered on GitHub cannot be used: ${problem.message}`;
  const remedy = advice(
    `If commits are signed with it: ${owner} removes it from their GitHub account (Settings, SSH and GPG keys) and adds it anew, as a signing key.`,
    [],
    `${originUrl(facts)}/settings/keys`,
  );
  return noted("trust-material", { subject: owner, reason: "registered-key-unusable", message }, remedy);
}
