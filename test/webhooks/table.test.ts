import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** The first cells of the rows of the table of events in the architecture. */
const [, section = ""] = read("docs/architecture.md").split(
  "\n## Which event makes what be looked at again\n",
);
const cells = (/((?:^\|.*\n)+)/m.exec(section)?.[1] ?? "")
  .split("\n")
  .slice(2)
  .map((row) => row.split("|")[1] ?? "");

/** What handlers are registered for: `family.action`, or a family as a whole. */
const handled = readdirSync(join(ROOT, "src/webhooks"), { encoding: "utf8", recursive: true })
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) => [...read(`src/webhooks/${name}`).matchAll(/\bapp\.on\(\s*(\[[^\]]*\]|"[^"]*")/g)])
  .flatMap(([, events = ""]) => [...events.matchAll(/"([a-z_]+)(?:\.([a-z_]+))?"/g)])
  .map(([, family = "", action]) => ({ family, action: action ?? null }));

describe("the table of events in docs/architecture.md", () => {
  it.each(handled)("has a row for $family $action", ({ family, action }) => {
    const rows = cells.filter((cell) => cell.includes(`\`${family}\``));
    const words = (cell: string): string => cell.replaceAll(" ", "_");
    expect(rows.filter((cell) => action === null || words(cell).includes(action))).not.toEqual([]);
  });

  it("names no event that nothing is registered for", () => {
    const families = cells.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name = ""]) => name));
    const known = new Set(handled.map(({ family }) => family));
    const others = ["recheck", "reconcile", "redeliver", "how-to-sign"];
    expect(families.filter((name) => !known.has(name) && !others.includes(name) && name !== "max")).toEqual(
      [],
    );
  });
});
