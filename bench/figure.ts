/** One thing measured, beside a named peer that was measured in the same run. */
export interface Figure {
  readonly group: string;
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: { readonly name: string; readonly value: number };
  /** What is aimed at: the ratio of ours to the peer's is at least, or at most, `ratio`. */
  readonly goal: { readonly kind: "at-least" | "at-most"; readonly ratio: number };
}

export const ratioOf = ({ ours, peer }: Figure): number => ours / peer.value;

export function isMet(figure: Figure): boolean {
  const { kind, ratio } = figure.goal;
  return kind === "at-least" ? ratioOf(figure) >= ratio : ratioOf(figure) <= ratio;
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
  const sign = goal.kind === "at-least" ? "≥" : "≤";
  return [
    name,
    `${number(ours)} ${unit}`,
    `${number(peer.value)} ${unit}`,
    peer.name,
    ratioOf(figure).toFixed(2),
    `${sign} ${goal.ratio}`,
    isMet(figure) ? "" : "not met",
  ];
}

/** Columns of numbers end below one another. */
const NUMERIC: ReadonlySet<number> = new Set([1, 2, 4]);

function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return NUMERIC.has(column) ? cell.padStart(width) : cell.padEnd(width);
}

function number(value: number): string {
  const digits = value < 100 ? 1 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
