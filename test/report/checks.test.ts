import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Finding } from "../../src/policy/finding.js";
import { CHECK_NAMES, renderChecks, type PullDecision, type RenderedCheck } from "../../src/report/checks.js";
import { finding, pass, pull } from "./make.js";

function check(name: string, ...decisions: readonly PullDecision[]): RenderedCheck {
  const found = renderChecks(decisions).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  return found;
}

const waits: Finding = finding({
  gate: "review",
  rule: "independent-approval",
  waiting: true,
  reason: "approval-missing",
  subject: "approvals",
  message: "0 of 1 approvals.",
  remedy: { text: "Ask bob.", commands: [], url: "https://github.com/o/r/pull/1" },
});
const unclear: Finding = finding({
  gate: "protection",
  rule: "branch-protected",
  status: "unknown",
  reason: "unknown-forbidden",
  message: "Cannot be read.",
});

describe("renderChecks", () => {
  it("makes five check runs, and none where nothing was decided", () => {
    expect(renderChecks([pull(1)]).map(({ name }) => name)).toEqual(CHECK_NAMES);
    expect(CHECK_NAMES).toEqual([
      "countersign",
      "countersign/signatures",
      "countersign/protection",
      "countersign/policy",
      "countersign/review",
    ]);
    expect(renderChecks([])).toEqual([]);
  });

  it.each<[string, Finding[], string, string]>([
    ["all passing", [], "success", "Passed: 1 commit signed, 1 approval"],
    ["an exception", [finding({ status: "waived" })], "success", "Passed: 1 approval, 1 exception"],
    ["a failure", [finding()], "failure", "Failed: 1 commit unsigned"],
    ["two failures", [finding(), finding({ subject: "2" })], "failure", "Failed: 2 commits unsigned"],
    ["waiting only", [waits], "action_required", "Waiting: approval missing"],
    ["unknown", [unclear], "failure", "Could not be checked: protection not readable"],
    [
      "everything",
      [finding(), waits, unclear],
      "failure",
      "Failed: 1 commit unsigned, protection not readable, approval missing",
    ],
    [
      "notes only",
      [finding({ status: "note" })],
      "failure",
      "Could not be checked: nothing was shown to pass",
    ],
  ])("concludes from %s", (_what, findings, conclusion, title) => {
    expect(check("countersign", pull(1, findings))).toMatchObject({ conclusion, title });
  });

  it("concludes for each gate by itself", () => {
    const conclusions = renderChecks([pull(1, [finding(), waits])]).map(({ conclusion }) => conclusion);
    expect(conclusions).toEqual(["failure", "failure", "success", "success", "action_required"]);
  });

  it("puts the verdict first, then a line a gate, then what to do", () => {
    const commit = "[`1111111111`](https://github.com/o/r/commit/1111111111)";
    const file = `https://github.com/o/r/blob/${"b".repeat(40)}/.github/countersign.yml`;
    expect(check("countersign", pull(1, [finding(), waits])).summary)
      .toBe(`## ❌ Failed: 1 commit unsigned, approval missing

| Gate | Verdict | In short |
|---|---|---|
| Signatures | ❌ failed | ${commit}: The commit is not signed. |
| Branch protection | ✅ passed | protection is fine. |
| Policy results | ✅ passed | policy is fine. |
| Review | ⏳ waiting | \`approvals\`: 0 of 1 approvals. |

### What to do

#### 1. 1 commit unsigned

Sign it.

\`\`\`sh
git commit --amend -S
\`\`\`

- ${commit}: The commit is not signed.

#### 2. Approval missing

Ask bob. [Open the pull request](https://github.com/o/r/pull/1)

- \`approvals\`: 0 of 1 approvals.

<sub>Policy: [\`.github/countersign.yml\`](${file}) of the base branch, digest \`dddddddddddddddd\`.</sub>`);
  });

  it("says what has to come before the same commands, whichever finding came first", () => {
    const clock = finding({
      subject: "2222222222",
      reason: "signed-in-future",
      remedy: { text: "Set the clock.", commands: ["git commit --amend -S"], url: null },
    });
    const { summary } = check("countersign", pull(1, [finding(), clock]));
    expect(summary).toContain("Sign it. Set the clock.\n\n```sh\ngit commit --amend -S");
    expect(summary).not.toContain("#### 2.");
  });

  it("says a remedy once for all that it mends", () => {
    const { summary } = check(
      "countersign",
      pull(
        1,
        Array.from({ length: 8 }, (_, index) => finding({ subject: `c${index}` })),
      ),
    );
    expect(summary.match(/git commit --amend -S/g)).toHaveLength(1);
    expect(summary).toContain("#### 1. 8 commits unsigned");
    expect(summary).toMatch(
      /<details><summary>All 8: The commit is not signed\.<\/summary>\n\n`c0`, .*`c7`\n\n<\/details>/,
    );
  });

  it("names the policy that judged, or why none could", () => {
    const of = (source: "built-in" | "invalid" | "unreadable"): string =>
      check(
        "countersign",
        pull(1, [], {
          source,
          path: source === "invalid" ? ".github/countersign.yml" : null,
          digest: null,
          commitOid: null,
        }),
      ).summary;
    expect(of("built-in")).toContain(
      "the built-in strict default, because the base branch has no policy file",
    );
    expect(of("invalid")).toContain("cannot be used, so nothing passes");
    expect(of("unreadable")).toContain("could not be read, so nothing passes");
  });

  it("folds every finding into the text, with its rule, reason and the controls", () => {
    const { text } = check("countersign", pull(1, [finding()]));
    expect(text).toContain("<details><summary>Signatures: ❌ failed (1 finding, 1 open)</summary>");
    expect(text).toContain("`commit-signature/unsigned`");
    expect(text).toContain("`SOC2:CC8.1`");
    expect(check("countersign/review", pull(1)).text).toContain("<details open>");
  });

  it("reads the same however much later", () => {
    const later = pull(1, [finding()]);
    const again = { ...later, decision: { ...later.decision, observedAt: "2027-01-01T00:00:00Z" } };
    expect(renderChecks([again])).toEqual(renderChecks([later]));
  });
});

