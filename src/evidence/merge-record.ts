import type { Account, ChangeFacts, Fact } from "../facts/facts.js";
import type { Decision } from "../policy/finding.js";
import type { SignatureVerdict } from "../signatures/verdict.js";
import { canonicalJson, sha256Hex } from "./canonical.js";

/** The last verdict that stood on the head commit before the change was merged. */
export interface EarlierVerdict {
  readonly outcome: string;
  readonly observedAt: string;
  readonly digest: string;
}

export interface MergeEvidence {
  readonly facts: ChangeFacts;
  readonly decision: Decision;
  readonly verdicts: Fact<readonly SignatureVerdict[]>;
  /** Of the keys and revocations that the signatures were judged by; `null` where they could not be read. */
  readonly trustDigest: string | null;
  /** `null`: the change was merged before any verdict on it. */
  readonly before: EarlierVerdict | null;
}

/** A merged change, as it is recorded: RFC 8785 canonical JSON and its lower-case hex SHA-256. */
export interface MergeRecord {
  /** One record for one change, however often and in whatever order we hear of it. */
  readonly changeKey: string;
  /** The gates had not passed when it landed. */
  readonly bypass: boolean;
  readonly body: string;
  readonly digest: string;
}

/**
 * Builds the record of a merge: who, what, when, from which commits, every finding, approvals, protection as it was,
 * the policy's digest, control IDs, and whether the gates had passed. Facts that could not be read are in it as
 * unknown, with their reason.
 *
 * @throws TypeError if the pull request is not merged
 */
export function mergeRecord({ facts, decision, verdicts, trustDigest, before }: MergeEvidence): MergeRecord {
  const { merge, base } = facts.pullRequest;
  if (merge === null) throw new TypeError("A merge record needs a merged pull request.");
  // The facts are gathered after the merge, when an approval, a review or the protection may have been changed: what
  // was shown before it must have passed as well. Without any verdict before it, nothing let it in.
  const bypass = decision.outcome !== "passed" || before?.outcome !== "passed";
  const body = canonicalJson(
    wellFormed({
      type: "merge",
      version: 1,
      repository: facts.repository,
      branch: base.ref,
      change: changeOf(facts),
      landed: { ...merge, mergedBy: nameOf(merge.mergedBy) },
      commits: commitsOf(facts, verdicts),
      trust: { digest: trustDigest },
      reviews: facts.reviews,
      lastPusher: facts.lastPusher,
      results: facts.results,
      codeScanning: facts.codeScanning,
      protection: facts.protection,
      decision,
      bypass,
      before,
    }),
  );
  return {
    changeKey: `${facts.repository.id}#${facts.pullRequest.number}`,
    bypass,
    body,
    digest: sha256Hex(body),
  };
}

function changeOf({ pullRequest }: ChangeFacts) {
  const { number, title, url, author, createdAt, crossRepository, head } = pullRequest;
  return { number, title, url, author: nameOf(author), createdAt, crossRepository, head };
}

function commitsOf({ commits }: ChangeFacts, verdicts: Fact<readonly SignatureVerdict[]>) {
  if (!commits.known) return commits;
  const verdictOf = (oid: string) =>
    verdicts.known ? (verdicts.value.find((verdict) => verdict.oid === oid) ?? null) : verdicts;
  return {
    known: true,
    value: commits.value.map(({ oid, parents, author, committer, authors, signature }) => ({
      oid,
      parents,
      author,
      committer,
      authors,
      forge: signature === null ? null : signature.forge,
      signature: verdictOf(oid),
    })),
  };
}

const nameOf = (account: Account | null) => (account === null ? null : { ...account });

/** Text from outside may hold half a surrogate pair, which canonical JSON cannot carry: it becomes U+FFFD. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, wellFormed(inner)]));
}
