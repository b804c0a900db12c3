import type { ChangeFacts, CommitFact, Fact } from "../../facts/facts.js";
import type { SignatureVerdict } from "../../signatures/verdict.js";
import type { Policy } from "../document.js";
import { REVOKED_KEYS_PATH } from "../document.js";
import type { Finding } from "../finding.js";
import { advice, failed, noted, passed, unclear } from "./build.js";
import { forgeOpinion } from "./signatures/forge-opinion.js";
import { shortOid } from "./repository.js";
import { committerRemedy, resignRemedy, unknownKeyRemedy } from "./signatures/remedies.js";

/** A line or key of the trust files that could not be used. */
export interface TrustProblem {
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

/**
 * Gate 1: every commit of the pull request is signed by a trusted key of its committer.
 *
 * One finding a commit, the good ones too, so that the record shows what was verified. A commit without a verdict, a
 * list of commits that is empty or does not hold the head, and a verdict list that could not be made never pass.
 */
export function signatureFindings(
  facts: ChangeFacts,
  policy: Policy,
  verdicts: Fact<readonly SignatureVerdict[]>,
  trustProblems: readonly TrustProblem[],
): Finding[] {
  const trust = trustProblems.map(trustFinding);
  if (!facts.commits.known) return [unclear("commit-signature", "commits", facts.commits.reason), ...trust];
  const commits = facts.commits.value;
  const complete = completeness(commits, facts.pullRequest.head.oid);
  if (!verdicts.known)
    return [...complete, unclear("commit-signature", "signatures", verdicts.reason), ...trust];
  const judged = commits.map((commit) => judge(commit, verdictOn(commit, verdicts.value), policy));
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

function judge(commit: CommitFact, verdict: SignatureVerdict | undefined, policy: Policy): Finding {
  const subject = shortOid(commit.oid);
  if (verdict === undefined) {
    return unclear("commit-signature", subject, {
      code: "inconsistent",
      message: "The commit was not verified.",
      remedy: "Re-run this check.",
    });
  }
  switch (verdict.verdict) {
    case "good":
      return judgeIdentity(commit, verdict, policy);
    case "unsigned":
      return refuse(commit, "unsigned", "The commit is not signed.");
    case "unknown-key":
      return refuse(
        commit,
        "unknown-key",
        `The commit is signed by ${keyName(verdict)}, which is not among the trusted keys.`,
        unknownKeyRemedy(commit, verdict),
      );
    case "bad":
      return refuse(commit, verdict.reason, `The signature is not valid (${verdict.reason}).`);
  }
}

/** A good signature says that a trusted key signed; here it has to be the committer's, of a source the policy takes. */
function judgeIdentity(commit: CommitFact, verdict: SignatureVerdict, policy: Policy): Finding {
  const source = verdict.signer?.source ?? null;
  if (verdict.identity === "forge" || source === "forge") return judgeForgeKey(commit, policy);
  if (source === "github-member" && !policy.signatures.registeredKeys) {
    const message = "The key is known only from a GitHub account, and the policy does not take such keys.";
    return refuse(commit, "registered-key-refused", message, unknownKeyRemedy(commit, verdict));
  }
  const owner = verdict.signer?.principal ?? keyName(verdict);
  if (verdict.identity === "committer") return good(commit, "signed-by-committer", `Signed by ${owner}.`);
  const message = `Signed by ${owner}, but the committer is ${commit.committer.email}.`;
  return refuse(commit, "signer-not-committer", message, committerRemedy(verdict));
}

function judgeForgeKey(commit: CommitFact, policy: Policy): Finding {
  if (policy.signatures.forgeKeys === "accept") {
    return good(commit, "signed-by-forge", "Signed by GitHub's own key, which the policy accepts.");
  }
  const message = "Signed by GitHub's own key: it proves that GitHub made the commit, not who did.";
  return refuse(commit, "forge-key", message);
}

const good = (commit: CommitFact, reason: string, message: string): Finding =>
  passed("commit-signature", { subject: shortOid(commit.oid), reason, message });

const refuse = (
  commit: CommitFact,
  reason: string,
  message: string,
  remedy = advice("Sign the commit."),
): Finding => failed("commit-signature", { subject: shortOid(commit.oid), reason, message, remedy });

const keyName = (verdict: SignatureVerdict): string =>
  verdict.signer === null ? "a key" : `the key ${verdict.signer.fingerprint}`;

/** Reasons that adding a key to the trust files mends; every other needs the commits signed again. */
const MENDED_BY_TRUST: ReadonlySet<string> = new Set(["unknown-key", "registered-key-refused"]);

/** Signing one commit again changes all after it, so one rebase from below the first of them is the remedy for all. */
function withOneRemedy(
  findings: readonly Finding[],
  facts: ChangeFacts,
  commits: readonly CommitFact[],
): Finding[] {
  const toSign = findings.map((finding) => finding.status === "fail" && !MENDED_BY_TRUST.has(finding.reason));
  const first = toSign.indexOf(true);
  if (first < 0) return [...findings];
  const resign = resignRemedy(commits, first, facts.pullRequest.base.oid);
  return findings.map((finding, index) => {
    if (toSign[index] !== true || finding.remedy === null) return finding;
    const { text, commands } = finding.remedy;
    const own = commands.length === 0 ? resign.text : text;
    return { ...finding, remedy: { ...resign, text: own, commands: [...commands, ...resign.commands] } };
  });
}

/** A key that cannot be read trusts nobody, which is safe; a revocation that cannot be read would be. */
function trustFinding(problem: TrustProblem): Finding {
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
