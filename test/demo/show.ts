import { plainCheck } from "../../src/report/plain.js";
import type { CheckRun } from "../github/world/model.js";

/** Where lines are broken; commands are left whole, so that they can be copied. */
const WIDTH = 100;
const MARGIN = "  ";

const coloured = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
const paint = (code: number, text: string): string => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
const bold = (text: string): string => paint(1, text);
const dim = (text: string): string => paint(2, text);
const red = (text: string): string => paint(31, text);
const green = (text: string): string => paint(32, text);
const yellow = (text: string): string => paint(33, text);
const cyan = (text: string): string => paint(36, text);

const print = (line = ""): void => {
  console.log(line.trimEnd());
};

/** A scene's heading, and what it is about. */
export function scene(title: string, about: string): void {
  print();
  print(bold(`━━ ${title} ${"━".repeat(Math.max(3, WIDTH - title.length - 4))}`));
  say(about);
}

/** A paragraph of the story. */
export function say(text: string): void {
  print();
  for (const line of wrapped(text, WIDTH)) print(line);
}

/** Something somebody runs, or a request that is made. */
export function command(who: string, ...lines: readonly string[]): void {
  print();
  for (const line of lines) print(`${MARGIN}${cyan(`${who} $`)} ${line}`);
}

/** What came back, word for word. */
export function answer(text: string, good: boolean): void {
  const [first = "", ...rest] = wrapped(text, WIDTH - 6);
  print(`${MARGIN}${good ? green("→") : red("→")} ${first}`);
  for (const line of rest) print(`${MARGIN}  ${line}`);
}

/** That the story's clock was moved. */
export function time(at: Date): void {
  print();
  print(`${MARGIN}${bold(`🕑 ${at.toISOString().slice(0, 16).replace("T", " ")} UTC`)}`);
}

/** Somebody's text as others see it, under a line that says whose it is. */
export function panel(title: string, text: string): void {
  print();
  print(`${MARGIN}${bold(title)}`);
  for (const line of text.split("\n").flatMap((long) => wrapped(long, WIDTH - 4)))
    print(`${MARGIN}${dim("│")} ${line}`);
}

/** A file or listing, as it is. */
export function quote(text: string): void {
  print();
  for (const line of text.trimEnd().split("\n")) print(`${MARGIN}${dim("│")} ${line}`);
}

/** Names with what belongs to them, one a line or more. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  print();
  for (const [name, value] of rows) {
    const lines = value.split("\n").flatMap((line) => wrapped(line, WIDTH - width - MARGIN.length));
    lines.forEach((line, index) => {
      print(`${MARGIN}${bold((index === 0 ? name : "").padEnd(width))}${line}`);
    });
  }
}

/**
 * The check runs of a commit: those named in `full` as their page on GitHub, the others that are `news` as their line in
 * the list, the rest together.
 */
export function checks(runs: readonly CheckRun[], news: readonly CheckRun[], full: readonly string[]): void {
  print();
  const shown = runs.filter((each) => news.includes(each) || full.includes(each.name));
  const rest = runs.filter((run) => !shown.includes(run));
  for (const run of shown) {
    print(`${MARGIN}${inList(run)}`);
    if (!full.includes(run.name)) continue;
    onPage(run);
    if (run !== shown.at(-1) || rest.length > 0) print();
  }
  if (rest.length > 0) print(`${MARGIN}${dim("as before:")} ${rest.map(inShort).join("  ")}`);
}

function inList(run: CheckRun): string {
  const [sign, colour] = lightOf(run);
  const start = `${sign} ${run.name.padEnd(24)} ${(run.conclusion ?? run.status).padEnd(16)}`;
  return `${colour(start)} ${run.title ?? ""}`;
}

function inShort(run: CheckRun): string {
  const [sign, colour] = lightOf(run);
  return colour(`${sign} ${run.name}`);
}

type Light = readonly [sign: string, colour: (text: string) => string];

const lightOf = ({ conclusion }: CheckRun): Light => SIGNS[conclusion ?? ""] ?? ["•", yellow];

const SIGNS: Readonly<Record<string, Light>> = {
  success: ["✓", green],
  failure: ["✗", red],
  action_required: ["!", yellow],
  neutral: ["■", dim],
};

function onPage({ name, conclusion, title, summary, text }: CheckRun): void {
  const page = plainCheck({
    name,
    conclusion,
    title: title ?? "",
    summary: summary ?? "",
    text: closeFolds(text ?? "", conclusion === "success"),
  });
  // The first lines repeat what the list says.
  const lines = page.split("\n").slice(4).filter(isSeen);
  for (const line of lines.flatMap((long) => wrapped(long, WIDTH - 4))) print(`${MARGIN}${dim("│")}${line}`);
}

/**
 * Folds that GitHub shows closed are their title here. So are those it shows open, if what is in them stands above as
 * something to mend, too.
 */
export const closeFolds = (markdown: string, passed = false): string =>
  markdown.replaceAll(
    /<details( open)?><summary>(.*)<\/summary>[^]*?<\/details>/g,
    (fold: string, open: string | undefined, title: string) =>
      passed && open !== undefined ? fold : `▸ ${title}`,
  );

/** Of the empty lines only those before a heading, a step or the first fold: the page is to fit a terminal. */
const isSeen = (line: string, index: number, lines: readonly string[]): boolean =>
  line !== "" ||
  (/^ {2}(?=[A-Z\d▸])/.test(lines[index + 1] ?? "") && !(lines[index - 1] ?? "").startsWith("  ▸"));

/** How far `plainCheck` indents commands. */
const COMMAND = " ".repeat(6);

/** Breaks a line at spaces; what follows stands under the text of its bullet or of its last column. */
function wrapped(line: string, width: number): string[] {
  if (line.length <= width || line.startsWith(COMMAND)) return [line];
  const indent = /^ *(?:- (?:[^\p{L}\p{N}\s]+ )?|\d+\. )?/u.exec(line)?.[0].length ?? 0;
  const column = /^.*\S {2,}(?=\S)/.exec(line)?.[0].length ?? 0;
  const hang = Math.min(Math.max(indent, column), width / 2);
  const end = line.lastIndexOf(" ", width);
  if (end <= hang) return [line];
  return [line.slice(0, end), ...wrapped(" ".repeat(hang) + line.slice(end + 1), width)];
}
