import { type Finding, type Gate, GATES, type Remedy } from "../policy/finding.js";
import { declaredBlock } from "./case/declared.js";
import { code, commandBlock, linkTarget, plain } from "./escape.js";
import { type Block, block, bytes, fitText } from "./limits.js";
import {
  type DeclaredPull,
  findingsOver,
  isOpen,
  outcomeOver,
  type PullDecision,
  type PullReference,
  type SharedFinding,
} from "./merged.js";
import { counted, GATE_NAMES, OUTCOME_WORDS, signOf, type Verdict, VERDICT_SIGNS } from "./words.js";

/** Longer messages tell nobody more, and one of them must not use up the room of all others. */
const MESSAGE_LIMIT = 1_000;

const message = (text: string): string => plain(fitText(text, MESSAGE_LIMIT));

/** The first line: the verdict. */
export const headline = (verdict: Verdict, title: string): string =>
  `## ${VERDICT_SIGNS[verdict]} ${plain(title)}`;

/** Says openly that nothing is stopped. */
export const observedBlock = (verdict: Verdict): Block[] =>
  verdict === "observed"
    ? [block(`The policy says ${code("mode: observe")}: this is what it would say, and it stops nothing.`)]
    : [];

/** What the emergencies that were declared let through, until when, and what is owed then. */
export const declaredBlocks = (pulls: readonly DeclaredPull[], severalPulls: boolean): Block[] =>
  pulls.map(({ pull, declared }) =>
    block(`${severalPulls ? `${pullName(pull)}: ` : ""}${declaredBlock(declared)}`),
  );

/**
 * Where several pull requests share the commit, or a merge group has it: each with its own verdict. Nothing of one that
 * has the commit alone.
 */
export function pullsBlock(decisions: readonly PullDecision[]): Block[] {
  const groups = new Set(decisions.flatMap(({ group }) => group?.headRef ?? []));
  if (decisions.length < 2 && groups.size === 0) return [];
  const rows = decisions.map(
    (one) =>
      `| ${pullName(one.pull)} ${plain(fitText(one.pull.title, 100))} | ${code(one.pull.baseRef)} | ${verdictOf(one)} |`,
  );
  return [
    block(sharedBy(decisions, [...groups])),
    block(["| Pull request | Base | Verdict |", "|---|---|---|", ...rows].join("\n")),
  ];
}

function sharedBy(decisions: readonly PullDecision[], groups: readonly string[]): string {
  const pulls = counted(decisions.length, "pull request");
  const strictest = "the strictest verdict counts for each.";
  if (groups.length === 0) return `This commit is the head of ${pulls}; ${strictest}`;
  return `The merge queue lands this commit as ${groups.map(code).join(", ")}: ${pulls}; ${strictest}`;
}

const verdictOf = ({ decision: { outcome }, declared }: PullDecision): string =>
  `${OUTCOME_WORDS[outcome]}${outcome !== "passed" && declared !== null ? ", break-glass declared" : ""}`;

/** What could not be attributed bears no number. */
const pullName = ({ number }: PullReference): string => (number === 0 ? "The group" : `#${number}`);

/** One line a gate. */
export function summaryTable(decisions: readonly PullDecision[]): string {
  const rows = GATES.map((gate) => {
    const findings = findingsOver(decisions, [gate]);
    return `| ${GATE_NAMES[gate]} | ${OUTCOME_WORDS[outcomeOver(decisions, gate)]} | ${inShort(findings)} |`;
  });
  return ["| Gate | Verdict | In short |", "|---|---|---|", ...rows].join("\n");
}

/** The first thing that is open, and how many more; or what there is to say of a pass. */
function inShort(findings: readonly SharedFinding[]): string {
  const open = findings.filter(isOpen);
  const [first] = open;
  if (first !== undefined) {
    const more = open.length > 1 ? ` (and ${open.length - 1} more)` : "";
    return `${about(first.finding)}${plain(fitText(first.finding.message, 200))}${more}`;
  }
  const [waiver] = findings.filter(({ finding }) => finding.status === "waived");
  if (waiver !== undefined) return `⚠️ ${plain(fitText(waiver.finding.message, 200))}`;
  const passes = findings.filter(({ finding }) => finding.status === "pass");
  if (passes.length === 1) return plain(fitText(passes[0]?.finding.message ?? "", 200));
  return `${passes.length} passed`;
}

const about = (finding: Finding): string => `${code(fitText(finding.subject, 100))}: `;

/** One thing to do, and what it mends. Ways to the same commands are one act, and each is said. */
interface Act {
  readonly remedy: Remedy | null;
  readonly texts: Set<string>;
  readonly findings: SharedFinding[];
}

