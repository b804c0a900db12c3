import { describe, expect, it } from "@jest/globals";
import { type Fact, known, unknown } from "../../../../src/facts/facts.js";
import { decide } from "../../../../src/policy/decide.js";
import { type Emergencies, NO_EMERGENCIES } from "../../../../src/policy/emergencies.js";
import { evaluate } from "../../../../src/policy/evaluate.js";
import { evaluatePush, type PushFacts } from "../../../../src/policy/evaluate-push.js";
import { type Decision, GATES } from "../../../../src/policy/finding.js";
import { resolvePolicy } from "../../../../src/policy/resolve.js";
import { isOutside, outcomeName } from "../../../../src/policy/rules/path-scope.js";
import type { Scope } from "../../../../src/policy/rules/path-scope/scope.js";
import { readDecision } from "../../../../src/policy/verdict/stored-decision.js";
import { renderChecks } from "../../../../src/report/checks.js";
import {
  BASE_OID,
  brief,
  commit,
  controlFiles,
  facts,
  HEAD,
  merged,
  OBSERVED_AT,
  only,
  source,
  verdict,
} from "../../make.js";

const PATHS = "paths: [clusters/**]\nresults: [{ check: conftest, app: 5 }]";
const scope = (kind: Scope["kind"], ...paths: string[]): Fact<Scope> =>
  known({ kind, paths, total: paths.length });
const OUTSIDE = scope("outside", "docs/a.md", "docs/b.md", "docs/c.md", "docs/d.md");

/** A change of which no gate would let anything pass. */
const bad = {
  commits: known([]),
  reviews: known([]),
  protection: unknown("unavailable", "No answer.", "Try again."),
};

const decideOn = (
  of: Fact<Scope> | null,
  { emergencies = NO_EMERGENCIES, from = source(PATHS), change = facts({ ...bad, scope: of }) } = {},
): Decision => decide(evaluate(change, from, known([]), [], emergencies), from.identity, change.observedAt);

const policyGate = (decision: Decision) => decision.gates[2]?.findings ?? [];

describe("a change outside of the policy's paths", () => {
  it("passes every gate whatever the gates would say, and says why, what it changes and what is gated", () => {
    const decision = decideOn(OUTSIDE);
    expect(decision.gates.map(({ gate, outcome, findings }) => [gate, outcome, brief(findings)])).toEqual(
      GATES.map((gate) => [gate, "passed", ["pass outside"]]),
    );
    expect(decision.gates[0]?.findings[0]?.message).toBe(
      "Outside of what the policy gates. It changes docs/a.md, docs/b.md, docs/c.md and 1 more; gated are clusters/**, and what the gates rest on.",
    );
    expect(decideOn(scope("outside")).gates[0]?.findings[0]?.message).toContain("It changes no file;");
    expect([isOutside(decision), outcomeName(decision)]).toEqual([true, "outside"]);
    expect(readDecision(JSON.parse(JSON.stringify(decision)))).toEqual(decision);
  });

  it("says so on every check, where others are said to have passed", () => {
    const pull = { number: 1, title: "Docs", baseRef: "main" };
    const checks = renderChecks([{ pull, decision: decideOn(OUTSIDE), declared: null }]);
    for (const { conclusion, title, summary, text } of checks) {
      expect([conclusion, title]).toEqual(["success", "Outside of what the policy gates"]);
      expect(`${summary}${text}`).toContain("docs/a.md");
    }
    expect(checks).toHaveLength(5);
    const beside = { pull: { ...pull, number: 2 }, decision: decideOn(null), declared: null };
    expect(renderChecks([{ pull, decision: decideOn(OUTSIDE), declared: null }, beside])[0]).toMatchObject({
      conclusion: "failure",
    });
  });

  it("is frozen with its branch all the same", () => {
    const freezes = [{ caseId: "c1", issueUrl: null, clocks: ["acknowledge"] as const, branch: "main" }];
    const decision = decideOn(OUTSIDE, { emergencies: { ...NO_EMERGENCIES, freezes } });
    expect([decision.outcome, isOutside(decision), outcomeName(decision)]).toEqual([
      "failed",
      false,
      "failed",
    ]);
    expect(brief(policyGate(decision))).toContain("fail branch-frozen");
  });

  it("is judged in full where the policy that leaves it out is in doubt", () => {
    const emergencies: Emergencies = {
      ...NO_EMERGENCIES,
      doubts: [{ kind: "case", caseId: "c1", issueUrl: null }],
    };
    const decision = decideOn(OUTSIDE, { emergencies });
    expect(decision.gates.map(({ outcome }) => outcome)).not.toContain("passed");
    expect(only(policyGate(decision), "outside-in-doubt").status).toBe("note");
  });

  it("does not mind that protection was changed around its merge", () => {
    const protectionChanges = [{ at: OBSERVED_AT, action: "edited" as const, name: "main", by: null }];
    const change = { ...merged("2026-11-20T11:40:00Z", bad), scope: OUTSIDE };
    expect(
      isOutside(decideOn(OUTSIDE, { change, emergencies: { ...NO_EMERGENCIES, protectionChanges } })),
    ).toBe(true);
  });

  it("needs a policy that can be used", () => {
    const file = { path: ".github/countersign.yml", oid: "f".repeat(40), text: "paths: 1" };
    const from = resolvePolicy(known(controlFiles({ policy: file })), BASE_OID);
    expect(decideOn(OUTSIDE, { from }).outcome).toBe("failed");
  });
});

