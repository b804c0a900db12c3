import type { Account, ChangeFacts, Fact } from "../facts/facts.js";
import type { Decision } from "../policy/finding.js";
import type { SignatureVerdict } from "../signatures/verdict.js";
import { changeKeys } from "./change-key.js";
import { signedCommits } from "./commits.js";
import { isObserved, type RecordContent, recordOf } from "./record.js";

/** The last verdict that stood on the head commit before the change was merged. */
export interface EarlierVerdict {
  readonly outcome: string;
  readonly observedAt: string;
  /** When the last look came to this very verdict again; `observedAt` where none did. */
  readonly confirmedAt: string;
  readonly digest: string;
}

export interface MergeEvidence {
  readonly facts: ChangeFacts;
  readonly decision: Decision;
  readonly verdicts: Fact<readonly SignatureVerdict[]>;
  /** Of the keys and revocations that the signatures were judged by; `null` where they could not be read. */
  readonly trustDigest: string | null;
  /** What it made of the branch is outside of what the policy gates, and so no bypass. */
  readonly outside: boolean;
  /** `null`: the change was merged before any verdict on it. */
  readonly before: EarlierVerdict | null;
}

/**
 * Builds the record of a merge: who, what, when, from which commits, every finding, approvals, protection as it was,
 * the policy's digest, control IDs, and whether the gates had passed. Facts that could not be read are in it as
 * unknown, with their reason.
 *
 * @throws TypeError if the pull request is not merged
 */
export function mergeRecord({
  facts,
  decision,
  verdicts,
  trustDigest,
  outside,
  before,
}: MergeEvidence): RecordContent {
  const { merge, base } = facts.pullRequest;
  if (merge === null) throw new TypeError("A merge record needs a merged pull request.");
  // The facts are gathered after the merge, when an approval, a review or the protection may have been changed: what
  // was shown before it must have passed as well; that it was outside of what the policy gates is not that its gates
  // passed. Without any verdict before it, nothing let it in.
  const shown = decision.outcome === "passed" && before?.outcome === "passed";
  const bypass = !outside && !shown && !isObserved(decision);
  return recordOf(
    {
      changeKey: changeKeys.pullRequest(facts.repository.id, facts.pullRequest.number),
      bypass,
      outcome: outside ? "outside" : decision.outcome,
      controls: decision.controls,
    },
    {
      type: "merge",
      version: 1,
      repository: facts.repository,
      branch: base.ref,
      change: changeOf(facts),
      landed: { ...merge, mergedBy: nameOf(merge.mergedBy) },
      commits: signedCommits(facts.commits, verdicts),
      trust: { digest: trustDigest },
      reviews: facts.reviews,
      lastPusher: facts.lastPusher,
      ...(facts.bots.length > 0 && { bots: facts.bots }),
      results: facts.results,
      codeScanning: facts.codeScanning,
      protection: facts.protection,
      ...(facts.scope !== null && { scope: facts.scope }),
      decision,
      bypass,
      before,
    },
  );
}

function changeOf({ pullRequest }: ChangeFacts) {
  const { number, title, url, author, createdAt, crossRepository, head } = pullRequest;
  return { number, title, url, author: nameOf(author), createdAt, crossRepository, head };
}

const nameOf = (account: Account | null) => (account === null ? null : { ...account });
