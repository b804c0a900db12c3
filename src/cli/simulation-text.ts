import type { Simulation } from "../flows/simulate.js";
import type { Finding, Outcome } from "../policy/finding.js";
import { isOutside } from "../policy/rules/path-scope.js";
import { visible } from "../report/escape.js";
import { counted, GATE_NAMES, signOf } from "../report/words.js";

const WORDS: Readonly<Record<Outcome, string>> = {
  passed: "would pass",
  failed: "would fail",
  waiting: "would wait",
  unknown: "could not be checked",
};

/** Whether the policy would let it through. */
const passes = ({ controlled, decision }: Simulation): boolean =>
  !controlled || decision.outcome === "passed";

const findingsOf = ({ decision }: Simulation): Finding[] =>
  decision.gates.flatMap(({ findings }) => findings);
const isOpen = ({ status }: Finding): boolean => status === "fail" || status === "unknown";

/** One line for a terminal: which, where to, when, what would become of it, and by which rules. */
export function simulationLine(simulation: Simulation): string {
  const { number, title, baseRef, mergedAt } = simulation;
  const rules = [
    ...new Set(
      findingsOf(simulation)
        .filter(isOpen)
        .map(({ rule }) => rule),
    ),
  ];
  const parts = [
    `#${number}`.padEnd(7),
    mergedAt === null ? "open".padEnd("2026-01-01".length) : mergedAt.slice(0, 10),
    verdictOf(simulation).padEnd(WORDS.unknown.length),
    visible(`${title} → ${baseRef}`),
    simulation.controlled && rules.length > 0 ? `(${rules.join(", ")})` : "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}

function verdictOf({ controlled, decision }: Simulation): string {
  if (controlled && isOutside(decision)) return "outside";
  return controlled ? WORDS[decision.outcome] : "not controlled";
}

/** The whole verdict on one pull request for a terminal: every gate, what is open and what mends it. */
export function simulationPage(simulation: Simulation): string {
  const gates = simulation.decision.gates.flatMap(({ gate, outcome, findings }) => [
    "",
    `${GATE_NAMES[gate]}: ${WORDS[outcome]}`,
    ...findings.flatMap(findingLines),
  ]);
  return [simulationLine(simulation), ...gates].join("\n");
}

function findingLines(finding: Finding): string[] {
  const { subject, message, rule, reason, remedy } = finding;
  const said = `  ${signOf(finding)} ${visible(subject)}: ${visible(message)} [${rule}: ${reason}]`;
  if (remedy === null || !isOpen(finding)) return [said];
  return [
    said,
    `     ${visible(remedy.text)}`,
    ...remedy.commands.map((command) => `       ${visible(command)}`),
  ];
}

/** What a policy would have done over many pull requests. */
export class Tally {
  #all = 0;
  #passed = 0;
  readonly #rules = new Map<string, number>();

  count(simulation: Simulation): void {
    this.#all += 1;
    if (passes(simulation)) {
      this.#passed += 1;
      return;
    }
    for (const rule of new Set(
      findingsOf(simulation)
        .filter(isOpen)
        .map((finding) => finding.rule),
    )) {
      this.#rules.set(rule, (this.#rules.get(rule) ?? 0) + 1);
    }
  }

  get allPass(): boolean {
    return this.#passed === this.#all;
  }

  /** One line a rule that would have stopped any, the most frequent first. */
  summary(): string {
    const rules = [...this.#rules].sort(([, one], [, other]) => other - one);
    const lines = rules.map(([rule, count]) => `  ${String(count).padStart(5)}  ${rule}`);
    const head = `${counted(this.#all, "pull request")}: ${this.#passed} would pass, ${this.#all - this.#passed} not`;
    return [lines.length === 0 ? `${head}.` : `${head}. Stopped by:`, ...lines].join("\n");
  }
}