describe("a commit that is the head of several pull requests", () => {
  it("gets the strictest verdict, and names each pull request with its own", () => {
    const { conclusion, summary } = check("countersign", pull(7), pull(3, [finding()]));
    expect(conclusion).toBe("failure");
    expect(summary).toContain(
      "This commit is the head of 2 pull requests; the strictest verdict counts for each.",
    );
    expect(summary).toContain("| #3 Change 3 | `main` | ❌ failed |\n| #7 Change 7 | `main` | ✅ passed |");
    expect(summary).toContain("The commit is not signed. (#3)");
  });

  it("says what they share once", () => {
    const { summary } = check("countersign", pull(3, [finding()]), pull(7, [finding()]));
    expect(summary).toContain("(#3, #7)");
    expect(check("countersign", pull(3, [finding()]), pull(7, [finding()])).title).toBe(
      "Failed: 1 commit unsigned",
    );
  });

  it("is never milder than one of them", () => {
    const some = fc.subarray([finding(), waits, unclear, pass("policy")]);
    fc.assert(
      fc.property(some, some, (first, second) => {
        const together = renderChecks([pull(1, first), pull(2, second)]);
        const alone = [renderChecks([pull(1, first)]), renderChecks([pull(2, second)])];
        for (const [index, { conclusion }] of together.entries()) {
          const each = alone.map((checks) => checks[index]?.conclusion);
          expect(conclusion === "success").toBe(each.every((one) => one === "success"));
          expect(conclusion === "failure").toBe(each.some((one) => one === "failure"));
        }
      }),
    );
  });
});

