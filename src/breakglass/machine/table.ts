import type { State } from "../case.js";
import type { EventKind } from "../event.js";
import type { Rule } from "../rules.js";

export const STATES: readonly State[] = [
  "declared",
  "landed",
  "acknowledged",
  "documented",
  "reviewed",
  "rejected",
  "closed",
  "withdrawn",
];

/** A list: the states it can lead to. A rule: it is refused. */
export type Cell = readonly State[] | Rule;
export type Row = Readonly<Record<State, Cell>>;

const OVER = { closed: "case-closed", withdrawn: "case-withdrawn" } as const;
const NOT_YET = { declared: "nothing-landed", ...OVER } as const;

/**
 * What each event does in each state: the one place that says it. `docs/break-glass.md` shows the same table; a test
 * keeps them equal. Where a cell lists several states, the first thing that is still owed decides which it is; what
 * comes early (a document before the acknowledgement, a review before the document) is kept until its turn.
 * A cell that allows an event may still refuse it for what the event says (`apply.ts`).
 */
export const TABLE: Readonly<Record<EventKind, Row>> = {
  declared: {
    declared: ["declared"],
    landed: "already-landed",
    acknowledged: "already-landed",
    documented: "already-landed",
    reviewed: "already-landed",
    rejected: "already-landed",
    closed: "case-closed",
    withdrawn: ["declared"],
  },
  withdrawn: {
    ...OVER,
    declared: ["withdrawn"],
    landed: "already-landed",
    acknowledged: "already-landed",
    documented: "already-landed",
    reviewed: "already-landed",
    rejected: "already-landed",
  },
  landed: {
    declared: ["landed"],
    landed: "already-landed",
    acknowledged: "already-landed",
    documented: "already-landed",
    reviewed: "already-landed",
    rejected: "already-landed",
    closed: "case-closed",
    // A withdrawal that overlaps the merge must not hide it.
    withdrawn: ["landed"],
  },
  acknowledged: {
    ...NOT_YET,
    landed: ["acknowledged", "documented", "reviewed"],
    acknowledged: "already-acknowledged",
    documented: "already-acknowledged",
    reviewed: "already-acknowledged",
    rejected: ["rejected"],
  },
  documented: {
    ...NOT_YET,
    landed: ["landed"],
    acknowledged: ["documented", "reviewed"],
    documented: ["documented", "reviewed"],
    reviewed: ["documented", "reviewed"],
    rejected: ["rejected"],
  },
  "documentation-withdrawn": {
    ...NOT_YET,
    landed: ["landed"],
    acknowledged: "not-documented",
    documented: ["acknowledged"],
    reviewed: ["acknowledged"],
    rejected: ["rejected"],
  },
  approved: {
    ...NOT_YET,
    landed: ["landed"],
    acknowledged: ["acknowledged"],
    documented: ["documented", "reviewed"],
    reviewed: ["reviewed"],
    rejected: "revert-owed",
  },
  "approval-withdrawn": {
    ...NOT_YET,
    landed: ["landed"],
    acknowledged: ["acknowledged"],
    documented: ["documented"],
    reviewed: ["documented", "reviewed"],
    rejected: ["rejected"],
  },
  rejected: {
    ...NOT_YET,
    landed: ["landed", "rejected"],
    acknowledged: ["acknowledged", "rejected"],
    documented: ["reviewed", "rejected"],
    reviewed: ["reviewed", "rejected"],
    rejected: "already-rejected",
  },
  "revert-landed": {
    ...NOT_YET,
    landed: ["landed"],
    acknowledged: ["acknowledged"],
    documented: ["documented"],
    reviewed: ["reviewed"],
    rejected: ["landed", "acknowledged", "documented", "reviewed"],
  },
  "revert-undone": {
    ...NOT_YET,
    landed: ["landed", "rejected"],
    acknowledged: ["acknowledged", "rejected"],
    documented: ["documented", "rejected"],
    reviewed: ["reviewed", "rejected"],
    rejected: "not-reverted",
  },
  extended: {
    ...NOT_YET,
    landed: ["landed"],
    acknowledged: ["acknowledged"],
    documented: ["documented"],
    reviewed: "nothing-to-extend",
    rejected: ["rejected"],
  },
  breached: {
    ...NOT_YET,
    landed: ["landed"],
    acknowledged: ["acknowledged"],
    documented: ["documented"],
    reviewed: "clock-met",
    rejected: ["rejected"],
  },
  closed: {
    ...NOT_YET,
    landed: "not-acknowledged",
    acknowledged: "not-documented",
    documented: "not-reviewed",
    reviewed: ["closed"],
    rejected: "revert-owed",
  },
  "authority-replaced": {
    ...OVER,
    declared: ["declared"],
    landed: ["landed"],
    acknowledged: ["acknowledged"],
    documented: ["documented"],
    reviewed: ["reviewed"],
    rejected: ["rejected"],
  },
  "involvement-read": {
    ...NOT_YET,
    // Someone whose step counted may turn out to have had a hand in it: then it no longer counts.
    landed: ["landed"],
    acknowledged: ["landed", "acknowledged"],
    documented: ["landed", "documented"],
    reviewed: ["landed", "documented", "reviewed"],
    rejected: ["rejected"],
  },
};

/** The events that a case can begin with. */
export const OPENING = ["declared", "landed"] as const satisfies readonly EventKind[];
