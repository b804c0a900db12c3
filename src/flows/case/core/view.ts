import { z } from "zod";
import type { CaseView } from "../../../report/case/view.js";
import type { StoredAlert } from "../../../store/ports/case-store.js";
import type { StoreTransaction } from "../../../store/store.js";
import { currentUrl, issueUrl } from "../issue-url.js";
import type { CaseDraft } from "./draft.js";

const content = z.object({ kind: z.string() });

/** A case with all that its texts tell of it. */
export async function viewOf(tx: StoreTransaction, draft: CaseDraft): Promise<CaseView> {
  const { place, file, case: subject } = draft;
  const { tenantId, repository, branch, pullNumber } = place;
  const timers = await tx.timersOf(tenantId, subject.id);
  const alerts = await tx.alertsOf(tenantId, subject.id);
  return {
    case: subject,
    handling: file.handling,
    repository,
    repositoryUrl: currentUrl(file.repositoryUrl, repository),
    branch,
    pullNumber,
    how: file.how,
    decision: file.decision,
    timers: timers.map(({ doneAt, ...timer }) => ({ ...timer, doneAt: doneAt?.toISOString() ?? null })),
    alerts: alerts.map(alertOf),
    offer: file.offer,
    appOpens: file.appOpens,
    issueUrl: issueUrl(file.repositoryUrl, draft.issue),
    seal: await sealOf(tx, draft),
  };
}

async function sealOf(
  tx: StoreTransaction,
  { place, id, case: subject }: CaseDraft,
): Promise<CaseView["seal"]> {
  if (subject.state !== "closed") return null;
  const records = await tx.recordsOfCase(place.tenantId, id);
  const seal = records.find(({ kind }) => kind === "break-glass-sealed");
  return seal === undefined ? null : { digest: seal.digest, records: records.length - 1 };
}

function alertOf(alert: StoredAlert): CaseView["alerts"][number] {
  const { channel, wantedAt, sentAt, attempts, lastError } = alert;
  return {
    channel,
    kind: content.parse(alert.content).kind,
    wantedAt: wantedAt.toISOString(),
    sentAt: sentAt?.toISOString() ?? null,
    attempts,
    lastError,
  };
}
