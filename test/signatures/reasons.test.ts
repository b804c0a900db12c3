import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { REASONS } from "../../src/signatures/index.js";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "src/signatures");
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && name !== "reasons.ts")
  .map((name) => readFileSync(join(folder, name), "utf8"))
  .join("\n");

describe("reason codes", () => {
  it("are documented one by one, word for word", () => {
    const documented = readFileSync(join(root, "docs/signatures.md"), "utf8")
      .split("\n")
      .flatMap((line) => {
        const [, code, verdict, meaning, remedy] =
          /^\| `([a-z0-9-]+)` +\| (good|unsigned|unknown-key|bad) +\| (.*?) +\| (.*?) *\|$/.exec(line) ?? [];
        return code === undefined ? [] : [[code, { verdict, meaning, remedy }]];
      });
    expect(Object.fromEntries(documented)).toEqual(REASONS);
  });

  it.each(Object.entries(REASONS))(
    "%s is in use, and says what mends it",
    (code, { verdict, meaning, remedy }) => {
      expect(sources).toContain(`"${code}"`);
      expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(meaning).toMatch(/\.$/);
      if (verdict !== "good") expect(remedy).toMatch(/[.)]$/);
    },
  );
});
