import { expect } from "@jest/globals";

const FENCE = /^(`{3,})sh\n[^]*?\n\1$/gm;
/** A line with more backticks behind begins no fence: it is a name in code, which may itself hold a fence's. */
const OPEN_FENCE = /^`{3,}[^`\n]*$/m;
const LINK = /\[([^[\]]*)\]\([^)]*\)/g;
const CODE = /(`+)(.*?[^`])\1(?!`)/g;
/** Something that is read out, and not only a sign. */
const WORD = /[\p{L}\p{N}]/u;

/**
 * What a page has to be for everyone who reads it, with eyes or ears: whole tables with a head, whole fences and folds,
 * headings that skip no level, links that say where they go, and no sign without a word beside it.
 */
export function expectWellFormed(markdown: string): void {
  const prose = markdown.replace(FENCE, "");
  const markup = prose.replace(CODE, "a name");
  expect(markup.match(/<details/g)?.length).toBe(markup.match(/<\/details>/g)?.length);
  expect(prose).not.toMatch(OPEN_FENCE);
  expectTables(prose);
  expectHeadings(prose);
  for (const [, label = ""] of markup.matchAll(LINK)) {
    expect(label.trim()).not.toMatch(/^(open|here|click here|link|more|details|read more)?$/i);
  }
  for (const line of prose.split("\n"))
    if (/^(- |#|<details)/.test(line)) expect(line.replace(/<[^>]*>/g, "")).toMatch(WORD);
}

function expectTables(prose: string): void {
  for (const part of prose.split(/\n\n+/)) {
    const rows = part.split("\n").filter((line) => line.startsWith("|"));
    if (rows.length === 0) continue;
    const [head = [], dashes = [], ...body] = rows.map(cellsOf);
    expect(dashes).toEqual(Array(head.length).fill("---"));
    expect(body.length).toBeGreaterThan(0);
    for (const cell of head) expect(cell).toMatch(WORD);
    for (const row of body) {
      expect(row).toHaveLength(head.length);
      for (const cell of row) expect(cell).not.toBe("");
    }
    const verdicts = head.indexOf("Verdict");
    if (verdicts >= 0) for (const row of body) expect(row[verdicts]).toMatch(WORD);
  }
}

const cellsOf = (row: string): string[] =>
  row
    .replace(CODE, "code")
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

function expectHeadings(prose: string): void {
  let level = 1;
  for (const [, marks = ""] of prose.matchAll(/^(#+) /gm)) {
    expect(marks.length).toBeLessThanOrEqual(level + 1);
    level = marks.length;
  }
}
