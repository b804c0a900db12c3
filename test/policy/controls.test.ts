import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type Control, CONTROLS, type Rule, RULES } from "../../src/policy/controls.js";
import { controlsTable, rulesTable } from "../../src/report/controls-table.js";
import { GATES } from "../../src/policy/finding.js";

const page = readFileSync(new URL("../../docs/controls.md", import.meta.url), "utf8");

describe("the catalogue of controls", () => {
  it("is what docs/controls.md shows; else run `npx tsx scripts/write-controls.ts`", () => {
    expect(page).toContain(`\n${controlsTable()}\n`);
    expect(page).toContain(`\n${rulesTable()}\n`);
  });

  it.each(Object.entries<Control>(CONTROLS))("names the source of %s", (id, control) => {
    expect(id.endsWith(`:${control.requirement}`)).toBe(true);
    expect(control.url).toMatch(/^https:\/\//);
    expect(control.title.length).toBeLessThan(100);
  });

  it("holds no control without evidence, and no rule without a control", () => {
    const rules = Object.values<Rule>(RULES);
    const used = new Set(rules.flatMap(({ controls }) => controls));
    expect([...used].sort()).toEqual(Object.keys(CONTROLS).sort());
    for (const { gate, controls } of rules) {
      expect(GATES).toContain(gate);
      expect(controls.length).toBeGreaterThan(0);
      expect(new Set(controls).size).toBe(controls.length);
    }
  });
});
