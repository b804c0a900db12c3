import { plainMarkdown } from "../../../src/report/plain.js";
import type { IssueHandle } from "../../github/scenario.js";
import * as show from "../show.js";
import type { VerifiedAlert } from "./receiver.js";

/** What the app wrote, as text for a terminal: links as their words, folds closed, without its own hidden markers. */
function asText(markdown: string): string {
  const shown = show
    .closeFolds(markdown)
    .replaceAll(/<!--.*?-->/g, "")
    .replaceAll(/<sub>.*?<\/sub>/g, "")
    .replaceAll(/\[([^[\]]*)\]\([^)]*\)/g, "$1");
  return plainMarkdown(withoutColumns(shown));
}

/** Columns of the clocks' table that a terminal has no room for, or that are empty so far. */
const LEFT_OUT = ["Started", "Extended", "Told"];

function withoutColumns(markdown: string): string {
  const heads = cellsOf(/^\| Clock .*$/m.exec(markdown)?.[0] ?? "");
  if (heads.length === 0) return markdown;
  return markdown.replaceAll(/^\|.*\|$/gm, (row) => {
    const kept = cellsOf(row).filter((_, index) => !LEFT_OUT.includes(heads[index] ?? ""));
    return `| ${kept.join(" | ")} |`;
  });
}

const cellsOf = (row: string): string[] =>
  row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

/** An issue as its page shows it: of its sections only those whose titles are in `open`; ▸ opens the others. */
export function issuePage(issue: IssueHandle, open: readonly string[]): void {
  const [top = "", ...sections] = issue.body.split(/^### /m);
  const shown = sections.map((section) => {
    const [title = ""] = section.split("\n", 1);
    return open.includes(title) ? `\n${withoutGaps(asText(section))}\n` : `▸ ${title}`;
  });
  const text = [withoutGaps(asText(top)), ...shown].join("\n").replaceAll(/\n{3,}/g, "\n\n");
  show.panel(`Issue #${issue.number} by ${issue.author}: ${issue.title}`, text);
}

/** A comment in few lines: no gaps, and no tables, which the issue has too. */
export function comment(where: string, markdown: string): void {
  const [text = ""] = markdown.split(/^### /m);
  show.panel(where, withoutGaps(asText(text)));
}

const withoutGaps = (text: string): string => text.replaceAll(/\n{2,}/g, "\n");

/** An alert with all that its receiver was sent. */
export function alertInFull({ channel, headers, type, data }: VerifiedAlert): void {
  show.panel(
    `Received for ${channel}: ${type}, ${data.severity}`,
    [
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "",
      data.title,
      ...data.lines,
      data.facts.map(([name, value]) => `${name}: ${value}`).join("; "),
    ].join("\n"),
  );
}

/** The alerts that came, one a line. */
export function alerts(all: readonly VerifiedAlert[]): void {
  if (all.length === 0) return;
  show.facts(
    all.map(({ channel, type, data }) => [
      `→ ${channel}`,
      `${type.replace("break-glass.", "")}: ${data.title}`,
    ]),
  );
}

/** The table at the end of a closed case's issue: its evidence, and in brackets that of a normal change. */
export function closingSummary({ body }: IssueHandle): void {
  const section = body.split(/^### /m).find((part) => part.startsWith("The evidence of this case"));
  if (section === undefined) throw new Error("The issue has no summary of the case's evidence.");
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  show.facts(
    rows.map((row): [name: string, value: string] => {
      const [evidence = "", normal = "", ours = ""] = cellsOf(row).map(asText);
      return [evidence, normal === "none" ? ours : `${ours}\n(${normal})`];
    }),
  );
}
