import { prose } from "../case/phrases.js";
import { fold } from "../case/sections/lines.js";
import { plain } from "../escape.js";
import { bytes, fitText } from "../limits.js";
import type { PullReference, SharedFinding } from "../merged.js";
import { subjectOf } from "./links.js";

/** Longer messages tell nobody more, and one of them must not use up the room of all others. */
const MESSAGE_LIMIT = 1_000;
/** What escaping makes of one byte at the most, by which a message of nothing but markup is cut shorter. */
const GROWTH = 12;
/** So many subjects stand in one line; more are folded. */
const IN_LINE = 5;
/** So many things with different messages are said one by one. */
const LISTED = 8;
/** Room for the subjects of one fold and for the lines of one list, in bytes; the details hold all. */
const FOLD_ROOM = 8_000;
const LIST_ROOM = 16_000;

/** A sentence for a reader, as Markdown of at most 2,000 bytes: its code stays code, and nothing else in it acts. */
export const said = (text: string): string =>
  bounded(text, (some) => prose(some, MESSAGE_LIMIT) || plain(some));

/** The same where Markdown is not looked at, as in the title of a fold. */
const saidPlainly = (text: string): string => bounded(text, (some) => plain(fitText(some, MESSAGE_LIMIT)));

function bounded(text: string, shownAs: (some: string) => string): string {
  const shown = shownAs(text);
  return bytes(shown) <= 2 * MESSAGE_LIMIT
    ? shown
    : plain(fitText(text, Math.floor((2 * MESSAGE_LIMIT) / GROWTH) - 3));
}

/** A pull request by its number; what could not be attributed bears none. */
export const pullName = ({ number }: PullReference): string => (number === 0 ? "The group" : `#${number}`);
export const pullNames = (pulls: readonly PullReference[]): string => pulls.map(pullName).join(", ");

/** How a list of findings says each of them. */
export interface Telling {
  /** Whether to say which pull requests a finding was made on. */
  readonly severalPulls: boolean;
  /** What is said after a finding's message, as Markdown; empty: nothing. */
  readonly after: (shared: SharedFinding) => string;
}

/**
 * Findings as a list, what is said of many once: `a, b: The commit is not signed.` Many subjects of one thing are folded,
 * and of very many things the first are told and the others counted.
 */
export function findingLines(findings: readonly SharedFinding[], telling: Telling): string {
  const groups = [...grouped(findings, telling).values()];
  const lines = groups.slice(0, LISTED).map((group) => line(group, telling));
  const shown = lines.slice(0, fitting(lines, LIST_ROOM));
  const left = groups.slice(shown.length).reduce((sum, group) => sum + group.length, 0);
  const parts = [...shown, ...(left === 0 ? [] : [`- and ${left} more, in the details below`])];
  // A list and a fold need an empty line between them; items of one list need none.
  return parts
    .map((part, index) => (index === 0 ? part : `${isItem(part, parts[index - 1]) ? "\n" : "\n\n"}${part}`))
    .join("");
}

/** How many of `parts`, from the first on, have room in so many bytes. */
function fitting(parts: readonly string[], room: number): number {
  let left = room;
  const cut = parts.findIndex((part) => (left -= bytes(part) + 2) < 0);
  return cut < 0 ? parts.length : cut;
}

const isItem = (part: string, before = ""): boolean => part.startsWith("- ") && before.startsWith("- ");

function grouped(findings: readonly SharedFinding[], { after }: Telling): Map<string, SharedFinding[]> {
  const groups = new Map<string, SharedFinding[]>();
  for (const shared of findings) {
    const { finding, pulls } = shared;
    const key = JSON.stringify([finding.message, pullNames(pulls), after(shared)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [shared]);
    else group.push(shared);
  }
  return groups;
}

function line(group: readonly SharedFinding[], { severalPulls, after }: Telling): string {
  const [first] = group;
  if (first === undefined) return "";
  const where = severalPulls ? ` (${pullNames(first.pulls)})` : "";
  const more = after(first) === "" ? "" : ` ${after(first)}`;
  if (group.length <= IN_LINE)
    return `- ${group.map(subjectOf).join(", ")}: ${said(first.finding.message)}${where}${more}`;
  const subjects = group.map(subjectOf);
  const listed = subjects.slice(0, fitting(subjects, FOLD_ROOM));
  const left = group.length - listed.length;
  const rest = left > 0 ? ` and ${left} more, in the details below` : "";
  return fold(
    `All ${group.length}: ${saidPlainly(first.finding.message)}${where}`,
    `${listed.join(", ")}${rest}${more === "" ? "" : `\n\n${more.trim()}`}`,
  );
}
