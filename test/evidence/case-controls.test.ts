import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import {
  BASELINE_CONTROLS,
  CASE_CONTROLS,
  ISSUE_CONTROLS,
  REFUSAL_CONTROLS,
  SEAL_CONTROLS,
} from "../../src/evidence/case-controls.js";
import { type ControlId, CONTROLS } from "../../src/policy/controls.js";

const page = readFileSync(join(import.meta.dirname, "../../docs/break-glass-for-compliance.md"), "utf8");

const ROWS: readonly (readonly [record: string, controls: readonly ControlId[]])[] = [
  ...Object.entries(CASE_CONTROLS).map(([kind, controls]) => [`step **${kind}**`, controls] as const),
  ["step that was refused, and `break-glass-refused`", REFUSAL_CONTROLS],
  ["`break-glass-issue`", ISSUE_CONTROLS],
  ["`break-glass-sealed`", SEAL_CONTROLS],
  ["`baseline`", BASELINE_CONTROLS],
];

/** The table of the page: a column for each control that any of these records names. */
function table(): string {
  const named = new Set(ROWS.flatMap(([, controls]) => controls));
  const columns = Object.keys(CONTROLS).filter((control) => [...named].some((one) => one === control));
  const marks = (controls: readonly string[]) => columns.map((one) => (controls.includes(one) ? "●" : ""));
  const lines = [
    ["record", ...columns.map((control) => `\`${control}\``)],
    ...ROWS.map(([record, controls]) => [record, ...marks(controls)]),
  ].map((cells) => `| ${cells.join(" | ")} |`);
  const [head = "", ...rest] = lines;
  return [head, `|${"---|".repeat(columns.length + 1)}`, ...rest].join("\n");
}

describe("docs/break-glass-for-compliance.md", () => {
  it("shows which controls each record of a case is evidence for, as the code has it", () => {
    const [, shown = ""] = /<!-- controls -->\n([^]*?)\n<!-- \/controls -->/.exec(page) ?? [];
    expect(shown).toBe(table());
  });
});
