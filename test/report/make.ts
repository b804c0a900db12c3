import { decide } from "../../src/policy/decide.js";
import { type Finding, type Gate, GATES, type PolicyIdentity } from "../../src/policy/finding.js";
import { outcomeOf } from "../../src/policy/decide.js";
import type { PullDecision } from "../../src/report/checks.js";

export const finding = (change: Partial<Finding> = {}): Finding => ({
  gate: "signatures",
  rule: "commit-signature",
  status: "fail",
  waiting: false,
  subject: "1111111111",
  reason: "unsigned",
  message: "The commit is not signed.",
  remedy: { text: "Sign it.", commands: ["git commit --amend -S"], url: null },
  controls: ["SOC2:CC8.1"],
  location: null,
  ...change,
});

const PASSED: Readonly<Record<Gate, string>> = {
  signatures: "commit-signature",
  protection: "branch-protected",
  policy: "policy-file",
  review: "independent-approval",
};

export const pass = (gate: Gate): Finding =>
  finding({
    gate,
    rule: PASSED[gate],
    status: "pass",
    reason: "fine",
    subject: gate,
    message: `${gate} is fine.`,
    remedy: null,
  });

const REPOSITORY: PolicyIdentity = {
  source: "repository",
  path: ".github/countersign.yml",
  digest: "d".repeat(64),
  commitOid: "b".repeat(40),
};

/** A decision on pull request `number` whose gates all pass but for `findings`. */
export function pull(
  number: number,
  findings: readonly Finding[] = [],
  policy = REPOSITORY,
  declared: PullDecision["declared"] = null,
): PullDecision {
  const gates = GATES.map((gate) => {
    const own = findings.filter((one) => one.gate === gate);
    const all = own.length === 0 ? [pass(gate)] : own;
    return { gate, outcome: outcomeOf(all), findings: all };
  });
  return {
    pull: {
      number,
      title: `Change ${number}`,
      baseRef: "main",
      url: `https://github.com/o/r/pull/${number}`,
    },
    decision: decide(gates, policy, "2026-11-20T12:00:00Z"),
    declared,
  };
}
