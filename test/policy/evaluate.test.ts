import { describe, expect, it } from "@jest/globals";
import { known, unknown } from "../../src/facts/facts.js";
import { decide, decisionDigestInput, outcomeOf, strictest } from "../../src/policy/decide.js";
import { NO_EMERGENCIES } from "../../src/policy/emergencies.js";
import { evaluate } from "../../src/policy/evaluate.js";
import { type Finding, GATES, type Outcome } from "../../src/policy/finding.js";
import { resolvePolicy } from "../../src/policy/resolve.js";
import { passed } from "../../src/policy/rules/build.js";
import { readDecision } from "../../src/policy/verdict/stored-decision.js";
import {
  BASE_OID,
  brief,
  checkRun,
  controlFiles,
  facts,
  merged,
  OBSERVED_AT,
  review,
  source,
  verdict,
} from "./make.js";

const verdicts = known([verdict()]);
const decideOn = (given = facts(), from = source()) =>
  decide(evaluate(given, from, verdicts, [], NO_EMERGENCIES), from.identity, given.observedAt);

describe("evaluate", () => {
  it("gives the four gates in their order", () => {
    const gates = evaluate(facts(), source(), verdicts, [], NO_EMERGENCIES);
    expect(gates.map(({ gate, outcome }) => [gate, outcome])).toEqual(GATES.map((gate) => [gate, "passed"]));
  });

  it("passes under the built-in default, and says that it judged", () => {
    const builtIn = resolvePolicy(known(controlFiles()), BASE_OID);
    const policyGate = evaluate(facts(), builtIn, verdicts, [], NO_EMERGENCIES)[2];
    expect(brief(policyGate?.findings ?? [])).toEqual([
      "note policy-built-in",
      "pass policy-unchanged",
      "waived no-results-required",
    ]);
    expect(decideOn(facts(), builtIn).outcome).toBe("passed");
  });

  it("fails every gate on a policy that cannot be used, at its lines", () => {
    const policyFile = {
      path: ".github/countersign.yml",
      oid: "f".repeat(40),
      text: "version: 1\nreveiw: {}",
    };
    const gates = evaluate(
      facts(),
      resolvePolicy(known(controlFiles({ policy: policyFile })), BASE_OID),
      verdicts,
      [],
      NO_EMERGENCIES,
    );
    for (const gate of gates) {
      expect(gate.outcome).toBe("failed");
      expect(gate.findings).toMatchObject([
        { gate: gate.gate, reason: "policy-invalid", location: { path: policyFile.path, line: 2 } },
      ]);
    }
  });

  it("knows no gate where the policy could not be read", () => {
    const unread = resolvePolicy(unknown("unavailable", "No answer.", "Try again."), null);
    expect(evaluate(facts(), unread, verdicts, [], NO_EMERGENCIES).map(({ outcome }) => outcome)).toEqual(
      Array(4).fill("unknown"),
    );
  });

  it("judges a merged change by what was there when it was merged", () => {
    const late = merged("2026-11-20T11:00:00Z", {
      reviews: known([review({ submittedAt: "2026-11-20T11:30:00Z" })]),
      results: known([checkRun()]),
    });
    const gates = evaluate(
      late,
      source("results: [{ check: conftest, app: 5 }]"),
      verdicts,
      [],
      NO_EMERGENCIES,
    );
    expect(gates.map(({ outcome }) => outcome)).toEqual(["passed", "passed", "waiting", "waiting"]);
  });
});

describe("outcomes", () => {
  const make = (status: Finding["status"], waits = false): Finding => ({
    ...passed("required-result", { subject: "s", reason: "r", message: "m" }),
    status,
    waiting: waits,
  });
  const pass = make("pass");
  const fail = make("fail");
  const wait = make("fail", true);
  const unclear = make("unknown");

  it.each<[string, Finding[], Outcome]>([
    ["nothing", [], "unknown"],
    ["notes only", [make("note")], "unknown"],
    ["a pass", [pass, make("note")], "passed"],
    ["a waiver", [make("waived")], "passed"],
    ["a failure among passes", [pass, fail, pass], "failed"],
    ["waiting", [pass, wait], "waiting"],
    ["waiting and failing", [wait, fail], "failed"],
    ["waiting and unknown", [wait, unclear], "unknown"],
    ["failing and unknown", [unclear, fail], "failed"],
  ])("of %s", (_what, findings, expected) => {
    expect(outcomeOf(findings)).toBe(expected);
  });

  it("puts the strictest first", () => {
    expect(strictest(["passed", "waiting", "unknown", "failed"])).toBe("failed");
    expect(strictest([])).toBe("unknown");
  });
});

describe("decide", () => {
  it("names policy, instant and every control that was looked at", () => {
    const decision = decideOn();
    expect(decision).toMatchObject({
      outcome: "passed",
      observedAt: OBSERVED_AT,
      policy: { source: "repository" },
    });
    expect(decision.controls).toContain("SOC2:CC8.1");
    expect(decision.controls).toEqual([...decision.controls].sort());
  });

  it.each<[string, (gates: ReturnType<typeof evaluate>) => ReturnType<typeof evaluate>]>([
    ["a gate is missing", (gates) => gates.slice(1)],
    ["a gate is there twice", (gates) => [...gates.slice(0, 3), ...gates.slice(2, 3)]],
    ["an outcome does not follow", (gates) => gates.map((gate) => ({ ...gate, findings: [] }))],
  ])("refuses to decide where %s", (_what, spoil) => {
    const gates = spoil(evaluate(facts(), source(), verdicts, [], NO_EMERGENCIES));
    expect(() => decide(gates, source().identity, OBSERVED_AT)).toThrow(
      expect.objectContaining({ code: "invariant-broken" }),
    );
  });

  it("has a digest that only time does not change", () => {
    const now = decisionDigestInput(decideOn());
    expect(decisionDigestInput(decideOn(facts({ observedAt: "2026-11-21T12:00:00Z" })))).toBe(now);
    const moved = source();
    expect(
      decisionDigestInput(
        decideOn(facts(), { ...moved, identity: { ...moved.identity, commitOid: "e".repeat(40) } }),
      ),
    ).toBe(now);
    expect(decisionDigestInput(decideOn(facts({ reviews: known([]) })))).not.toBe(now);
  });

  it("can be stored as JSON and read back", () => {
    const decision = decideOn();
    expect(readDecision(JSON.parse(JSON.stringify(decision)))).toEqual(decision);
  });

  it.each([
    ["nothing", null],
    ["half of it", { outcome: "passed" }],
    ["an outcome we do not know", { ...decideOn(), outcome: "splendid" }],
    ["a control we do not know", { ...decideOn(), controls: ["SOC2:CC9.9"] }],
    ["more than it", { ...decideOn(), extra: 1 }],
  ])("is not read back from %s", (_what, value) => {
    expect(() => readDecision(value)).toThrow(expect.objectContaining({ code: "invariant-broken" }));
  });
});
