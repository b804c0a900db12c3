import type { RepositoryRef } from "../facts/facts.js";
import type { Drift, Snapshot, ToldChange } from "../policy/drift/drift.js";
import type { Window } from "../policy/drift/window.js";
import type { Decision } from "../policy/finding.js";
import { DRIFT_CONTROLS } from "./case-controls.js";
import type { RecordRef } from "./case-record.js";
import { isObserved, type RecordContent, recordOf } from "./record.js";

/** A change that landed while protection may not have been what the policy asks. */
export interface LandedMeanwhile extends RecordRef {
  readonly kind: "merge" | "push";
  /** When it landed (ISO 8601). */
  readonly at: string;
  readonly outcome: string;
  readonly bypass: boolean;
}

export interface DriftEvidence {
  readonly repository: RepositoryRef;
  readonly branch: string;
  readonly drift: Drift;
  readonly before: Snapshot;
  readonly now: Snapshot;
  /** What protects the branch now, as canonical JSON would have it. */
  readonly protection: unknown;
  /** The time in which protection was less than the policy asks, if one has begun or ended. */
  readonly window: Window | null;
  /** Changes that have a record, and landed in the window, or while it is not known what protection was. */
  readonly landed: readonly LandedMeanwhile[];
}

/** The key of a drift's record; an audit of a branch has a time of its own. */
export const driftKey = (repositoryId: number, branch: string, observedAt: string): string =>
  `${repositoryId}/${branch}@protection:${observedAt}`;

/**
 * Builds the record (kind `protection-drift`) of a branch's protection that is found to be another: what the policy misses
 * of it before and now, who changed it and when as far as GitHub told, and what landed meanwhile.
 */
export function driftRecord(evidence: DriftEvidence): RecordContent {
  const { repository, branch, drift, before, now, protection, window, landed } = evidence;
  const { outcome, cause, between, changes } = drift;
  const [after, until] = between;
  return recordOf(
    {
      changeKey: driftKey(repository.id, branch, now.observedAt),
      bypass: false,
      outcome,
      controls: DRIFT_CONTROLS,
    },
    {
      type: "protection-drift",
      version: 1,
      repository,
      branch,
      outcome,
      cause,
      between: { after, until },
      changes: changes.map((change) => ({ ...change })),
      attribution: changes.length === 0 ? "unknown" : "told",
      before: seen(before),
      now: seen(now),
      protection,
      window,
      landed: landed.map((one) => ({ ...one })),
    },
  );
}

const seen = ({ observedAt, digest, policyDigest, misses }: Snapshot) => ({
  observedAt,
  digest,
  policy: { digest: policyDigest },
  misses: misses.map((miss) => ({ ...miss })),
});

export interface ReassessedMerge {
  readonly repository: RepositoryRef;
  readonly branch: string;
  readonly pullNumber: number;
  /** The merge's own record, which stays as it is. */
  readonly merge: RecordRef;
  /** What was learned of protection at that time only after the record. */
  readonly changes: readonly ToldChange[];
  readonly windows: readonly Window[];
  /** The record's decision, with what was learned. */
  readonly decision: Decision;
  /** When it was found (ISO 8601). */
  readonly at: string;
}

/**
 * Builds the record (kind `merge-reassessed`) of a merge whose own record says that its gates had passed, and of which it
 * was found later that protection may have been off when it landed. It is what counts it as a bypass.
 */
export function reassessedRecord(found: ReassessedMerge): RecordContent {
  const { repository, branch, pullNumber, merge, changes, windows, decision, at } = found;
  const { changeKey, position, digest } = merge;
  const bypass = !isObserved(decision);
  return recordOf(
    { changeKey, bypass, outcome: decision.outcome, controls: decision.controls },
    {
      type: "merge-reassessed",
      version: 1,
      repository,
      branch,
      pull: pullNumber,
      of: { changeKey, position, digest },
      changes: changes.map((change) => ({ ...change })),
      windows: windows.map((window) => ({ ...window })),
      decision,
      bypass,
      at,
    },
  );
}
