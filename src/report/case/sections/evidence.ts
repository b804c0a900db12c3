import type { Case } from "../../../breakglass/case.js";
import { deadlines } from "../../../breakglass/clocks.js";
import { countingApprovals } from "../../../breakglass/standing.js";
import type { Gate } from "../../../policy/finding.js";
import { code } from "../../escape.js";
import { counted, OUTCOME_WORDS } from "../../words.js";
import { CLOCK_NAMES, listed, pullLink, shortOid, utc, who } from "../phrases.js";
import type { CaseView } from "../view.js";
import { clockState } from "./clocks.js";
import { row, table } from "./lines.js";

type Row = readonly [evidence: string, normal: string, ours: string];

/**
 * The evidence that a case has collected beside what a normal change leaves, for the end of the tracking issue and the
 * comment that tells of the closing.
 */
export function closingSummary(view: CaseView): string {
  const rows: readonly Row[] = [
    ["Signatures", "every commit verified before it landed", gate(view, "signatures")],
    ["Branch protection", "in force when it landed", gate(view, "protection")],
    ["Policy results", "required checks passed", gate(view, "policy")],
    ["Review by someone independent", "approved before it landed", reviewOf(view.case)],
    ["Acknowledgement by someone independent", "none", acknowledgementOf(view.case)],
    ["Documentation", "the pull request's description", documentationOf(view)],
    ["Who had a hand in it", "author and last pusher", handsOf(view.case)],
    ["Why it could not wait", "none", reasonOf(view.case)],
    ["Stakeholders told", "none", alertsOf(view)],
    ["Deadlines", "none", deadlinesOf(view.case)],
    ["Steps on record", "none", stepsOf(view.case)],
    ["Records", "one, with its digest", sealOf(view)],
  ];
  return [
    "### The evidence of this case",
    "A change that goes through its gates leaves the evidence of the middle column. This one went around them, and leaves more:",
    table(["Evidence", "A normal change", "This case"], rows.map(row)),
  ].join("\n\n");
}

function gate({ decision }: CaseView, name: Gate): string {
  const outcome = decision?.gates.find((one) => one.gate === name)?.outcome;
  return outcome === undefined ? "not judged" : `${OUTCOME_WORDS[outcome]}, each finding on record`;
}

const LISTED = 5;

function reviewOf(subject: Case): string {
  const { rejection, revert, terms } = subject;
  if (rejection !== null) {
    const end = revert === null ? "not reverted" : `reverted by ${shortOid(revert.oid)} at ${utc(revert.at)}`;
    return `rejected by ${who(rejection.by)} at ${utc(rejection.at)}, ${end}`;
  }
  const approvals = countingApprovals(subject);
  const by = approvals.slice(0, LISTED).map(({ by: one, at }) => `${who(one)} at ${utc(at)}`);
  const names = approvals.length === 0 ? "" : `: ${listed(by)}`;
  return `${approvals.length} of ${Math.max(1, terms.approvals)}, after it landed${names}`;
}

const acknowledgementOf = ({ acknowledgement }: Case): string =>
  acknowledgement === null ? "none" : `${who(acknowledgement.by)} at ${utc(acknowledgement.at)}`;

function documentationOf(view: CaseView): string {
  const { documentation } = view.case;
  if (documentation === null) return "none";
  const { pullRequest, headOid } = documentation;
  return `${pullLink(view, pullRequest)} at ${shortOid(headOid)}: shows exactly what landed, and says what, why, impact and follow-up`;
}

function handsOf({ involvement: { people, unread } }: Case): string {
  const persons = new Set(people.map(({ account }) => account.id)).size;
  const gap = unread === null ? "" : ", not fully known";
  return `${persons === 1 ? "1 person" : `${persons} people`}, kept apart from those who acknowledged and reviewed${gap}`;
}

function reasonOf({ declaration }: Case): string {
  return declaration === null
    ? "in the documentation; nobody declared it before"
    : `declared by ${who(declaration.by)} at ${utc(declaration.at)}`;
}

function alertsOf({ alerts }: CaseView): string {
  const sent = alerts.filter(({ sentAt }) => sentAt !== null).length;
  const failing = alerts.filter(({ sentAt, lastError }) => sentAt === null && lastError !== null).length;
  // The one that tells of the closing is wanted by the same step, so it cannot be sent yet.
  const waiting = alerts.length - sent - failing;
  return [
    `${counted(sent, "alert")} sent`,
    ...(waiting === 0 ? [] : [`${waiting} on the way`]),
    ...(failing === 0 ? [] : [`${failing} not delivered`]),
  ].join(", ");
}

function deadlinesOf(subject: Case): string {
  const states = deadlines(subject).map(
    (one) => `${CLOCK_NAMES[one.clock].toLowerCase()} ${clockState(one)}`,
  );
  return states.length === 0 ? "none" : states.join(", ");
}

function stepsOf({ steps }: Case): string {
  const refused = steps.filter(({ refusal }) => refusal !== null).length;
  return `${steps.length}, each with who, when, why and from where; ${refused} of them refused`;
}

function sealOf({ seal }: CaseView): string {
  if (seal === null) return "one a step";
  return `${seal.records}, sealed by one more that holds the digests of all: SHA-256 ${code(seal.digest)}`;
}
