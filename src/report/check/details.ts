import { type Gate } from "../../policy/finding.js";
import { fold } from "../case/sections/lines.js";
import { code } from "../escape.js";
import { type Block } from "../limits.js";
import { findingsOver, isOpen, outcomeOver, type PullDecision, type SharedFinding } from "../merged.js";
import { counted, GATE_NAMES, OUTCOME_WORDS, statusWords } from "../words.js";
import { ruleAndReason } from "./docs.js";
import { pullNames, said } from "./finding-line.js";
import { subjectOf } from "./links.js";
import { tableBlocks } from "./tables.js";

const HEADS = ["Verdict", "About", "What was found", "Rule and reason"];

/**
 * Everything that was found, a gate a table, folded unless it is the only gate. What is open comes first.
 * @param docsUrl where the documentation can be read, which explains each reason; `null`: nowhere
 */
export function detailBlocks(
  decisions: readonly PullDecision[],
  gates: readonly Gate[],
  docsUrl: string | null,
): Block[] {
  const several = decisions.length > 1;
  return gates.flatMap((gate) => {
    const findings = findingsOver(decisions, [gate]);
    const title = foldTitle(gate, findings, OUTCOME_WORDS[outcomeOver(decisions, gate)]);
    const after = controlsLine(findings);
    const heads = several ? [...HEADS, "Pull requests"] : HEADS;
    const rows = findings.map((shared) => ({ cells: cellsOf(shared, several, docsUrl), findings: 1 }));
    return tableBlocks(heads, rows, (table, which) =>
      fold(`${title}${which}`, `${table}${after}`, gates.length === 1),
    );
  });
}

function foldTitle(gate: Gate, findings: readonly SharedFinding[], verdict: string): string {
  const open = findings.filter(isOpen).length;
  const among = open === 0 ? "" : `, ${open} open`;
  return `${GATE_NAMES[gate]}: ${verdict} (${counted(findings.length, "finding")}${among})`;
}

function cellsOf(shared: SharedFinding, several: boolean, docsUrl: string | null): string[] {
  const { finding, pulls } = shared;
  return [
    statusWords(finding),
    subjectOf(shared),
    said(finding.message),
    ruleAndReason(finding, docsUrl),
    ...(several ? [pullNames(pulls)] : []),
  ];
}

/** Once a gate: beside each finding the ids would drown it. The records have them with each. */
function controlsLine(findings: readonly SharedFinding[]): string {
  const controls = [...new Set(findings.flatMap(({ finding }) => finding.controls))].sort();
  return controls.length === 0 ? "" : `\n\n<sub>Evidence for ${controls.map(code).join(" ")}</sub>`;
}