describe("a declared break-glass", () => {
  const by = (login: string, until = "2026-11-24T18:00:00Z") => ({
    by: login,
    until,
    caseId: "bg-0123456789",
    issueUrl: "https://github.com/o/r/issues/7",
  });
  const declaredBy = (login: string, number = 1, findings = [finding()], until?: string): PullDecision =>
    pull(number, findings, undefined, by(login, until));

  it("turns the one check neutral, and says by whom, until when and what is owed", () => {
    const { conclusion, title, summary } = check("countersign", declaredBy("alice"));
    expect(conclusion).toBe("neutral");
    expect(title).toBe("Break-glass by alice until 2026-11-24 18:00 UTC: review owed");
    expect(summary).toMatch(/^## 🟠 Break-glass by alice until 2026-11-24 18:/);
    expect(summary).toContain("`alice` declared an emergency");
    expect(summary).toContain("[bg-0123456789](https://github.com/o/r/issues/7)");
  });

  it("says all else as before", () => {
    const before = check("countersign", pull(1, [finding()]));
    const now = check("countersign", declaredBy("alice"));
    expect(now.text).toBe(before.text);
    expect(now.annotations).toEqual(before.annotations);
    expect(now.summary).toContain(before.summary.slice(before.summary.indexOf("\n")));
  });

  it.each([
    ["failed", finding()],
    ["waiting", waits],
    ["unknown", unclear],
  ])("covers gates that are %s, whose own checks stay what they are", (_outcome, open) => {
    const without = renderChecks([pull(1, [open])]);
    const [main, ...gates] = renderChecks([declaredBy("alice", 1, [open])]);
    expect(main?.conclusion).toBe("neutral");
    expect(gates).toEqual(without.slice(1));
  });

  it("changes nothing where everything passed", () => {
    expect(renderChecks([declaredBy("alice", 1, [])])).toEqual(renderChecks([pull(1)]));
  });

  it("covers no other pull request with the same head, but one that passed", () => {
    const uncovered = check("countersign", declaredBy("alice"), pull(2, [waits]));
    expect(uncovered).toMatchObject({
      conclusion: "failure",
      title: "Failed: 1 commit unsigned, approval missing",
    });
    expect(uncovered.summary).toContain("| ❌ failed, break-glass declared |");
    const covered = check("countersign", declaredBy("alice"), pull(2));
    expect(covered).toMatchObject({
      conclusion: "neutral",
      title: "Break-glass by alice until 2026-11-24 18:00 UTC: review owed",
    });
  });

  it("holds for several as long as the one that ends first, and names each", () => {
    const { title, summary } = check(
      "countersign",
      declaredBy("alice"),
      declaredBy("bob", 2, [finding()], "2026-11-24T17:30:59Z"),
    );
    expect(title).toBe("Break-glass by bob until 2026-11-24 17:30 UTC: review owed");
    expect(summary).toContain("#1: The gates below have not passed. `alice`");
    expect(summary).toContain("#2: The gates below have not passed. `bob`");
  });

  it("never passes more than the gates and the declarations together let pass", () => {
    const one = fc.record({ findings: fc.subarray([finding(), waits, unclear]), declares: fc.boolean() });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 3 }), (several) => {
        const decisions = several.map(({ findings, declares }, index) =>
          pull(index + 1, findings, undefined, declares ? by("alice") : null),
        );
        const passed = several.map(({ findings }) => findings.length === 0);
        const green = several.every(({ declares }, index) => passed[index] === true || declares);
        const { conclusion } = check("countersign", ...decisions);
        expect(conclusion === "success").toBe(passed.every(Boolean));
        expect(conclusion === "neutral").toBe(green && !passed.every(Boolean));
      }),
    );
  });

  it("has a title that fits and hides nothing, whatever the login", () => {
    const { title } = check("countersign", declaredBy("\u202eevil\n".repeat(200)));
    expect(Buffer.byteLength(title)).toBeLessThanOrEqual(255);
    expect(title).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(title).toMatch(/ until 2026-11-24 18:00 UTC: review owed$/);
  });
});

