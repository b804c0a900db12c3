import { execFileSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { shellWord } from "../../../src/policy/rules/shell.js";

const echoed = (word: string): string =>
  execFileSync("/bin/sh", ["-c", `printf %s ${word}`], { encoding: "utf8" });

describe("shellWord", () => {
  it.each([
    ["abc123", "abc123"],
    ["ada@example.com", "ada@example.com"],
    ["", "''"],
    ["-rf", "'-rf'"],
    ["~root", "'~root'"],
    ["$(reboot)", "'$(reboot)'"],
    ["a'b", "'a'\\''b'"],
    ["a\nb\u001b[2J", "'ab[2J'"],
    ["a\u202eb", "ab"],
  ])("writes %j as %s", (value, expected) => {
    expect(shellWord(value)).toBe(expected);
  });

  it("is one word to a real shell, and means itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 30 }), (value) => {
        expect(echoed(shellWord(`x${value}`))).toBe(`x${value}`);
      }),
      { numRuns: 60 },
    );
  });
});
