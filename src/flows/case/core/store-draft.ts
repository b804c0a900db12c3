import type { Step } from "../../../breakglass/case.js";
import { deadlines, schedule } from "../../../breakglass/clocks.js";
import { writeCaseFile } from "../../../breakglass/stored.js";
import { CountersignError } from "../../../errors.js";
import type { RecordContent } from "../../../evidence/record.js";
import { sealRecord, stepRecord } from "../../../evidence/case-record.js";
import { alertFor, type Occasion, routeFor } from "../../../report/case/alert.js";
import { stepComment, timerComment } from "../../../report/case/comment.js";
import type { CaseView } from "../../../report/case/view.js";
import type { NewStoredCase } from "../../../store/ports/case-store.js";
import type { NewRecord, StoreTransaction } from "../../../store/store.js";
import { issueUrl } from "../issue-url.js";
import type { CaseDraft } from "./draft.js";
import { wantIssue } from "./want-issue.js";
import { viewOf } from "./view.js";

/**
 * Stores what happened to a case: its next state, a record of each step, its timers, and everything that is to be
 * posted or sent. Nothing is posted here. Call it with the case's lock held, in the transaction that read the case.
 */
export async function storeDraft(tx: StoreTransaction, draft: CaseDraft): Promise<void> {
  const { tenantId } = draft.place;
  await tx.saveCase(rowOf(draft));
  // Each declaration turns the check only after those who have to know were told of that one.
  if (draft.steps.some(isDeclaration)) await tx.forgetAnnouncement(tenantId, draft.id);
  await tx.setTimers(tenantId, draft.id, schedule(draft.case));
  await appendSteps(tx, draft);
  await wantAlerts(tx, draft);
  const view = await viewOf(tx, draft);
  await wantComments(tx, draft, view);
  await wantIssue(tx, draft, view);
  await tx.enqueue({ task: "publish-case", payload: { tenantId, caseId: draft.id } });
}

const isDeclaration = ({ event, refusal }: Step): boolean => event.kind === "declared" && refusal === null;

function rowOf(draft: CaseDraft): NewStoredCase {
  const { tenantId, changeKey, repository, branch, pullNumber } = draft.place;
  const subject = draft.case;
  return {
    tenantId,
    id: draft.id,
    changeKey,
    repository,
    branch,
    pullNumber,
    retroNumber: subject.documentation?.pullRequest ?? draft.file.offer?.number ?? null,
    state: subject.state,
    breached: subject.breaches.length > 0,
    openedAt: new Date(subject.openedAt),
    ...writeCaseFile(draft.file),
    revision: draft.revision,
  };
}

/** One record a step, each bound to the one before it, and the seal at the end. */
async function appendSteps(tx: StoreTransaction, draft: CaseDraft): Promise<void> {
  const { tenantId, repository, branch } = draft.place;
  const first = draft.case.steps.length - draft.steps.length;
  const records = await tx.recordsOfCase(tenantId, draft.id);
  let previousDigest = records.findLast(({ kind }) => kind === "break-glass")?.digest ?? null;
  for (const [offset, step] of draft.steps.entries()) {
    const record = stepRecord({
      case: draft.case,
      step,
      index: first + offset,
      repository,
      branch,
      previousDigest,
    });
    await tx.appendRecord(recordOf(draft, "break-glass", step.event.at, record));
    previousDigest = record.digest;
  }
  if (draft.steps.some(({ to, refusal }) => to === "closed" && refusal === null)) await seal(tx, draft);
}

/** The whole story in one record, with the digest of each of its parts. */
async function seal(tx: StoreTransaction, draft: CaseDraft): Promise<void> {
  const { tenantId, repository, branch, changeKey, pullNumber } = draft.place;
  const { file, case: subject } = draft;
  const change = await tx.findRecord(tenantId, pullNumber === null ? "push" : "merge", changeKey);
  if (change === null) throw new CountersignError("invariant-broken", `${changeKey} has no record.`);
  const alerts = await tx.alertsOf(tenantId, draft.id);
  const record = sealRecord({
    case: subject,
    repository,
    branch,
    records: await tx.recordsOfCase(tenantId, draft.id),
    change,
    policyDigest: file.policyDigest,
    clocks: deadlines(subject),
    decision: file.decision,
    alerts: alerts.map(({ id, channel, sentAt }) => ({ id, channel, sentAt: sentAt?.toISOString() ?? null })),
    issueUrl: issueUrl(file.repositoryUrl, draft.issue),
  });
  const closedAt = subject.closing?.at ?? subject.openedAt;
  await tx.appendRecord(recordOf(draft, "break-glass-sealed", closedAt, record));
}

function recordOf(
  { place, case: subject, file }: CaseDraft,
  kind: NewRecord["kind"],
  at: string,
  built: RecordContent,
): NewRecord {
  const { tenantId, repository, branch, pullNumber } = place;
  const oid = subject.landing?.afterOid ?? subject.declaration?.headOid ?? "";
  return {
    tenantId,
    kind,
    ...built,
    repository,
    branch,
    pullNumber,
    headOid: subject.landing?.headOid ?? oid,
    commitOid: oid,
    policyDigest: file.policyDigest,
    occurredAt: new Date(at),
    observedAt: new Date(at),
  };
}

async function wantAlerts(tx: StoreTransaction, draft: CaseDraft): Promise<void> {
  if (draft.tellings.length === 0) return;
  const { tenantId } = draft.place;
  const view = await viewOf(tx, draft);
  for (const telling of draft.tellings) {
    const content = alertFor(view, telling.occasion);
    for (const channel of channelsOf(draft, telling.occasion)) {
      const id = `${telling.id}/${channel}`;
      const alert = { tenantId, id, caseId: draft.id, channel, content: { ...content, id } };
      if (await tx.wantAlert(alert)) {
        await tx.enqueue(
          { task: "send-alert", payload: { tenantId, alertId: id } },
          sendingOf(draft, content),
        );
      }
    }
  }
}

/** An alert should lead to the issue, but waits only so long for there to be one. `publish-case` sends it as soon. */
const LONGEST_WAIT_MS = 5_000;

const sendingOf = ({ issue }: CaseDraft, { at }: { readonly at: string }): { runAt?: Date } =>
  issue === null ? { runAt: new Date(Date.parse(at) + LONGEST_WAIT_MS) } : {};

function channelsOf({ file }: CaseDraft, occasion: Occasion): Set<string> {
  const level = "timer" in occasion ? occasion.timer.level : 0;
  return new Set(routeFor(file.handling, occasion.kind, level)?.channels);
}

/** Everything on the tracking issue beside its text: what matters to people who watch. */
async function wantComments(tx: StoreTransaction, draft: CaseDraft, view: CaseView): Promise<void> {
  const { tenantId } = draft.place;
  const isUntold = ({ event }: Step): boolean => event.kind === "closed" || !draft.answered.has(event.id);
  const comments = [
    ...draft.steps
      .filter(isUntold)
      .map((step) => ({ key: `${draft.id}/${step.event.id}`, body: stepComment(view, step) })),
    ...draft.timers.map((timer) => ({ key: timer.id, body: timerComment(view, { ...timer, doneAt: null }) })),
  ];
  for (const { key, body } of comments) {
    if (body !== null) await tx.wantComment({ tenantId, key, caseId: draft.id, on: null, body });
  }
}
