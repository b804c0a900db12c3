import { describe, expect, it } from "@jest/globals";
import { CountersignError } from "../../../src/errors.js";
import { GATES } from "../../../src/policy/finding.js";
import { readDecision } from "../../../src/policy/verdict/stored-decision.js";
import { undecided } from "../../../src/policy/verdict/undecided.js";
import { renderChecks } from "../../../src/report/checks.js";
import { pull } from "../../report/make.js";
import { OBSERVED_AT } from "../make.js";

describe("undecided", () => {
  it.each([
    ["not-judged-yet" as const, 7, "The open pull request #7 has the same head commit"],
    ["not-judged-yet" as const, null, "Another open pull request has the same head commit"],
    ["siblings-unknown" as const, null, "Which other open pull requests have this head commit"],
  ])("waits in all four gates: %s, #%s", (reason, number, words) => {
    const decision = undecided(reason, number, OBSERVED_AT);
    expect(decision).toMatchObject({ outcome: "waiting", observedAt: OBSERVED_AT });
    expect(decision.gates.map(({ gate, outcome }) => [gate, outcome])).toEqual(
      GATES.map((gate) => [gate, "waiting"]),
    );
    for (const { gate, findings } of decision.gates) {
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ gate, rule: "shared-head", reason, waiting: true });
      expect(findings[0]?.message).toContain(words);
      expect(findings[0]?.remedy?.text).not.toBe("");
    }
  });

  it("keeps every check of a shared head from passing, and says why once", () => {
    const other = { ...pull(7), decision: undecided("not-judged-yet", 7, OBSERVED_AT) };
    const checks = renderChecks([pull(1), other]);
    expect(checks.map(({ conclusion }) => conclusion)).toEqual(Array(5).fill("action_required"));
    expect(checks[0]?.title).toBe("Waiting: 1 other pull request not judged yet");
    expect(checks[0]?.summary).toContain("Not judged yet by any policy");
    expect(checks[0]?.summary).toContain("- `#7`: ");
  });

  it("is no decision that can be stored and read back", () => {
    const stored: unknown = JSON.parse(JSON.stringify(undecided("not-judged-yet", 7, OBSERVED_AT)));
    expect(() => readDecision(stored)).toThrow(CountersignError);
  });
});
