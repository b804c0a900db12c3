import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";

const ROOT = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const manifest = z
  .object({
    default_permissions: z.record(z.string(), z.enum(["read", "write"])),
    default_events: z.array(z.string()),
  })
  .parse(parse(read("app.yml")));

const page = read("docs/permissions.md");

/** The rows of the first table below a heading, each as its cells. */
function rowsBelow(heading: string): string[][] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [, table = ""] = /((?:^\|.*\n)+)/m.exec(section) ?? [];
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const bare = (cell: string | undefined): string => (cell ?? "").replaceAll("`", "");
const filesIn = (cell: string | undefined): string[] => bare(cell).split(", ");

/** The event families that handlers are registered for: what stands in `app.on(…)` up to the dot. */
function handledEvents(): string[] {
  const sources = readdirSync(join(ROOT, "src/webhooks"), { encoding: "utf8", recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => read(`src/webhooks/${name}`));
  const calls = sources.flatMap((text) => [...text.matchAll(/\bapp\.on\(\s*(\[[^\]]*\]|"[^"]*")/g)]);
  const names = calls.flatMap(([, events = ""]) => [...events.matchAll(/"([a-z_]+)(?:\.[a-z_]+)?"/g)]);
  return [...new Set(names.map(([, family = ""]) => family))].sort();
}

/** GitHub sends these to every app; a manifest cannot ask for them. */
const ALWAYS_SENT = ["installation", "installation_repositories", "installation_target"];

describe("docs/permissions.md", () => {
  const permissions = rowsBelow("Permissions");
  const events = rowsBelow("Events");

  it("explains exactly the permissions of app.yml, with their access", () => {
    const explained = permissions.map(([name, access]) => [bare(name), access]);
    expect(explained).toEqual(Object.entries(manifest.default_permissions));
  });

  it("explains exactly the events of app.yml", () => {
    expect(events.map(([name]) => bare(name))).toEqual(manifest.default_events);
  });

  it("asks for no event without the permission that GitHub wants for it", () => {
    for (const [, needed] of events) {
      expect(Object.keys(manifest.default_permissions)).toContain(bare(needed));
    }
  });

  it("leaves no cell empty, and names code that is there", () => {
    for (const row of [...permissions, ...events]) {
      expect(row).toHaveLength(5);
      expect(row).not.toContain("");
      const [name, , , usedBy] = row;
      for (const file of filesIn(usedBy))
        expect([name, file, existsSync(join(ROOT, file))]).toEqual([name, file, true]);
    }
  });

  it("names the file in which each event is handled", () => {
    for (const [name, , , usedBy] of events) {
      expect(filesIn(usedBy).some((file) => read(file).includes(`"${bare(name)}`))).toBe(true);
    }
  });
});

describe("app.yml", () => {
  it("asks for exactly the events that are handled", () => {
    expect(handledEvents()).toEqual([...manifest.default_events, ...ALWAYS_SENT].sort());
  });

  it("asks for write access to nothing but check runs and issues", () => {
    const writable = Object.entries(manifest.default_permissions).filter(([, access]) => access === "write");
    expect(writable).toEqual([
      ["checks", "write"],
      ["issues", "write"],
    ]);
  });
});
