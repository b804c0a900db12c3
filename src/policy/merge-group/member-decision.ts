import { decide, outcomeOf } from "../decide.js";
import type { Decision, Finding } from "../finding.js";

/** A decision with more findings in it, each in its own gate, and judged anew. */
export function withFindings(decision: Decision, more: readonly Finding[]): Decision {
  const gates = decision.gates.map(({ gate, findings: found }) => {
    const findings = [...found, ...more.filter((finding) => finding.gate === gate)];
    return { gate, findings, outcome: outcomeOf(findings) };
  });
  return decide(gates, decision.policy, decision.observedAt);
}

/**
 * The verdict on a pull request as a member of a merge group. A group waits for tools only: what waits for a person would
 * hold up all that is behind it until GitHub's time is over, and the pull request can come back once that is done.
 */
export function memberDecision(decision: Decision, more: readonly Finding[]): Decision {
  const hastened = decision.gates.map(({ gate, findings: found }) => {
    const findings = found.map((finding) =>
      finding.waiting && finding.gate === "review" ? { ...finding, waiting: false } : finding,
    );
    return { gate, findings, outcome: outcomeOf(findings) };
  });
  return withFindings(decide(hastened, decision.policy, decision.observedAt), more);
}
