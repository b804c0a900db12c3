import { GATES } from "../../../policy/finding.js";
import { code, plain } from "../../escape.js";
import { fitText } from "../../limits.js";
import { findingsOver, isOpen, type SharedFinding } from "../../merged.js";
import { counted, GATE_NAMES, OUTCOME_WORDS, signOf } from "../../words.js";
import type { CaseView } from "../view.js";
import { fitLines, fold } from "./lines.js";

const OPEN_ROOM = 7_000;
const FOLD_ROOM = 8_000;

/** Which gates had not passed, and the controls that this touches. */
export function gatesSection(view: CaseView): string {
  const { decision } = view;
  if (decision === null) return "### Gates\n\nNot judged yet.";
  const findings = findingsOf(view);
  const open = findings.filter(isOpen);
  const gates = decision.gates.map(({ gate, outcome }) => `${GATE_NAMES[gate]}: ${OUTCOME_WORDS[outcome]}`);
  return [
    "### Gates that had not passed",
    gates.join(" · "),
    ...(open.length === 0
      ? ["Every rule that was looked at had passed."]
      : [fitLines(open.map(line), OPEN_ROOM, more).join("\n")]),
    ...controlsLine(open),
    fold(`All findings (${findings.length})`, fitLines(findings.map(line), FOLD_ROOM, more).join("\n")),
  ].join("\n\n");
}

/** The findings on the change, what is open first, each once. */
const findingsOf = ({ decision, pullNumber, branch }: CaseView): SharedFinding[] =>
  decision === null
    ? []
    : findingsOver([{ pull: { number: pullNumber ?? 0, title: "", baseRef: branch }, decision }], GATES);

function line({ finding }: SharedFinding): string {
  const { subject, message, rule, reason } = finding;
  const about = code(fitText(subject, 80));
  return `- ${signOf(finding)} ${about}: ${plain(fitText(message, 400))} <sub>${code(`${rule}/${reason}`)}</sub>`;
}

const more = (count: number): string => `- and ${counted(count, "finding")} more: the record holds all`;

function controlsLine(open: readonly SharedFinding[]): string[] {
  const controls = [...new Set(open.flatMap(({ finding }) => finding.controls))].sort();
  return controls.length === 0 ? [] : [`Controls that this touches: ${controls.map(code).join(" ")}`];
}
