import { driftRecord, type LandedMeanwhile } from "../../evidence/drift-record.js";
import { handlingOf } from "../../policy/break-glass.js";
import { type Drift, isSame, type Snapshot } from "../../policy/drift/drift.js";
import { changesAround, type Window, windowsAround, windowsOf } from "../../policy/drift/window.js";
import { routeFor } from "../../report/case/alert.js";
import { driftAlert } from "../../report/drift/alert.js";
import type { BranchKey } from "../../store/ports/branch-store.js";
import type { BranchSubject } from "../../store/jobs.js";
import type { NewRecord, StoredRecord, StoreTransaction } from "../../store/store.js";
import type { FlowContext } from "../context.js";
import { timesOf } from "./around-merge.js";
import type { Audit } from "./settle-audit.js";

/** What an audit found, beside the snapshot before it. */
export interface FoundDrift {
  readonly drift: Drift;
  readonly before: Snapshot;
  readonly now: Snapshot;
  readonly audit: Audit;
}

/** Records a drift, has it told, and has those merges looked at again that may have landed meanwhile. */
export async function storeDrift(
  { logger }: FlowContext,
  tx: StoreTransaction,
  subject: BranchSubject,
  found: FoundDrift,
): Promise<void> {
  const { drift, before, now, audit } = found;
  const { tenantId, repository, branch } = subject;
  const key = { tenantId, repositoryId: repository.id, branch };
  const earlier = await tx.snapshotsOf(key);
  const windows = windowsOf(isSame(before, now) ? earlier : [...earlier, now]);
  const window = drift.outcome === "changed" ? null : (windows.at(-1) ?? null);
  const since = sinceOf(found, window, earlier);
  const landed = (await tx.landedBetween(key, since, audit.at)).map(landedMeanwhile);
  const protection: unknown = JSON.parse(audit.protection);
  const content = driftRecord({ repository, branch, drift, before, now, protection, window, landed });
  const record: NewRecord = {
    tenantId,
    kind: "protection-drift",
    ...content,
    repository,
    branch,
    pullNumber: null,
    headOid: audit.tip,
    commitOid: audit.tip,
    policyDigest: now.policyDigest,
    occurredAt: new Date(drift.changes.at(-1)?.at ?? audit.at),
    observedAt: audit.at,
  };
  await tx.appendRecord(record);
  await wantAlerts(tx, subject, found, { changeKey: record.changeKey, landed });
  await lookAgain(tx, subject, key, { since, drift, windows });
  const where = `${repository.owner}/${repository.name} ${branch}`;
  logger.warn({ branch: where, outcome: drift.outcome, cause: drift.cause }, "Protection is not what it was");
}

/** From when on what landed is of interest: the first change, or the beginning of the window that is open or just closed. */
function sinceOf({ drift }: FoundDrift, window: Window | null, earlier: readonly Snapshot[]): Date {
  const opened = window === null ? null : (window.opened?.after ?? earlier[0]?.observedAt ?? null);
  const instants = [
    drift.between[0],
    ...drift.changes.map(({ at }) => at),
    ...(opened === null ? [] : [opened]),
  ];
  return new Date(Math.min(...instants.map((instant) => Date.parse(instant))));
}

const landedMeanwhile = ({
  kind,
  changeKey,
  position,
  digest,
  occurredAt,
  outcome,
  bypass,
}: StoredRecord): LandedMeanwhile => ({
  kind: kind === "merge" ? "merge" : "push",
  changeKey,
  position,
  digest,
  at: occurredAt.toISOString(),
  outcome,
  bypass,
});

/** Along the first route of the policy, as of a new case. A policy that merely observes raises no alarm. */
async function wantAlerts(
  tx: StoreTransaction,
  { tenantId, repository, branch }: BranchSubject,
  { drift, now, audit }: FoundDrift,
  { changeKey, landed }: { readonly changeKey: string; readonly landed: readonly LandedMeanwhile[] },
): Promise<void> {
  const { policy, repositoryUrl } = audit;
  if (policy.identity.mode === "observe") return;
  const route = routeFor(handlingOf(policy.kind === "usable" ? policy.policy : null), "opened");
  const content = driftAlert({
    repository,
    repositoryUrl,
    branch,
    drift,
    misses: now.misses,
    landed: { changes: landed.length, bypasses: landed.filter(({ bypass }) => bypass).length },
    mentions: route?.mention ?? [],
  });
  if (content === null) return;
  for (const channel of new Set(route?.channels)) {
    const id = `protection/${changeKey}/${channel}`;
    await tx.wantAlert({ tenantId, id, caseId: null, channel, content: { ...content, id } });
    await tx.enqueue({ task: "send-alert", payload: { tenantId, alertId: id } });
  }
}

interface Learned {
  readonly since: Date;
  readonly drift: Drift;
  readonly windows: readonly Window[];
}

/**
 * Merges whose own record says that all had passed, and which may have landed while protection was off: what was changed
 * is told late, or is only seen now.
 */
async function lookAgain(
  tx: StoreTransaction,
  { tenantId, repository }: BranchSubject,
  key: BranchKey,
  { since, drift, windows }: Learned,
): Promise<void> {
  if (drift.cause === "policy") return;
  for (const merge of await tx.passedSince(key, since)) {
    const times = timesOf(merge);
    const doubts = [...changesAround(drift.changes, times), ...windowsAround(windows, times)];
    if (doubts.length === 0 || merge.pullNumber === null) continue;
    const payload = { tenantId, repository, number: merge.pullNumber };
    await tx.enqueue({ task: "reassess-merge", payload });
  }
}
