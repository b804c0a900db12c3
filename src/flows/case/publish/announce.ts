import type { CaseSubject } from "../../../store/jobs.js";
import type { FlowContext } from "../../context.js";
import { reassess } from "./reassess.js";
import { withCase } from "../core/with-case.js";

/**
 * Notes that a case is known to those who have to know: its issue is there, and every alert was tried at least once. A
 * channel that fails does not hold it up. Only then a declaration turns the check.
 */
export async function announce(context: FlowContext, { tenantId, caseId }: CaseSubject): Promise<void> {
  const isNews = await withCase(context, tenantId, caseId, async (_draft, tx) => {
    const alerts = await tx.alertsOf(tenantId, caseId);
    if (alerts.some(({ attempts }) => attempts === 0)) return false;
    return tx.markAnnounced(tenantId, caseId, context.clock.now());
  });
  if (isNews === true) await reassess(context, { tenantId, caseId });
}
