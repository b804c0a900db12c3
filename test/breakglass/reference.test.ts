import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parseCommand } from "../../src/breakglass/commands.js";
import { RULES } from "../../src/breakglass/rules.js";
import { STATES, TABLE } from "../../src/breakglass/machine/table.js";
import { TABLES } from "./tables.js";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");
const page = read("break-glass.md");

function between(start: string, end: string): string {
  const from = page.indexOf(start);
  const to = page.indexOf(end, from + start.length);
  if (from < 0 || to < 0) throw new Error(`docs/break-glass.md has no ${start} … ${end}`);
  return page.slice(from + start.length, to).trim();
}

/** `from → to` for all that the table lets happen. */
const ALLOWED = new Set(
  Object.values(TABLE).flatMap((cells) =>
    STATES.flatMap((state) => {
      const cell = cells[state];
      return typeof cell === "string"
        ? []
        : cell.filter((to) => to !== state).map((to) => `${state} → ${to}`);
    }),
  ),
);

describe("docs/break-glass.md", () => {
  it.each(Object.entries(TABLES))("shows the table of %s as the code has it", (name, table) => {
    expect(between(`<!-- ${name} -->`, `<!-- /${name} -->`)).toBe(table);
  });

  it("draws every way from state to state, and none that there is not", () => {
    const drawn = [...between("```mermaid", "```").matchAll(/^ *(\w+) --> (\w+)/gm)];
    const ways = drawn.map(([, from, to]) => `${from ?? ""} → ${to ?? ""}`);
    expect(ways.sort()).toEqual([...ALLOWED].sort());
  });

  it("names every state", () => {
    const described = [...page.matchAll(/^- \*\*(\w+)\*\*:/gm)].map(([, state]) => state);
    expect(described).toEqual([...STATES]);
  });

  it("gives commands that are ones", () => {
    const commands = between("## Commands", "###")
      .split("\n")
      .flatMap((line) => /^\| `(\/[^`]+)`/.exec(line)?.[1] ?? []);
    expect(commands.length).toBeGreaterThan(6);
    for (const command of commands)
      expect([command, parseCommand(filled(command))?.ok]).toEqual([command, true]);
  });
});

/** A command with something in place of its blanks. */
const filled = (command: string): string =>
  command
    .replace(/<reason>/, "the reason why")
    .replace(/<duration>/, "4h")
    .replace("[note]", "")
    .replace("#N", "#1");

describe.each(["runbook-break-glass.md", "break-glass-for-compliance.md"])("docs/%s", (name) => {
  const text = read(name);

  it("gives commands that are ones", () => {
    const commands = [...text.matchAll(/^ *(\/break-glass .*)$|`(\/break-glass [^`]+)`/gm)];
    expect(commands.length).toBeGreaterThan(3);
    for (const [, block, inline = ""] of commands) {
      const command = block ?? inline;
      expect([command, parseCommand(filled(command))?.ok]).toEqual([command, true]);
    }
  });
});

describe("docs/runbook-break-glass.md", () => {
  it("explains rules that there are", () => {
    const [, section = ""] = read("runbook-break-glass.md").split("## It was refused");
    const rules = [...section.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = ""]) =>
      cell.split(", ").map((rule) => rule.trim().replaceAll("`", "")),
    );
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter((rule) => !Object.hasOwn(RULES, rule))).toEqual([]);
  });
});
