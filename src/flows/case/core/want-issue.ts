import { canonicalJson, sha256Hex } from "../../../evidence/canonical.js";
import { issueBody, issueTitle } from "../../../report/case/issue.js";
import type { CaseView } from "../../../report/case/view.js";
import type { IssueHome } from "../../../store/ports/case-store.js";
import type { StoreTransaction } from "../../../store/store.js";
import type { CaseDraft } from "./draft.js";

/** The compliance repository is of the same organization; its id is learnt before the issue is posted. */
export const UNKNOWN_ID = 0;

/** States what the tracking issue of a case should say. */
export async function wantIssue(tx: StoreTransaction, draft: CaseDraft, view: CaseView): Promise<void> {
  const { tenantId } = draft.place;
  const { issue } = draft.file.handling;
  const shown = {
    title: issueTitle(view),
    body: issueBody(view),
    labels: issue.labels,
    open: !draft.isOver,
  };
  const digest = sha256Hex(canonicalJson(shown));
  await tx.wantIssue({ tenantId, caseId: draft.id, repository: homeOf(draft), ...shown, digest });
}

/** Where it was posted it stays; before that it is to be where the policy says. */
function homeOf({ issue, file, place: { repository } }: CaseDraft): IssueHome {
  const { repository: name } = file.handling.issue;
  if (issue !== null) return issue.repository;
  return name === null ? repository : { id: UNKNOWN_ID, owner: repository.owner, name };
}
