import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { RULES } from "../../src/policy/controls.js";
import { policyJsonSchema } from "../../src/policy/document.js";
import { parsePolicy } from "../../src/policy/file/parse.js";
import { type Mending, MENDING } from "../../src/policy/rules/signatures/mending.js";
import { keysAt } from "../../src/policy/file/suggest.js";

const page = readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8");
const mentions = (words: string): boolean => page.includes(`\`${words}\``);

/** Words in the rules' sources that look like reasons and are something else. */
const NO_REASONS = new Set<string>([
  ...Object.keys(RULES),
  ...["check-run", "github-member", "pull-request", "force-push", "committed-by", "not-found", "not-read"],
  // Where a mistake lies, not what it is.
  ...["allowed-signers", "revoked-keys"],
]);

function reasonsInSources(): string[] {
  const folder = new URL("../../src/policy/rules/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const sources = files.map((name) => readFileSync(new URL(name, folder), "utf8"));
  for (const name of ["../evaluate.ts", "../evaluate-push.ts", "../verdict/undecided.ts"])
    sources.push(readFileSync(new URL(name, folder), "utf8"));
  const words = sources.flatMap((source) =>
    [...source.matchAll(/"([a-z]+(?:-[a-z]+)+)"/g)].map((match) => match[1] ?? ""),
  );
  return [...new Set(words)].filter((word) => !NO_REASONS.has(word)).sort();
}

describe("docs/policy.md", () => {
  it("shows examples that the parser takes", () => {
    const examples = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map((match) => match[1] ?? "");
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(parsePolicy(example)).toMatchObject({ ok: true });
  });

  it("warns of results that the pull request's own workflows report, where it explains results", () => {
    const section = page.slice(page.indexOf("An item of `results`"), page.indexOf("## What is refused"));
    for (const words of ["15368", "own head", "ruleset", "app"]) expect(section).toContain(words);
  });

  it("names every key", () => {
    const sections = Object.keys(policyJsonSchema()["properties"] ?? {});
    const keys = sections.flatMap((section) => {
      const inner = keysAt([section]);
      return inner.length === 0 ? [section] : inner.map((key) => `${section}.${key}`);
    });
    expect(keys).toContain("review.bots");
    expect(keys.filter((key) => !mentions(key))).toEqual([]);
    const clocks = keysAt(["breakGlass", "clocks"]).map((key) => `breakGlass.clocks.${key}`);
    expect(clocks).toContain("breakGlass.clocks.revert");
    expect(clocks.filter((key) => !mentions(key))).toEqual([]);
    const items = [...keysAt(["results", 0]), ...keysAt(["codeScanning", 0])];
    for (const path of [
      ["declare"],
      ["clocks", "escalation"],
      ["clocks", "extensions"],
      ["clocks", "calendar"],
      ["routes", 0],
      ["issue"],
      ["budget"],
    ])
      items.push(...keysAt(["breakGlass", ...path]));
    expect(items.filter((key) => !page.includes(key))).toEqual([]);
  });

  it("says of every refused signature what mends it, in the row of those that are mended alike", () => {
    const rowOf = (code: string) =>
      page.split("\n").find((row) => row.startsWith("|") && row.includes(`\`${code}\``));
    const remedies: Readonly<Partial<Record<Mending, string>>> = {
      recreate: "--no-ff",
      prepare: "First mend",
      "allowed-signers": "allowed_signers",
      "revoked-keys": "revoked_keys",
    };
    for (const [code, mending] of Object.entries(MENDING)) {
      if (mending !== "nothing") expect(rowOf(code)).toContain(remedies[mending] ?? "ign again");
    }
  });

  it("names every rule and every reason that the rules give", () => {
    const reasons = reasonsInSources();
    expect(reasons).toEqual(expect.arrayContaining(["approval-missing", "bypass-actor", "forge-disagrees"]));
    expect([...Object.keys(RULES), ...reasons].filter((word) => !mentions(word))).toEqual([]);
  });
});
