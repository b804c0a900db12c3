import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { RULES } from "../../../src/policy/controls.js";
import { type Finding, GATES } from "../../../src/policy/finding.js";
import { renderChecks } from "../../../src/report/checks.js";
import { finding, pull } from "../make.js";
import { expectWellFormed } from "./well-formed.js";

/** However much was found, by whomever it was written: each check is a page that is whole, readable and not too long. */

const words = fc.oneof(
  { weight: 3, arbitrary: fc.lorem({ maxCount: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "| a | b |\n|---|---|",
      "</details>",
      "```sh",
      "# You passed",
      "[here](https://evil.example)",
      "💥",
      "\u202e",
      "",
      "`a|b`\\",
      "@#*💥".repeat(400),
      "日本語".repeat(500),
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);
const someUrl = fc.option(
  fc.constantFrom(
    "https://github.com/o/r/settings/rules/31",
    "https://github.com/o/r/settings/branches",
    "https://github.com/o/r/pull/1",
    "https://tool.example/run?x=1",
    "javascript:alert(1)",
    "https://x.example/a)b",
  ),
);
const place = fc.option(
  fc.record({
    path: fc.constantFrom(".github/countersign.yml", "a (b)/ü.yml", "x"),
    line: fc.nat({ max: 90 }),
  }),
);
const some: fc.Arbitrary<Finding> = fc.record({
  gate: fc.constantFrom(...GATES),
  rule: fc.oneof(fc.constantFrom(...Object.keys(RULES)), fc.constant("rule-of-another-version")),
  status: fc.constantFrom<Finding["status"]>("pass", "fail", "fail", "unknown", "waived", "note"),
  waiting: fc.boolean(),
  subject: fc.oneof(words, fc.constantFrom("1111111111", "22222222ab", "constructor")),
  reason: fc.constantFrom("unsigned", "result-failed", "approved", "constructor", "policy-invalid"),
  message: words,
  remedy: fc.option(
    fc.record({
      text: words,
      commands: fc.oneof(fc.constant([]), fc.array(words, { maxLength: 3 })),
      url: someUrl,
    }),
  ),
  controls: fc.constant(["SOC2:CC8.1"] as const),
  location: place,
});
const kinds = fc.array(some, { minLength: 1, maxLength: 8 });
/** A flood is many of the same few things, told apart by their subjects. */
const flood = (few: readonly Finding[], times: number): Finding[] =>
  few.flatMap((kind) =>
    Array.from({ length: times }, (_, index) => ({ ...kind, subject: `${index}${kind.subject}` })),
  );

describe("a check's page", () => {
  it("is whole, keeps GitHub's limits, and can be read by everyone", () => {
    const bytes = (text: string): number => Buffer.byteLength(text, "utf8");
    fc.assert(
      fc.property(kinds, fc.constantFrom(1, 3, 100), fc.constantFrom(1, 2), (some, times, pulls) => {
        const findings = flood(some, times);
        const decisions = Array.from({ length: pulls }, (_, index) => pull(index + 1, findings));
        for (const { title, summary, text, annotations, actions } of renderChecks(decisions)) {
          expect(bytes(title)).toBeLessThanOrEqual(255);
          expect(title).toMatch(/^[A-Z][\w' ,:-]+$/);
          expect(bytes(summary)).toBeLessThanOrEqual(65_535);
          expect(bytes(text)).toBeLessThanOrEqual(65_535);
          expect(actions.length).toBeLessThanOrEqual(3);
          expect(annotations.length).toBeLessThanOrEqual(100);
          expectWellFormed(summary);
          expectWellFormed(text);
        }
      }),
      // Its list of names begins with a fence that is none.
      { numRuns: 25, examples: [[[finding({ status: "note", subject: "```sh" })], 100, 1]] },
    );
  });

  it("shows something of every gate, however much was found in one of them", () => {
    const many = Array.from({ length: 4_000 }, (_, index) => finding({ subject: `commit ${index}` }));
    const [main] = renderChecks([
      pull(1, [...many, finding({ gate: "review", rule: "independent-approval", status: "note" })]),
    ]);
    const shown = main?.text.match(/<summary>[A-Z][a-z ]+:/g) ?? [];
    expect(new Set(shown).size).toBe(4);
    const rows = main?.text.match(/^\| (?:❌|✅|ℹ️)/gm) ?? [];
    expect(main?.text).toContain(`_${4_003 - rows.length} more findings left out`);
  });

  it("never lets a flood wash an exception away", () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      finding({
        subject: `c${index}`,
        remedy: { text: `Act ${index}.`, commands: [`do ${index}`], url: null },
      }),
    );
    const waiver = { owner: "platform", reason: "slow", expires: "2026-12-01", controls: [] };
    const waived = finding({ gate: "policy", rule: "required-result", status: "waived", waiver });
    const [main] = renderChecks([pull(1, [...many, waived])]);
    expect(main?.summary).toContain("| platform | 2026-12-01 | slow |");
    expect(main?.summary).toMatch(/_\d+ more findings left out/);
  });
});

describe("what to do", () => {
  const summaryOf = (...findings: Finding[]): string => renderChecks([pull(1, findings)])[0]?.summary ?? "";
  const steps = (summary: string): string[] =>
    [...summary.matchAll(/^#### (.*)$/gm)].map(([, text]) => text ?? "");

  it("begins with what has to be settled before anything else counts", () => {
    const frozen = finding({
      gate: "policy",
      rule: "frozen-branch",
      remedy: { text: "Close it.", commands: [], url: "https://github.com/o/r/issues/7" },
    });
    const summary = summaryOf(finding(), frozen);
    expect(steps(summary)).toEqual(["1. Branch frozen by an open emergency", "2. 1 commit unsigned"]);
    expect(summary).toContain("Close it. [Open the tracking issue](https://github.com/o/r/issues/7)");
  });

  it("is one step for all that is set on one page, each with its own setting", () => {
    const setting = (rule: string, text: string): Finding =>
      finding({
        gate: "protection",
        rule,
        subject: rule,
        message: "Missing.",
        remedy: { text, commands: [], url: "https://github.com/o/r/settings/rules/31" },
      });
    const summary = summaryOf(
      setting("approvals-required", "Set A."),
      setting("force-push-blocked", "Set B."),
    );
    expect(steps(summary)).toEqual(["1. 2 protection settings too weak"]);
    expect(summary).toContain(
      "All of it is set on one page. [Open the ruleset's settings](https://github.com/o/r/settings/rules/31)",
    );
    expect(summary).toContain(
      "- `approvals-required`: Missing. **To do:** Set A.\n- `force-push-blocked`: Missing. **To do:** Set B.",
    );
  });

  it("is one step for several results that failed, each with its own link", () => {
    const result = (name: string): Finding =>
      finding({
        gate: "policy",
        rule: "required-result",
        reason: "result-failed",
        subject: name,
        message: `${name} failed.`,
        remedy: { text: "See what it found.", commands: [], url: `https://ci.example/${name}` },
      });
    const summary = summaryOf(result("a"), result("b"));
    expect(steps(summary)).toEqual(["1. 2 results failed"]);
    expect(summary).toContain("- `b`: b failed. [Open the result of b](https://ci.example/b)");
  });

  it("says what many commits lack once, and folds which they are", () => {
    const many = Array.from({ length: 300 }, (_, index) => finding({ subject: `${1_000_000_000 + index}` }));
    const summary = summaryOf(...many);
    expect(steps(summary)).toEqual(["1. 300 commits unsigned"]);
    expect(summary).toContain("<details><summary>All 300: The commit is not signed.</summary>");
    const listed = summary.match(/\/commit\/1000000\d{3}\)/g) ?? [];
    expect(summary).toContain(` and ${300 - listed.length} more, in the details below`);
    expect(listed.length).toBeGreaterThan(50);
  });

  it("keeps code in what it says as code, and nothing else that could act", () => {
    const message = "There is no key `re|view` or `*x*` here, **boss**.";
    expect(summaryOf(finding({ message }))).toContain(
      "There is no key re&#124;view or `*x*` here, &#42;&#42;boss&#42;&#42;.",
    );
  });

  it("counts what it does not say one by one", () => {
    const remedy = { text: "Mend it.", commands: [], url: null };
    const many = Array.from({ length: 30 }, (_, index) =>
      finding({
        gate: "policy",
        rule: "code-scanning",
        reason: "alert-open",
        message: `Bug ${index}`,
        remedy,
      }),
    );
    const summary = summaryOf(...many);
    expect(steps(summary)).toEqual(["1. 30 code-scanning alerts"]);
    expect(summary.match(/Bug \d+/g)).toHaveLength(8);
    expect(summary).toContain("- and 22 more, in the details below");
  });
});

describe("links", () => {
  const rowOf = (one: Finding): string => renderChecks([pull(1, [one])])[0]?.text ?? "";
  const at = `https://github.com/o/r/blob/${"b".repeat(40)}`;

  it.each<[string, Partial<Finding>, string]>([
    ["a commit", {}, "[`1111111111`](https://github.com/o/r/commit/1111111111)"],
    [
      "a line of the policy, at the commit that was judged by",
      { rule: "policy-file", subject: "p:4:1", location: { path: ".github/countersign.yml", line: 4 } },
      `[\`p:4:1\`](${at}/.github/countersign.yml#L4)`,
    ],
    [
      "a file of a strange name",
      { rule: "trust-material", subject: "k", location: { path: "a (1)/ü#.asc", line: 0 } },
      `[\`k\`](${at}/a%20%281%29/%C3%BC%23.asc#L1)`,
    ],
    [
      "a line that the change brings",
      { rule: "proposed-policy", subject: "p", location: { path: ".github/countersign.yml", line: 4 } },
      "[`p`](https://github.com/o/r/pull/1/files)",
    ],
    ["what has no page", { rule: "required-result", subject: "conftest" }, "| `conftest` |"],
    ["what only looks like a commit", { rule: "required-result" }, "| `1111111111` |"],
    ["the list of commits", { subject: "commits" }, "| `commits` |"],
  ])("lead to %s", (_what, change, link) => {
    expect(rowOf(finding(change))).toContain(link);
  });

  it("are none where nobody knows the pull request's page", () => {
    const reference = { number: 1, title: "Change 1", baseRef: "main" };
    const [main] = renderChecks([{ ...pull(1, [finding()]), pull: reference }]);
    expect(`${main?.summary ?? ""}${main?.text ?? ""}`).not.toContain("](");
  });
});

describe("what is to be seen beside the verdict", () => {
  const summaryOf = (...findings: Finding[]): string => renderChecks([pull(1, findings)])[0]?.summary ?? "";
  const review = (change: Partial<Finding>): Finding =>
    finding({ gate: "review", rule: "independent-approval", remedy: null, ...change });

  it("names reviews that do not count, and none that does", () => {
    const summary = summaryOf(
      review({ status: "note", reason: "stale-head", subject: "bob", message: "Earlier commit." }),
      review({ status: "note", reason: "approved", subject: "eve", message: "Eve approved." }),
      review({ waiting: true, reason: "approval-missing", subject: "approvals", message: "1 of 2." }),
    );
    expect(summary).toContain("### Reviews that do not count\n\n- `bob`: Earlier commit.");
    expect(summary).not.toContain("Eve approved.");
  });

  it("tells an exception's owner, end and reason; without a waiver it is the policy's", () => {
    const waiver = { owner: "platform", reason: "slow", expires: "2026-12-01", controls: [] };
    const summary = summaryOf(
      review({
        status: "waived",
        subject: "approvals",
        message: "0 of 1. Waived by platform until 2026-12-01: slow",
        waiver,
      }),
      finding({
        gate: "policy",
        rule: "required-result",
        status: "waived",
        subject: "results",
        message: "None.",
      }),
    );
    expect(summary).toContain("| `approvals` | 0 of 1. | platform | 2026-12-01 | slow |");
    expect(summary).toContain("| `results` | None. | the policy |");
    expect(summary).toContain("| Review | ⚠️ passed with an exception |");
  });

  it("tells what is worth knowing, and leaves GitHub's opinions of signatures to the details", () => {
    const [main] = renderChecks([
      pull(1, [
        finding({ gate: "policy", rule: "waiver", status: "note", subject: "w", message: "Ended." }),
        finding({ status: "note", rule: "forge-opinion", message: "Not known to GitHub." }),
      ]),
    ]);
    expect(main?.summary).toContain("### Worth knowing\n\n- `w`: Ended. Sign it.");
    expect(main?.summary).not.toContain("Not known to GitHub.");
    expect(main?.text).toContain("Not known to GitHub.");
  });
});

describe("many places in files", () => {
  it("are shown there as far as two requests reach, and the summary says how many there are", () => {
    const many = Array.from({ length: 140 }, (_, line) =>
      finding({ subject: `${line}`, location: { path: "x", line } }),
    );
    const [main] = renderChecks([pull(1, many)]);
    expect(main?.annotations).toHaveLength(100);
    expect(main?.summary).toContain("Of 140 findings that have a place in a file, 100 are shown there");
  });
});
