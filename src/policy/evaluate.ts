import type { ChangeFacts, Fact, Known } from "../facts/facts.js";
import type { SignatureVerdict } from "../signatures/verdict.js";
import { asOfMerge } from "./verdict/as-of-merge.js";
import { outcomeOf } from "./decide.js";
import { POLICY_PATH } from "./document.js";
import type { Emergencies } from "./emergencies.js";
import { type Finding, type Gate, type GateResult, GATES } from "./finding.js";
import type { PolicySource } from "./resolve.js";
import type { Scope } from "./rules/path-scope/scope.js";
import { advice, failed, noted, passed, unclear } from "./rules/build.js";
import { codeScanningFindings } from "./rules/code-scanning.js";
import { emergencyFindings, frozen } from "./rules/emergencies.js";
import { outsideFinding, scopeNotes } from "./rules/path-scope.js";
import { protectionFindings } from "./rules/protection.js";
import { judgedAt } from "./rules/results/counted.js";
import { resultFindings } from "./rules/results.js";
import { organizationFindings, refusedFindings } from "./rules/policy-files/organization.js";
import { originUrl } from "./rules/repository.js";
import { proposedPolicyFindings } from "./rules/policy-files/proposed-policy.js";
import { reviewFindings } from "./rules/review.js";
import { waive, waiverFindings } from "./waivers.js";
import { signatureFindings, type TrustProblem } from "./rules/signatures.js";
import type { HeadPush } from "./rules/signatures/bots.js";

/**
 * Runs every rule over the facts of one change and gives the four gates in their order.
 *
 * `verdicts` are ours on the change's commits, `trustProblems` what could not be read of the trust files. For a
 * merged change only what was there at the merge counts; of `emergencies` everything does.
 */
export function evaluate(
  facts: ChangeFacts,
  source: PolicySource,
  verdicts: Fact<readonly SignatureVerdict[]>,
  trustProblems: readonly TrustProblem[],
  emergencies: Emergencies,
): GateResult[] {
  if (source.kind === "usable" && emergencies.doubts.length === 0 && isKnownOutside(facts.scope)) {
    return outside(facts.scope.value, source, emergencies);
  }
  const then = asOfMerge(facts);
  const urgent = emergencyFindings(then, emergencies);
  return GATES.map((gate) => {
    const judged =
      source.kind === "usable"
        ? waive(judge(gate, then, source, verdicts, trustProblems), source.policy.waivers, judgedAt(then))
        : unusable(gate, source);
    const findings = [...judged, ...urgent.filter((finding) => finding.gate === gate)];
    return { gate, outcome: outcomeOf(findings), findings };
  });
}

/** Whether a policy gates nothing of what a change touches. What is not known is not outside. */
export const isKnownOutside = (scope: Fact<Scope> | null): scope is Known<Scope> =>
  scope?.known === true && scope.value.kind === "outside";

/**
 * Nothing is asked of what is outside of a policy's paths, as long as that policy is not itself in doubt. A frozen branch
 * stays frozen for it too.
 */
function outside(
  scope: Scope,
  { policy }: PolicySource & { kind: "usable" },
  { freezes }: Emergencies,
): GateResult[] {
  return GATES.map((gate) => {
    const urgent = freezes.map(frozen).filter((finding) => finding.gate === gate);
    const findings = [outsideFinding(gate, scope, policy), ...urgent];
    return { gate, outcome: outcomeOf(findings), findings };
  });
}

function judge(
  gate: Gate,
  facts: ChangeFacts,
  source: PolicySource & { kind: "usable" },
  verdicts: Fact<readonly SignatureVerdict[]>,
  trustProblems: readonly TrustProblem[],
): Finding[] {
  const { policy } = source;
  switch (gate) {
    case "signatures":
      return signatureFindings({ ...facts, push: pushOf(facts) }, policy, verdicts, trustProblems);
    case "protection":
      return protectionFindings(facts, policy);
    case "policy":
      return [
        policyInForce(source),
        ...scopeNotes(facts.scope),
        ...organizationFindings(source, originUrl(facts)),
        ...proposedPolicyFindings(facts),
        ...resultFindings(facts, policy),
        ...codeScanningFindings(facts, policy),
        ...waiverFindings(policy.waivers, judgedAt(facts)),
      ];
    case "review":
      return reviewFindings(facts, policy);
  }
}

const pushOf = ({ pullRequest, lastPusher, bots }: ChangeFacts): HeadPush => ({
  ...pullRequest,
  lastPusher,
  bots,
});

/** Names the policy that judges. */
export function policyInForce({ identity }: PolicySource & { kind: "usable" }): Finding {
  if (identity.source === "repository") {
    const message = `Judged by ${identity.path ?? POLICY_PATH} of the base branch.`;
    return passed("policy-file", { subject: identity.path ?? POLICY_PATH, reason: "policy-read", message });
  }
  const remedy = advice(`Write ${POLICY_PATH} on the base branch to change what is asked.`, []);
  if (identity.organization !== undefined) {
    const message = `The base branch has no ${POLICY_PATH}, so the defaults of ${identity.organization.place} judge.`;
    return noted("policy-file", { subject: POLICY_PATH, reason: "policy-of-organization", message }, remedy);
  }
  const message = `The base branch has no ${POLICY_PATH}, so the built-in strict default judges.`;
  return noted("policy-file", { subject: POLICY_PATH, reason: "policy-built-in", message }, remedy);
}

/** Without a policy there is nothing a gate could pass by, so each of them says so. */
export function unusable(gate: Gate, source: Exclude<PolicySource, { kind: "usable" }>): Finding[] {
  if (source.kind === "refused") return refusedFindings(source, gate);
  const path = source.identity.path ?? POLICY_PATH;
  if (source.kind === "unreadable") return [unclear("policy-file", path, source.reason, gate)];
  return source.problems.map((problem) =>
    failed("policy-file", {
      gate,
      subject: `${path}:${problem.line}:${problem.column}`,
      reason: "policy-invalid",
      message: problem.message,
      remedy: advice(problem.remedy),
      location: { path, line: problem.line },
    }),
  );
}
