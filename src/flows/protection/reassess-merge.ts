import { z } from "zod";
import { reassessedRecord } from "../../evidence/drift-record.js";
import { gather } from "../../facts/gather.js";
import { NO_EMERGENCIES } from "../../policy/emergencies.js";
import type { Decision } from "../../policy/finding.js";
import { withFindings } from "../../policy/merge-group/member-decision.js";
import { emergencyFindings } from "../../policy/rules/emergencies.js";
import { readDecision } from "../../policy/verdict/stored-decision.js";
import type { PullRequestSubject } from "../../store/jobs.js";
import type { NewRecord, StoredRecord } from "../../store/store.js";
import { landCase } from "../case/land.js";
import { landedMerge } from "../case/landed-merge.js";
import { gatherPorts, installationOf, type FlowContext } from "../context.js";
import { inactive } from "../record-merge.js";
import { type AroundMerge, asEmergencies, readAround, timesOf } from "./around-merge.js";

/**
 * Looks again at a merge whose record says that its gates had passed, with what was learned since of its branch's
 * protection at that time. The record stays; another one says what was found, and the case is opened as of any change
 * whose gates had not passed when it landed. It may run any number of times.
 *
 * @throws CountersignError `installation-inactive` while the app may not look, or a `github-*` code
 */
export async function reassessMerge(context: FlowContext, subject: PullRequestSubject): Promise<void> {
  const { store, clock } = context;
  const { tenantId, repository, number } = subject;
  const merge = await store.findMergeRecord(tenantId, repository.id, number);
  if (merge === null || merge.bypass) return;
  if ((await store.findRecord(tenantId, "merge-reassessed", merge.changeKey)) !== null) return;
  const key = { tenantId, repositoryId: repository.id, branch: merge.branch };
  const around = await readAround(store, key, timesOf(merge));
  const { decision: before } = body.parse(JSON.parse(merge.body));
  const decided = readDecision(before);
  if (around.changes.length + around.windows.length === 0 || isDoubted(decided)) return;
  const installation = await installationOf(context, tenantId);
  if (installation === null) throw inactive(repository, clock.now());
  const change = await gather(subject, gatherPorts(context, installation, tenantId));
  const findings = emergencyFindings(change.facts, { ...NO_EMERGENCIES, ...asEmergencies(around) });
  const decision = withFindings(decided, findings);
  const record = newRecord(merge, number, { around, decision, at: clock.now() });
  await store.transaction(async (tx) => {
    const outcome = await tx.appendRecord(record);
    if (outcome === "exists" || !record.bypass) return;
    await landCase(tx, landedMerge(context, change, decision, merge));
  });
  context.logger.warn(
    { pull: `${repository.owner}/${repository.name}#${number}`, bypass: record.bypass },
    "A merge landed while its branch may not have been protected",
  );
}

const body = z.object({ decision: z.unknown() });

/** Whether the record says itself that protection was changed around the merge. */
const isDoubted = ({ gates }: Decision): boolean =>
  gates.some(({ findings }) => findings.some(({ rule }) => rule === "protection-changed"));

interface Reassessed {
  readonly around: AroundMerge;
  readonly decision: Decision;
  readonly at: Date;
}

function newRecord(merge: StoredRecord, pullNumber: number, { around, decision, at }: Reassessed): NewRecord {
  const { tenantId, repository, branch, headOid, commitOid, policyDigest, occurredAt } = merge;
  return {
    tenantId,
    kind: "merge-reassessed",
    ...reassessedRecord({ repository, branch, pullNumber, merge, ...around, decision, at: at.toISOString() }),
    repository,
    branch,
    pullNumber,
    headOid,
    commitOid,
    policyDigest,
    occurredAt,
    observedAt: at,
  };
}
