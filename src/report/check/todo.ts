import type { Remedy } from "../../policy/finding.js";
import { commandBlock } from "../escape.js";
import { type Block, block } from "../limits.js";
import { isOpen, type SharedFinding } from "../merged.js";
import { findingLines, said } from "./finding-line.js";
import { remedyLink } from "./links.js";
import { phrasesOf, sentence } from "./phrases.js";

/** One thing to do, and what it mends. Ways to the same commands are one act, and each is said. */
interface Act {
  readonly remedy: Remedy | null;
  readonly texts: Set<string>;
  readonly findings: SharedFinding[];
}

/**
 * What to do, in the order in which to do it: a heading that says what is wrong, how it is mended, and what it mends.
 * What one act mends is one step, however much it is.
 */
export function todoBlocks(findings: readonly SharedFinding[], severalPulls: boolean): Block[] {
  const acts = new Map<string, Act>();
  for (const shared of findings.filter(isOpen)) {
    const { remedy } = shared.finding;
    const key = keyOf(shared);
    const act = acts.get(key) ?? { remedy, texts: new Set(), findings: [] };
    act.texts.add(remedy?.text ?? "Nothing can be done here.");
    act.findings.push(shared);
    acts.set(key, act);
  }
  if (acts.size === 0) return [];
  const steps = [...acts.values()].map((act, index) =>
    block(step(index + 1, act, severalPulls), act.findings.length),
  );
  return [{ ...block("### What to do"), essential: true }, ...steps];
}

/** The same commands are one act, and so is what is set on one page; else it is the same words. */
function keyOf({ finding: { gate, remedy } }: SharedFinding): string {
  if (remedy === null) return "";
  if (remedy.commands.length > 0) return JSON.stringify(remedy.commands);
  return gate === "protection" && remedy.url !== null ? remedy.url : JSON.stringify(remedy.text);
}

function step(number: number, act: Act, severalPulls: boolean): string {
  const { remedy, texts, findings } = act;
  const commands = remedy?.commands ?? [];
  // Several ways on one page, and no commands: each belongs to what it mends.
  const apart = texts.size > 1 && commands.length === 0;
  const links = [...new Set(findings.map(remedyLink))];
  const [link = null] = links.length === 1 ? links : [];
  const after = (shared: SharedFinding): string =>
    [
      ...(apart ? [`**To do:** ${said(shared.finding.remedy?.text ?? "")}`] : []),
      ...(link === null ? [remedyLink(shared) ?? ""] : []),
    ]
      .filter((text) => text !== "")
      .join(" ");
  const together = apart
    ? link === null
      ? []
      : ["All of it is set on one page."]
    : [said([...texts].join(" "))];
  const how = [...together, ...(link === null ? [] : [link])].join(" ");
  return [
    `#### ${number}. ${sentence(phrasesOf(findings.map(({ finding }) => finding)).join(", "))}`,
    ...(how === "" ? [] : [how]),
    ...(commands.length > 0 ? [commandBlock(commands)] : []),
    findingLines(findings, { severalPulls, after }),
  ].join("\n\n");
}
