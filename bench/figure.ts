/** What is aimed at: the ratio of ours to the peer's is at least, or at most, `ratio`; or ours is at most `value`. */
export type Goal =
  | { readonly kind: "at-least" | "at-most"; readonly ratio: number }
  | { readonly kind: "at-most-itself"; readonly value: number };

/** One thing measured, beside a named peer that was measured in the same run. */
export interface Figure {
  readonly group: string;
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** `null` for what has none, as numbers of requests. */
  readonly peer: { readonly name: string; readonly value: number } | null;
  /** `null` for what is told beside others. */
  readonly goal: Goal | null;
}

/** Ours by the peer's; `null` without a peer. */
export const ratioOf = ({ ours, peer }: Figure): number | null => (peer === null ? null : ours / peer.value);

/** `null` where nothing is aimed at. */
export function isMet(figure: Figure): boolean | null {
  const { ours, goal } = figure;
  if (goal === null) return null;
  if (goal.kind === "at-most-itself") return ours <= goal.value;
  const ratio = ratioOf(figure);
  if (ratio === null) return false;
  return goal.kind === "at-least" ? ratio >= goal.ratio : ratio <= goal.ratio;
}

const HEAD = ["what", "ours", "peer", "", "ratio", "goal", ""];

/** The figures as a table for a terminal, in columns. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, column, widths))
      .join("  ")
      .trimEnd(),
  );
  return lines.join("\n");
}

function cellsOf(figure: Figure): string[] {
  const { name, unit, ours, peer, goal } = figure;
  return [
    name,
    `${number(ours)} ${unit}`,
    peer === null ? "" : `${number(peer.value)} ${unit}`,
    peer?.name ?? "",
    ratioOf(figure)?.toFixed(2) ?? "",
    goal === null ? "" : goalOf(goal, unit),
    isMet(figure) === false ? "not met" : "",
  ];
}

function goalOf(goal: Goal, unit: string): string {
  if (goal.kind === "at-most-itself") return `≤ ${goal.value} ${unit}`;
  return `${goal.kind === "at-least" ? "≥" : "≤"} ${goal.ratio}`;
}

/** Columns of numbers end below one another. */
const NUMERIC: ReadonlySet<number> = new Set([1, 2, 4]);

function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return NUMERIC.has(column) ? cell.padStart(width) : cell.padEnd(width);
}

function number(value: number): string {
  const digits = value < 100 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
