/** A check run's output as it came back from GitHub: Markdown of our own making. */
export interface CheckText {
  readonly name: string;
  readonly conclusion: string | null;
  readonly title: string;
  readonly summary: string;
  readonly text: string;
}

/**
 * A check run as plain text for a terminal: what GitHub shows, without its colours. Understands the Markdown that
 * `renderChecks` writes and no more. Holds no character that a terminal would act on.
 */
export function plainCheck(check: CheckText): string {
  const head = `${check.name}: ${check.conclusion ?? "in progress"}: ${check.title}`;
  return [inline(head), "", ...indent(plainMarkdown(check.summary)), "", ...indent(plainMarkdown(check.text))]
    .join("\n")
    .trimEnd();
}

const indent = (text: string): string[] => text.split("\n").map((line) => (line === "" ? "" : `  ${line}`));

/** Markdown of our own making as plain text. */
export function plainMarkdown(markdown: string): string {
  const out: string[] = [];
  let fence: string | null = null;
  let table: string[][] = [];
  for (const line of [...markdown.split("\n"), ""]) {
    if (fence === null && line.startsWith("|")) {
      table.push(cells(line));
      continue;
    }
    out.push(...aligned(table));
    table = [];
    const ticks: string | undefined = /^`{3,}/.exec(line)?.[0];
    if (fence !== null) {
      if (line === fence) fence = null;
      else out.push(`    ${safe(line)}`);
    } else if (ticks !== undefined) fence = ticks;
    else out.push(...textLine(line));
  }
  return out
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function textLine(line: string): string[] {
  const summary = /^<details(?: open)?><summary>(.*)<\/summary>$/.exec(line)?.[1];
  if (summary !== undefined) return [inline(summary)];
  return line === "</details>" ? [] : [inline(line.replace(/^#{1,6} /, ""))];
}

const cells = (row: string): string[] =>
  row
    .split("|")
    .slice(1, -1)
    .map((cell) => inline(cell.trim()));

/** A table's rows in columns; the row of dashes only tells Markdown that it is a table. */
function aligned(rows: readonly string[][]): string[] {
  const shown = rows.filter((row) => !row.every((cell) => /^-+$/.test(cell)));
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.max(...shown.map((row) => row[column]?.length ?? 0)),
  );
  return shown.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

const INLINE = /(`+)(.*?[^`])\1(?!`)|\*\*|<\/?sub>|\[([^[\]]*)\]\((.*?)\)|&#(\d{1,7});/g;

/** Code as it is, links with their address unless they are code, entities as their characters, bold as nothing. */
function inline(text: string): string {
  const shown = text.replace(
    INLINE,
    (_all, _ticks: unknown, code: unknown, label: unknown, url: unknown, entity: unknown) => {
      if (typeof code === "string") return code.trim();
      if (typeof url === "string") return linked(String(label), url);
      return typeof entity === "string" ? String.fromCodePoint(Math.min(Number(entity), 0x10ffff)) : "";
    },
  );
  return safe(shown);
}

/** What is a name already goes without its address, which would only be in the way between others. */
function linked(label: string, url: string): string {
  const name = /^`+([^`]+)`+$/.exec(label)?.[1];
  return name ?? `${inline(label)} (${url})`;
}

/** Entities could spell what a terminal acts on, and the zero-width spaces have done their work. */
const safe = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "");
