import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { BUILT_IN_POLICY, durationMs, policyJsonSchema } from "../../../src/policy/document.js";
import { parsePolicy, type PolicyProblem } from "../../../src/policy/file/parse.js";
import { keysAt, nearest } from "../../../src/policy/file/suggest.js";

function problemsOf(text: string): readonly PolicyProblem[] {
  const parsed = parsePolicy(text);
  return parsed.ok ? [] : parsed.problems;
}

describe("parsePolicy", () => {
  it("fills in the strict default for all that is left out", () => {
    const parsed = parsePolicy("version: 1\n");
    expect(parsed).toMatchObject({ ok: true, policy: BUILT_IN_POLICY });
    expect(BUILT_IN_POLICY).toMatchObject({
      branches: ["~DEFAULT_BRANCH"],
      signatures: { forgeKeys: "refuse" },
      protection: {
        pullRequest: true,
        approvals: 1,
        adminsIncluded: true,
        bypassActors: [],
        unreadableBypass: "fail",
      },
      review: { approvals: 1, bots: [] },
    });
  });

  it("gives the same digest for the same meaning, and another for another", () => {
    const digest = (text: string): string | false => {
      const parsed = parsePolicy(text);
      return parsed.ok && parsed.digest;
    };
    expect(digest("version: 1")).toMatch(/^[0-9a-f]{64}$/);
    expect(digest("# a comment\nreview: { approvals: 1 }\nversion: 1")).toBe(digest("version: 1"));
    expect(digest("version: 1\nreview: { approvals: 2 }")).not.toBe(digest("version: 1"));
  });

  it.each<[string, string, Partial<PolicyProblem>]>([
    ["an unknown key", "version: 1\nextra: 1", { line: 2, column: 1, path: "extra" }],
    [
      "a misspelt key",
      "version: 1\nreview:\n  aprovals: 2",
      { line: 3, path: "review.aprovals", remedy: "Did you mean `approvals`?" },
    ],
    [
      "a key written another way",
      "version: 1\nprotection:\n  dismiss_stale: true",
      { line: 3, remedy: "Did you mean `dismissStale`?" },
    ],
    ["a key of Object.prototype", "version: 1\n__proto__: { version: 1 }", { line: 2, path: "__proto__" }],
    ["no version", "review: { approvals: 1 }", { line: 1, path: "version" }],
    ["another version", "version: 2", { line: 1, column: 10, remedy: "It can be 1." }],
    ["a wrong type", "version: 1\nbranches: main", { line: 2, column: 11, remedy: "It must be a list." }],
    [
      "a word that YAML 1.1 took for true",
      "version: 1\nsignatures:\n  registeredKeys: yes",
      { line: 3, path: "signatures.registeredKeys", remedy: "It must be true or false." },
    ],
    ["an empty section", "version: 1\nreview:", { line: 2, path: "review" }],
    ["no approval at all", "version: 1\nreview: { approvals: 0 }", { line: 2, remedy: "The least is 1." }],
    [
      "a half approval",
      "version: 1\nreview: { approvals: 1.5 }",
      { line: 2, remedy: "It must be a whole number." },
    ],
    [
      "a login instead of an id",
      "version: 1\nreview:\n  bots:\n    - 1\n    - robot",
      { line: 5, column: 7, path: "review.bots[1]" },
    ],
    [
      "a name instead of an app's id",
      "version: 1\nsignatures:\n  bots:\n    - { app: dependabot }",
      { line: 4, path: "signatures.bots[0].app", remedy: "It must be a number." },
    ],
    [
      "an app without the word",
      "version: 1\nbreakGlass:\n  releaseBots:\n    - { slug: 5 }",
      { line: 4, path: "breakGlass.releaseBots[0].app", remedy: "Add it: it is a number." },
    ],
    [
      "an app twice",
      "version: 1\nsignatures:\n  bots: [{ app: 5 }, 5, { app: 5 }]",
      { line: 3, path: "signatures.bots[2]", message: "`app 5` is listed twice." },
    ],
    [
      "a result without its app",
      "version: 1\nresults:\n  - check: conftest",
      { line: 3, path: "results[0].app" },
    ],
    [
      "a status without its creator",
      "version: 1\nresults:\n  - status: ci",
      { line: 3, path: "results[0].creator" },
    ],
    [
      "a bypass actor without its id",
      "version: 1\nprotection:\n  bypassActors:\n    - kind: team",
      { line: 4, path: "protection.bypassActors[0].id" },
    ],
    [
      "a bad duration",
      "version: 1\nresults: [{ check: a, app: 1, maxAge: 1w }]",
      { line: 2, path: "results[0].maxAge" },
    ],
    [
      "an unknown conclusion",
      "version: 1\nresults: [{ check: a, app: 1, pass: [failure] }]",
      { path: "results[0].pass[0]" },
    ],
    ["a repeated key", "version: 1\nversion: 1", { line: 2, message: "The key is repeated." }],
    ["an anchor", "version: 1\nbranches: &b [main]", { line: 2, message: "The file uses an anchor." }],
    ["an alias", "version: 1\nbranches: *b", { line: 2 }],
    [
      "a merge key",
      "version: 1\n<<: { review: { approvals: 1 } }",
      { line: 2, message: "The file uses a merge key." },
    ],
    ["a tag", "version: !!int 1", { line: 1, message: "The file uses a tag." }],
    ["a custom tag", "version: 1\nbranches: !include other.yml", { line: 2 }],
    ["a number as key", "version: 1\n1: 2", { line: 2 }],
    ["a mapping as key", "version: 1\n? { a: b }\n: c", { line: 2 }],
    [
      "two documents",
      "version: 1\n---\nversion: 1",
      { line: 2, message: "The file holds more than one YAML document." },
    ],
    ["a directive", "%YAML 1.1\n---\nversion: 1", { line: 1, message: "The line holds a YAML directive." }],
    [
      "a byte order mark",
      "\ufeffversion: 1",
      { line: 1, column: 1, message: "The line holds a byte order mark." },
    ],
    [
      "bytes that are not UTF-8",
      Buffer.from("version: 1 # \xfcber", "latin1").toString("utf8"),
      { line: 1, column: 14, message: "The line holds bytes that are not UTF-8." },
    ],
    [
      "a tab",
      "version: 1\nreview:\n\tapprovals: 1",
      { line: 3, column: 1, message: "The line holds a tab." },
    ],
    [
      "a direction override",
      "version: 1 # \u202e",
      { line: 1, message: "The line holds an invisible character." },
    ],
    ["a line separator", "version: 1\u2028", { line: 1, message: "The line holds an invisible character." }],
    ["broken YAML", "version: [1", { line: 1 }],
    ["nothing", "", { line: 1, message: "The file is empty." }],
    ["comments only", "# later\n", { line: 1, message: "The file is empty." }],
    ["a list", "- version: 1", { line: 1, path: "", remedy: "It must be a mapping of keys to values." }],
    [
      "too much",
      `version: 1\n# ${"x".repeat(65_536)}`,
      { line: 1, message: "The file is larger than 64 KiB." },
    ],
    [
      "thousands of unknown keys",
      Array.from({ length: 3_000 }, (_, index) => `k${index}:`).join("\n"),
      { path: "version" },
    ],
    ["too deep", "[".repeat(30_000), { line: 1 }],
  ])("refuses %s and points at it", (_what, text, expected) => {
    const problems = problemsOf(text);
    expect(problems[0]).toMatchObject(expected);
    expect(problems.length).toBeLessThanOrEqual(20);
    for (const problem of problems) {
      expect(problem.message).not.toBe("");
      expect(problem.remedy).not.toBe("");
    }
  });

  it("names every problem of a file, in the order of its lines", () => {
    const problems = problemsOf("version: 1\nextra: 1\nreview:\n  aprovals: 1\nbranches: 7");
    expect(problems.map((problem) => problem.line)).toEqual([2, 4, 5]);
  });

  it("never throws, whatever the file holds", () => {
    const token = fc.constantFrom(
      "version: 1",
      "\n",
      "  ",
      "- ",
      "? ",
      ": ",
      "&a ",
      "*a",
      "!!x ",
      "{",
      "}",
      "[",
      "]",
      "|",
      ">",
      '"',
      "'",
      "#",
      "review",
      "%",
      "---",
      "\u0000",
      "<<",
      "~",
      "0x1",
      ".inf",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(token, { maxLength: 40 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (content) => {
        const parsed = parsePolicy(content);
        expect(parsed.ok || parsed.problems.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the published JSON Schema", () => {
  it("is the one of the code; else run `npx tsx scripts/write-policy-schema.ts`", () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL("../../../schema/countersign.schema.json", import.meta.url), "utf8"),
    );
    expect(published).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
  });
});

describe("suggestions", () => {
  it("knows the keys of every level", () => {
    expect(keysAt(["review"])).toEqual(["approvals", "bots"]);
    expect(keysAt(["results", 0])).toEqual(["app", "check", "creator", "maxAge", "pass", "status"]);
    expect(keysAt(["nowhere", "at", "all"])).toEqual([]);
  });

  it.each([
    ["aprovals", "approvals"],
    ["Force-Push-Blocked", "forcePushBlocked"],
    ["zzz", null],
  ])("takes %s for %s", (word, expected) => {
    expect(nearest(word, ["approvals", "bots", "forcePushBlocked"])).toBe(expected);
  });
});

describe("durationMs", () => {
  it.each([
    ["30m", 1_800_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
  ])("reads %s", (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });
});
