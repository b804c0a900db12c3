import type { Account, BotApp, CommitFact, Fact, RepositoryRef, ResultFact } from "../facts/facts.js";
import type { Decision } from "../policy/finding.js";
import type { Scope } from "../policy/rules/path-scope/scope.js";
import type { SignatureVerdict } from "../signatures/verdict.js";
import { BASELINE_CONTROLS } from "./case-controls.js";
import { changeKeys, type Move } from "./change-key.js";
import { signedCommits } from "./commits.js";
import { isObserved, type RecordContent, recordOf } from "./record.js";

/** Why a change around the gates is no bypass: the app made it, or a bot that the policy before the change names. */
export type Exemption = "release-bot" | "own-app";

export interface PushEvidence {
  readonly repository: RepositoryRef;
  readonly branch: string;
  readonly move: Move;
  /** First-parent commits that the branch gained, the oldest first. */
  readonly oids: readonly string[];
  /** All commits that came with it, those of merged side branches included. */
  readonly commits: Fact<readonly CommitFact[]>;
  readonly verdicts: Fact<readonly SignatureVerdict[]>;
  /** Of the keys and revocations that the signatures were judged by; `null` where they could not be read. */
  readonly trustDigest: string | null;
  readonly results: Fact<readonly ResultFact[]>;
  /** `null`: no event named one. */
  readonly pusher: Account | null;
  /** When it happened (ISO 8601, UTC): by GitHub's account, or when it was found. */
  readonly at: string;
  /** GUIDs of the deliveries that told of it; none where it was found by comparison. */
  readonly deliveries: readonly string[];
  readonly exemption: Exemption | null;
  /** The apps of those who moved the branch, where the policy names release bots by their apps. */
  readonly bots: readonly BotApp[];
  /** What it touches of the policy's paths; `null`: those are everything. */
  readonly scope: Fact<Scope> | null;
  /** It touches nothing that the policy gates, and so is no bypass. */
  readonly outside: boolean;
  /** By the policy from before the change. */
  readonly decision: Decision;
}

/**
 * Builds the record (kind `push`) of a change that came without a merged pull request. It is a bypass unless exempt,
 * outside of what the policy gates, or merely observed, whatever the gates that can run afterwards say: no verdict stood before it, so nothing let it in.
 */
export function pushRecord(evidence: PushEvidence): RecordContent {
  const { repository, branch, move, exemption, bots, scope, outside, decision } = evidence;
  const { oids, commits, verdicts, trustDigest, results, pusher, at, deliveries } = evidence;
  const { form, before, after } = move;
  const bypass = exemption === null && !outside && !isObserved(decision);
  return recordOf(
    {
      changeKey: changeKeys.ofMove(repository.id, branch, move),
      bypass,
      outcome: exemption !== null ? "exempt" : outside ? "outside" : decision.outcome,
      controls: decision.controls,
    },
    {
      type: "push",
      version: 1,
      repository,
      branch,
      form,
      before,
      after,
      firstParents: oids,
      commits: signedCommits(commits, verdicts),
      trust: { digest: trustDigest },
      results,
      pusher,
      at,
      deliveries,
      exemption,
      ...(bots.length > 0 && { bots }),
      ...(scope !== null && { scope }),
      decision,
      bypass,
    },
  );
}

export interface Baseline {
  readonly repository: RepositoryRef;
  readonly branch: string;
  /** Where the branch stood when it was first seen; what it held by then is not judged. */
  readonly oid: string;
  readonly at: string;
}

/** Builds the record (kind `baseline`) from which on every commit of a branch is accounted for. */
export function baselineRecord({ repository, branch, oid, at }: Baseline): RecordContent {
  return recordOf(
    {
      changeKey: changeKeys.baseline(repository.id, branch),
      bypass: false,
      outcome: "baseline",
      controls: BASELINE_CONTROLS,
    },
    { type: "baseline", version: 1, repository, branch, oid, at },
  );
}
