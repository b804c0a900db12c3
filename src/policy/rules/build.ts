import type { UnknownReason } from "../../facts/facts.js";
import { type ControlId, type Rule, type RuleName, RULES } from "../controls.js";
import type { Finding, Gate, Remedy } from "../finding.js";

/** What a rule has to say; the rest of the finding follows from the rule's name. */
export interface Observation {
  readonly subject: string;
  readonly reason: string;
  readonly message: string;
  readonly location?: Finding["location"];
  /** Where the rule speaks in another gate than its own: an unusable policy fails them all. */
  readonly gate?: Gate;
}

export interface Complaint extends Observation {
  readonly remedy: Remedy;
}

/** What is asked for is there. */
export const passed = (rule: RuleName, seen: Observation): Finding => build(rule, "pass", seen, null);

/** What is asked for is not there, and someone has to act. */
export const failed = (rule: RuleName, seen: Complaint): Finding => build(rule, "fail", seen, seen.remedy);

/** What is asked for is not there yet, and may come without anyone mending anything. */
export const waiting = (rule: RuleName, seen: Complaint): Finding => ({
  ...failed(rule, seen),
  waiting: true,
});

/** What is asked for is not there, and the policy openly accepts that. */
export const waived = (rule: RuleName, seen: Complaint): Finding => build(rule, "waived", seen, seen.remedy);

/** Worth knowing; weighs nothing. */
export const noted = (rule: RuleName, seen: Observation, remedy: Remedy | null = null): Finding =>
  build(rule, "note", seen, remedy);

/** Could not be found out, so it does not pass. */
export const unclear = (rule: RuleName, subject: string, reason: UnknownReason, gate?: Gate): Finding =>
  build(
    rule,
    "unknown",
    { subject, reason: `unknown-${reason.code}`, message: reason.message, ...(gate && { gate }) },
    advice(reason.remedy),
  );

/** Was read, and still says too little to pass; with a reason of the rule's own. */
export const undetermined = (rule: RuleName, seen: Complaint): Finding =>
  build(rule, "unknown", seen, seen.remedy);

/** A remedy in words, with commands and a link where there are any. */
export const advice = (
  text: string,
  commands: readonly string[] = [],
  url: string | null = null,
): Remedy => ({
  text,
  commands,
  url,
});

function build(name: RuleName, status: Finding["status"], seen: Observation, remedy: Remedy | null): Finding {
  const rule: Rule = RULES[name];
  const controls: readonly ControlId[] = rule.controls;
  return {
    gate: seen.gate ?? rule.gate,
    rule: name,
    status,
    waiting: false,
    subject: seen.subject,
    reason: seen.reason,
    message: seen.message,
    remedy,
    controls,
    location: seen.location ?? null,
  };
}
