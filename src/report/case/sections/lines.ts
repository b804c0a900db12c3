import { bytes } from "../../limits.js";

/** As many of `lines` as fit into `room` bytes, from the first on; a last one says how many were left out. */
export function fitLines(
  lines: readonly string[],
  room: number,
  omitted: (count: number) => string,
): readonly string[] {
  if (sizeOf(lines) <= room) return lines;
  let left = room - sizeOf([omitted(lines.length)]);
  const cut = lines.findIndex((line) => (left -= sizeOf([line])) < 0);
  const kept = Math.max(0, cut);
  return [...lines.slice(0, kept), omitted(lines.length - kept)];
}

/** The first of `lines` and as many of the last as fit into `room` bytes; one in between says how many were left out. */
export function fitEnds(
  lines: readonly string[],
  room: number,
  omitted: (count: number) => string,
): readonly string[] {
  if (sizeOf(lines) <= room) return lines;
  const [first = "", ...others] = lines;
  const gap = omitted(lines.length);
  const newest = [...others].reverse();
  let left = room - sizeOf([first, gap]);
  const cut = newest.findIndex((line) => (left -= sizeOf([line])) < 0);
  const kept = newest.slice(0, Math.max(0, cut)).reverse();
  return [first, omitted(others.length - kept.length), ...kept];
}

const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + bytes(line) + 1, 0);

/** A Markdown table. */
export const table = (heads: readonly string[], rows: readonly string[]): string =>
  [row(heads), `|${"---|".repeat(heads.length)}`, ...rows].join("\n");

/** One row of it; cells are Markdown of ours without bars and line breaks. */
export const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Folded away until someone opens it, unless it is `open`. */
export const fold = (title: string, markdown: string, open = false): string =>
  `<details${open ? " open" : ""}><summary>${title}</summary>\n\n${markdown}\n\n</details>`;

/** Paragraphs of Markdown; empty ones are left out. */
export const paragraphs = (parts: readonly string[]): string =>
  parts.filter((part) => part !== "").join("\n\n");