describe("annotations", () => {
  const place = { path: ".github/countersign.yml", line: 4 };

  it("point at the lines of the policy file, each once, on the check to require", () => {
    const invalid = (["signatures", "protection", "policy", "review"] as const).map((gate) =>
      finding({
        gate,
        rule: "policy-file",
        reason: "policy-invalid",
        message: "No such key.",
        location: place,
      }),
    );
    const [main, ...gates] = renderChecks([pull(1, invalid)]);
    expect(main?.annotations).toEqual([
      {
        path: place.path,
        start_line: 4,
        end_line: 4,
        annotation_level: "failure",
        title: "Policy file unusable (policy-file/policy-invalid)",
        message: "No such key. Sign it.",
      },
    ]);
    expect(gates.flatMap(({ annotations }) => annotations)).toEqual([]);
  });

  it.each<[Finding["status"], string[]]>([
    ["fail", ["failure"]],
    ["unknown", ["warning"]],
    ["waived", ["warning"]],
    ["note", ["notice"]],
    ["pass", []],
  ])("of a finding that is %s: %j", (status, levels) => {
    const { annotations } = check("countersign", pull(1, [finding({ status, location: place })]));
    expect(annotations.map(({ annotation_level }) => annotation_level)).toEqual(levels);
  });

  it("hold nothing invisible, and no line before the first", () => {
    const { annotations } = check(
      "countersign",
      pull(1, [finding({ message: "a\u202eb\u0000", location: { path: "x", line: 0 } })]),
    );
    expect(annotations[0]).toMatchObject({ start_line: 1, message: "a\\u{202e}b\\u{0} Sign it." });
  });
});

describe("GitHub's limits", () => {
  const bytes = (text: string): number => Buffer.byteLength(text, "utf8");

  it.each([
    ["many findings", Array.from({ length: 3_000 }, (_, index) => finding({ subject: `commit ${index}` }))],
    [
      "many remedies",
      Array.from({ length: 3_000 }, (_, index) =>
        finding({
          subject: `c${index}`,
          remedy: { text: `Act ${index}.`, commands: [`do ${index}`], url: null },
        }),
      ),
    ],
    [
      "long messages of hostile characters",
      Array.from({ length: 600 }, (_, index) =>
        finding({ subject: `c${index}`, message: `${index}${"@#*💥".repeat(2_000)}` }),
      ),
    ],
  ])("hold with %s, and what was left out is counted", (_what, findings) => {
    for (const rendered of renderChecks([pull(1, findings)])) {
      expect(bytes(rendered.title)).toBeLessThanOrEqual(255);
      expect(bytes(rendered.summary)).toBeLessThanOrEqual(65_535);
      expect(bytes(rendered.text)).toBeLessThanOrEqual(65_535);
      expect(rendered.text.match(/<details/g)?.length).toBe(rendered.text.match(/<\/details>/g)?.length);
    }
    const { text } = check("countersign/signatures", pull(1, findings));
    const left = Number(/_(\d+) more findings? left out/.exec(text)?.[1]);
    expect(left).toBe(findings.length - (text.match(/^\| ❌/gm) ?? []).length);
  });

  it("leaves room for annotations of any length", () => {
    const long = finding({ message: "é".repeat(100_000), location: { path: "x", line: 1 } });
    const [annotation] = check("countersign", pull(1, [long])).annotations;
    expect(bytes(annotation?.message ?? "")).toBeLessThan(65_536);
    expect(annotation?.message).toMatch(/…$/);
  });
});

describe("what strangers wrote", () => {
  const hostile = "</details> <img src=x> @everyone #1 [x](javascript:y) | a ``` \u202e\n## You passed";

  it("is shown as plain text wherever it appears", () => {
    const strange = finding({
      subject: hostile,
      reason: "unsigned",
      message: hostile,
      remedy: { text: hostile, commands: [hostile], url: "javascript:alert(1)" },
    });
    const decision = pull(1, [strange]);
    const other = { ...pull(2), pull: { number: 2, title: hostile, baseRef: hostile } };
    const { title, summary, text } = check("countersign", decision, other);
    const outsideCode = `${summary}\n${text}`
      .replace(/^(`{3,})sh\n[^]*?\n\1$/gm, "")
      .replace(/(`+)(.*?[^`])\1(?!`)/g, "");
    expect(title).toBe("Failed: 1 commit unsigned");
    expect(outsideCode).not.toContain("@everyone");
    expect(outsideCode).not.toContain("<img");
    expect(outsideCode).not.toContain("](javascript");
    expect(outsideCode).not.toContain("\u202e");
    expect(outsideCode).not.toMatch(/^## You/m);
    expect(text.match(/<details/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});