describe("a change that is gated", () => {
  it.each<[string, Fact<Scope>, string, string]>([
    ["by what it touches", scope("path-gated", "clusters/a.yaml"), "path-gated", "changes clusters/a.yaml"],
    ["for a link", scope("link-gated", "clusters/all"), "link-gated", "clusters/all is a symbolic link"],
    ["for a slip", scope("nothing-gated", "cluster/**"), "nothing-gated", "paths: cluster/**"],
    ["for nobody knows", unknown("truncated", "Too many.", "Split it."), "paths-not-read", "not known"],
  ])("%s is judged in full, and told why", (_why, of, reason, message) => {
    const decision = decideOn(of);
    expect(decision.gates.map(({ outcome }) => outcome)).not.toContain("passed");
    const note = only(policyGate(decision), reason);
    expect(note).toMatchObject({ status: "note", message: expect.stringContaining(message) });
    expect(isOutside(decision)).toBe(false);
    expect(decideOn(of, { change: facts({ scope: of }), from: source(PATHS) }).gates[3]?.outcome).toBe(
      "passed",
    );
  });

  it("is not told of where the policy gates everything", () => {
    const rules = policyGate(decideOn(null)).map(({ rule }) => rule);
    expect(rules).not.toContain("path-scope");
  });
});

describe("a push outside of the policy's paths", () => {
  const push = (change: Partial<PushFacts> = {}, inDoubt = false) => {
    const given: PushFacts = {
      observedAt: OBSERVED_AT,
      repositoryUrl: "https://github.com/o/r",
      branch: "main",
      form: "push",
      before: BASE_OID,
      after: HEAD,
      landedAt: "2026-11-20T11:30:00Z",
      commits: known([commit()]),
      results: known([]),
      scope: OUTSIDE,
      ...change,
    };
    return evaluatePush(given, source(PATHS), known([verdict()]), [], inDoubt);
  };
  const outcomes = (...given: Parameters<typeof push>) => push(...given).map(({ outcome }) => outcome);

  it.each(["push", "compared"] as const)("needs nothing where it adds to the branch (%s)", (form) => {
    expect(outcomes({ form })).toEqual(["passed", "passed", "passed", "passed"]);
  });

  it.each(["force-push", "re-created", "deleted"] as const)("is judged in full as %s", (form) => {
    expect(outcomes({ form })).toContain("failed");
  });

  it("is judged in full under a policy that is in doubt, where it touches what is gated, and where nobody knows", () => {
    expect(outcomes({}, true)).toContain("failed");
    expect(outcomes({ scope: scope("path-gated", "clusters/a.yaml") })).toContain("failed");
    expect(outcomes({ scope: unknown("truncated", "Too many.", "Split it.") })).toContain("failed");
    const notes = push({ scope: scope("path-gated", "clusters/a.yaml") })[2]?.findings ?? [];
    expect(only(notes, "path-gated").message).toContain("clusters/a.yaml");
  });
});