/** What to do, in the order in which to do it. What one act mends is listed under that act. */
export function todoBlocks(findings: readonly SharedFinding[], severalPulls: boolean): Block[] {
  const acts = new Map<string, Act>();
  for (const shared of findings.filter(isOpen)) {
    const { remedy } = shared.finding;
    const key = keyOf(remedy);
    const act = acts.get(key) ?? { remedy, texts: new Set(), findings: [] };
    act.texts.add(remedy?.text ?? "Nothing can be done here.");
    act.findings.push(shared);
    acts.set(key, act);
  }
  if (acts.size === 0) return [];
  const steps = [...acts.values()].map((act, index) =>
    block(step(index + 1, act, severalPulls), act.findings.length),
  );
  return [block("### What to do"), ...steps];
}

function keyOf(remedy: Remedy | null): string {
  if (remedy === null) return "";
  return JSON.stringify([remedy.commands.length > 0 ? remedy.commands : remedy.text, remedy.url]);
}

const LISTED = 5;

function step(number: number, { remedy, texts, findings }: Act, severalPulls: boolean): string {
  const link = linkTarget(remedy?.url ?? null);
  const listed = findings.slice(0, LISTED).map((shared) => `- ${line(shared, severalPulls)}`);
  const more = findings.length > LISTED ? [`- and ${findings.length - LISTED} more`] : [];
  const commands = remedy !== null && remedy.commands.length > 0 ? [commandBlock(remedy.commands)] : [];
  return [
    `**${number}.** ${message([...texts].join(" "))}${link === null ? "" : ` [Open](${link})`}`,
    [...listed, ...more].join("\n"),
    ...commands,
  ].join("\n\n");
}

function line({ finding, pulls }: SharedFinding, severalPulls: boolean): string {
  const where = severalPulls ? ` (${pulls.map(pullName).join(", ")})` : "";
  return `${signOf(finding)} ${about(finding)}${message(finding.message)}${where}`;
}

/** Everything that was found, folded, a gate a fold. */
export function detailBlocks(decisions: readonly PullDecision[], gates: readonly Gate[]): Block[] {
  return gates.flatMap((gate) => {
    const findings = findingsOver(decisions, [gate]);
    const title = `${GATE_NAMES[gate]}: ${counted(findings.length, "finding")}`;
    const controls = controlsLine(findings);
    const parts = packed(findings.map((shared) => detail(shared, decisions.length > 1)));
    return parts.map((lines, part) => {
      const which = parts.length === 1 ? "" : ` (${part + 1} of ${parts.length})`;
      const open = gates.length === 1 ? " open" : "";
      const fold = `<details${open}><summary>${title}${which}</summary>\n\n${lines.join("\n")}${controls}\n\n</details>`;
      return block(fold, lines.length);
    });
  });
}

/** A fold is shown whole or not at all; small ones leave little room unused where not all of them fit. */
const FOLD_BYTES = 8_000;

function packed(lines: readonly string[]): string[][] {
  const parts: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    size += bytes(line) + 1;
    if (size > FOLD_BYTES) {
      parts.push([]);
      size = bytes(line);
    }
    parts.at(-1)?.push(line);
  }
  return parts;
}

function detail(shared: SharedFinding, severalPulls: boolean): string {
  const { rule, reason } = shared.finding;
  return `- ${line(shared, severalPulls)} <sub>${code(`${rule}/${reason}`)}</sub>`;
}

/** Once a gate: beside each finding the ids would drown it. The records have them with each. */
function controlsLine(findings: readonly SharedFinding[]): string {
  const controls = [...new Set(findings.flatMap(({ finding }) => finding.controls))].sort();
  return controls.length === 0 ? "" : `\n\n<sub>Evidence for ${controls.map(code).join(" ")}</sub>`;
}

/** Which policy judged. */
export function policyLine(decisions: readonly PullDecision[]): string {
  const lines = decisions.map(({ decision: { policy } }) => {
    const digest = policy.digest === null ? "" : `, digest ${code(policy.digest.slice(0, 16))}`;
    switch (policy.source) {
      case "repository":
        return `Policy: ${code(policy.path ?? "")} of the base branch${digest}.`;
      case "built-in":
        return `Policy: the built-in strict default, because the base branch has no policy file${digest}.`;
      case "invalid":
        return `Policy: ${code(policy.path ?? "")} of the base branch cannot be used, so nothing passes${digest}.`;
      case "unreadable":
        return "Policy: could not be read, so nothing passes.";
      case "not-read":
        return "Not judged yet by any policy, so nothing passes.";
    }
  });
  return [...new Set(lines)].map((text) => `<sub>${text}</sub>`).join("\n");
}
