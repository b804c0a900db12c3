import { type IssueIncident, issueRecord } from "../../../evidence/case-record.js";
import { issueChangeComment } from "../../../report/case/issue-change.js";
import type { IssueChangeSubject } from "../../../store/jobs.js";
import type { FlowContext } from "../../context.js";
import { withCase } from "../core/with-case.js";

/**
 * Someone else edited, closed, relabelled or deleted a case's tracking issue. The text of an issue decides nothing, so
 * it is put back as the records say, and who did it is on record.
 */
export async function restoreIssue(context: FlowContext, subject: IssueChangeSubject): Promise<void> {
  const { tenantId, caseId, guid, action, by, at } = subject;
  const gone = isGone(action);
  await withCase(context, tenantId, caseId, async (draft, tx) => {
    const { repository, branch, pullNumber } = draft.place;
    const { issue } = draft;
    if (issue === null) return;
    const change = changeOf(action, draft.isOver);
    const record = issueRecord({
      caseId,
      repository: issue.repository,
      issue: issue.number,
      eventId: guid,
      by,
      at,
      action,
      ...change,
    });
    const outcome = await tx.appendRecord({
      tenantId,
      kind: "break-glass-issue",
      ...record,
      repository,
      branch,
      pullNumber,
      headOid: "",
      commitOid: "",
      policyDigest: draft.file.policyDigest,
      occurredAt: new Date(at),
      observedAt: context.clock.now(),
    });
    if (outcome === "exists") return;
    const body = issueChangeComment(by, change);
    await tx.wantComment({ tenantId, key: `${caseId}/issue/${guid}`, caseId, on: null, body });
    draft.touch();
  });
  await context.store.renewIssue(tenantId, caseId, gone);
  await context.store.enqueue({ task: "publish-case", payload: { tenantId, caseId } });
}

const isGone = (action: string): boolean => action === "deleted" || action === "transferred";

/** What was done to an issue, and what is done about it. */
function changeOf(action: string, isOver: boolean): Pick<IssueIncident, "what" | "response"> {
  switch (action) {
    case "edited":
      return { what: "The text was edited.", response: "restored" };
    case "closed":
      return { what: "The issue was closed.", response: isOver ? "noted" : "opened-again" };
    case "reopened":
      return { what: "The issue was opened again.", response: isOver ? "restored" : "noted" };
    case "unlabeled":
      return { what: "A label was taken off.", response: "restored" };
    default:
      return isGone(action)
        ? { what: "The issue was taken away.", response: "made-anew" }
        : { what: `GitHub calls it ${action}.`, response: "restored" };
  }
}
