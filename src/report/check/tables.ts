import { row, table } from "../case/sections/lines.js";
import { type Block, block, bytes } from "../limits.js";

/** A part is shown whole or not at all; small ones leave little room unused where not all of them fit. */
const PART_BYTES = 8_000;

/** One row of a table: cells are Markdown of ours without bars and line breaks, and `findings` how many it tells of. */
export interface Row {
  readonly cells: readonly string[];
  readonly findings: number;
}

/**
 * Tables of rows, none too long to be shown whole, each with its head; empty where there are no rows. `around` makes a
 * block's Markdown of a table and says which of how many it is.
 */
export function tableBlocks(
  heads: readonly string[],
  rows: readonly Row[],
  around: (table: string, which: string) => string = (markdown) => markdown,
): Block[] {
  const parts = packed(rows);
  return parts.map((part, index) => {
    const which = parts.length === 1 ? "" : ` (part ${index + 1} of ${parts.length})`;
    const markdown = around(
      table(
        heads,
        part.map(({ cells }) => row(cells)),
      ),
      which,
    );
    const findings = part.reduce((sum, one) => sum + one.findings, 0);
    return { ...block(markdown, findings), essential: index === 0 };
  });
}

function packed(rows: readonly Row[]): Row[][] {
  const parts: Row[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const one of rows) {
    const own = bytes(row(one.cells)) + 1;
    size += own;
    if (size > PART_BYTES) {
      parts.push([]);
      size = own;
    }
    parts.at(-1)?.push(one);
  }
  return parts;
}
