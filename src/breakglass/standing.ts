import type { Account } from "../facts/facts.js";
import type { Approval, Case, ClockName, Landing, State } from "./case.js";
import { refuseDocumenter, refuseInvolved } from "./roles.js";

/** A case but for the two things that are derived or appended. */
export type Marks = Omit<Case, "state" | "steps">;

/** Where a case stands: the first thing that is still owed decides. */
export function stateOf(marks: Marks): State {
  if (marks.closing !== null) return "closed";
  if (marks.landing === null) return isDeclarationOver(marks) ? "withdrawn" : "declared";
  if (isRevertOwed(marks)) return "rejected";
  if (!isAcknowledged(marks)) return "landed";
  if (marks.documentation === null) return "acknowledged";
  return isReviewed(marks) ? "reviewed" : "documented";
}

/** Whether someone independent acknowledged it, by all that is known now of who was involved. */
export function isAcknowledged({ acknowledgement, involvement }: Marks): boolean {
  return acknowledgement !== null && refuseInvolved(acknowledgement.by, involvement) === null;
}

/** The approvals that count: of the commit that documents the case, by people independent of it, one a person. */
export function countingApprovals(marks: Marks): readonly Approval[] {
  const current = marks.approvals.filter(
    ({ by, headOid }) => headOid === marks.documentation?.headOid && isIndependent(by, marks),
  );
  return [...new Map(current.map((approval) => [approval.by.id, approval])).values()];
}

/**
 * Whether what was done at an instant came before a change landed. GitHub tells whole seconds: what was done in the
 * second of the landing may have let it happen, so it is before it.
 */
export const isBeforeLanding = (at: string, { landedAt }: Pick<Landing, "landedAt">): boolean =>
  Date.parse(at) <= Date.parse(landedAt);

/** Whether the change had its independent review: enough approvals, or a rejection that was carried out. */
export function isReviewed(marks: Marks): boolean {
  return isApproved(marks) || (isRejectedIndependently(marks) && marks.revert !== null);
}

/** A rejection binds whoever made it: it may be the one warning there is. */
export const isRevertOwed = ({ rejection, revert }: Marks): boolean => rejection !== null && revert === null;

/** Whether what a clock waits for has been done. A rejection is a review too; what it asks for has its own clock. */
export function isMet(clock: ClockName, marks: Marks): boolean {
  switch (clock) {
    case "acknowledge":
      return isAcknowledged(marks);
    case "document":
      return marks.documentation !== null;
    case "review":
      return isApproved(marks) || isRejectedIndependently(marks);
    case "revert":
      return !isRevertOwed(marks);
  }
}

function isApproved(marks: Marks): boolean {
  // A policy that asked for none would make every change reviewed.
  return countingApprovals(marks).length >= Math.max(1, marks.terms.approvals);
}

const isRejectedIndependently = (marks: Marks): boolean =>
  marks.rejection !== null && isIndependent(marks.rejection.by, marks);

function isIndependent(account: Account, { involvement, documentation }: Marks): boolean {
  return (
    refuseInvolved(account, involvement) === null &&
    refuseDocumenter(account, documentation?.by ?? null) === null
  );
}

const isDeclarationOver = ({ declaration }: Marks): boolean => declaration?.endedAt !== null;
