import { globMatches } from "./document/glob.js";
import type { Waiver } from "./document/waivers.js";
import { POLICY_PATH } from "./document.js";
import type { Finding } from "./finding.js";
import { advice, noted } from "./rules/build.js";

const DAY_MS = 86_400_000;
/** An exception that lasts longer is a rule, and belongs into the policy as one. */
const LONGEST_MS = 366 * DAY_MS;

/** When a waiver ends, in milliseconds since 1970. */
export const endOf = ({ expires }: Waiver): number => Date.parse(`${expires}T00:00:00Z`);

/** Whether a waiver counts at `at` (milliseconds). One that ends too far ahead does not count before its last year. */
export const isInForce = (waiver: Waiver, at: number): boolean =>
  at < endOf(waiver) && endOf(waiver) - at <= LONGEST_MS;

/**
 * The findings with those waived that the policy makes an exception for at `at` (milliseconds). What failed or waits
 * can be waived; what could not be found out cannot, for nobody knows what would be waived.
 */
export function waive(findings: readonly Finding[], waivers: readonly Waiver[], at: number): Finding[] {
  const inForce = waivers.filter((waiver) => isInForce(waiver, at));
  return findings.map((finding) => {
    const waiver = finding.status === "fail" ? inForce.find((one) => covers(one, finding)) : undefined;
    return waiver === undefined ? finding : waived(finding, waiver);
  });
}

const covers = ({ rule, subject }: Waiver, finding: Finding): boolean =>
  rule === finding.rule && (subject === undefined || globMatches(subject, finding.subject));

function waived(finding: Finding, { owner, reason, expires, controls }: Waiver): Finding {
  return {
    ...finding,
    status: "waived",
    waiting: false,
    message: `${finding.message} Waived by ${owner} until ${expires}: ${reason}`,
    controls: [...new Set([...finding.controls, ...controls])],
    waiver: { owner, reason, expires, controls },
  };
}

/** What there is to say of waivers that do not count at `at` (milliseconds). */
export function waiverFindings(waivers: readonly Waiver[], at: number): Finding[] {
  return waivers.flatMap((waiver) => (isInForce(waiver, at) ? [] : [notInForce(waiver, at)]));
}

function notInForce(waiver: Waiver, at: number): Finding {
  const { rule, owner, expires } = waiver;
  const ended = endOf(waiver) <= at;
  const said = ended
    ? `ended on ${expires}`
    : `ends on ${expires}, more than a year ahead, so it does not count yet`;
  const remedy = ended
    ? `Take the waiver out of ${POLICY_PATH}, or have ${owner} give it a new end.`
    : `Give the waiver in ${POLICY_PATH} an end within a year.`;
  return noted(
    "waiver",
    {
      subject: rule,
      reason: ended ? "waiver-ended" : "waiver-too-long",
      message: `The waiver of ${rule} by ${owner} ${said}.`,
    },
    advice(remedy),
  );
}

/** The next instant after `at` (milliseconds) at which what is waived changes; `Infinity`: none. */
export function nextChange(waivers: readonly Waiver[], at: number): number {
  const instants = waivers.flatMap((waiver) => [endOf(waiver) - LONGEST_MS, endOf(waiver)]);
  return Math.min(...instants.filter((instant) => instant > at));
}
