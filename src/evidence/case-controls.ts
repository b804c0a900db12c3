import type { EventKind } from "../breakglass/event.js";
import type { ControlId } from "../policy/controls.js";

const CHANGE_CONTROL = [
  "SOC2:CC8.1",
  "NIST-800-53r5:CM-3",
  "ISO-27001:2022:A.8.32",
  "PCI-DSS-4.0.1:6.5.1",
] as const satisfies readonly ControlId[];
const AUTHORISED = "NIST-800-53r5:CM-5";
const SEPARATED = "NIST-800-53r5:AC-5";
const ATTRIBUTED = "NIST-800-53r5:AU-10";
const DETECTED = "NIST-800-53r5:SI-7";

/** Which controls each step of a case is evidence for. */
export const CASE_CONTROLS: Readonly<Record<EventKind, readonly ControlId[]>> = {
  declared: [...CHANGE_CONTROL, AUTHORISED, ATTRIBUTED],
  withdrawn: [...CHANGE_CONTROL, ATTRIBUTED],
  landed: [...CHANGE_CONTROL, AUTHORISED, DETECTED],
  acknowledged: [...CHANGE_CONTROL, SEPARATED, ATTRIBUTED],
  documented: [...CHANGE_CONTROL, ATTRIBUTED],
  "documentation-withdrawn": CHANGE_CONTROL,
  approved: [...CHANGE_CONTROL, SEPARATED, ATTRIBUTED],
  "approval-withdrawn": [...CHANGE_CONTROL, SEPARATED],
  rejected: [...CHANGE_CONTROL, SEPARATED, ATTRIBUTED],
  "revert-landed": [...CHANGE_CONTROL, DETECTED],
  "revert-undone": [...CHANGE_CONTROL, DETECTED],
  extended: [...CHANGE_CONTROL, AUTHORISED, ATTRIBUTED],
  breached: CHANGE_CONTROL,
  closed: [...CHANGE_CONTROL, SEPARATED, ATTRIBUTED],
  "authority-replaced": [...CHANGE_CONTROL, AUTHORISED],
  "involvement-read": [...CHANGE_CONTROL, SEPARATED],
};

/** Someone asked for what they may not do, or not now, and was refused: the rules are enforced. */
export const REFUSAL_CONTROLS: readonly ControlId[] = [AUTHORISED, SEPARATED, ATTRIBUTED];

/** Someone touched what the app shows of a case: noticed, and no harm to the evidence. */
export const ISSUE_CONTROLS: readonly ControlId[] = [ATTRIBUTED, DETECTED];

/** The whole story, sealed. */
export const SEAL_CONTROLS: readonly ControlId[] = [
  ...CHANGE_CONTROL,
  AUTHORISED,
  SEPARATED,
  ATTRIBUTED,
  DETECTED,
];

/** What protects a branch is watched, and its changes are told. */
export const DRIFT_CONTROLS: readonly ControlId[] = [
  ...CHANGE_CONTROL,
  AUTHORISED,
  "NIST-800-53r5:CM-6",
  ATTRIBUTED,
  DETECTED,
];

/** From where on unrecorded changes of a branch are found. */
export const BASELINE_CONTROLS: readonly ControlId[] = ["NIST-800-53r5:CM-3", DETECTED];
