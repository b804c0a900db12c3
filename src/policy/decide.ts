import { CountersignError } from "../errors.js";
import { canonicalJson } from "../evidence/canonical.js";
import type {
  Decision,
  Finding,
  GateResult,
  OrganizationIdentity,
  Outcome,
  PolicyIdentity,
} from "./finding.js";
import { GATES } from "./finding.js";

/** From the strictest to the mildest: what one of many makes of the whole. */
const STRICTEST_FIRST: readonly Outcome[] = ["failed", "unknown", "waiting", "passed"];

/** The strictest of several outcomes; `unknown` of none, for nothing was shown. */
export const strictest = (outcomes: readonly Outcome[]): Outcome =>
  STRICTEST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? "unknown";

/**
 * What findings make of their gate: failed over unknown over waiting over passed. Notes weigh nothing, and without
 * anything that passed or was waived nothing was shown, which is not a pass.
 */
export function outcomeOf(findings: readonly Finding[]): Outcome {
  return strictest(findings.flatMap((finding) => outcomeOfOne(finding) ?? []));
}

function outcomeOfOne(finding: Finding): Outcome | null {
  switch (finding.status) {
    case "pass":
    case "waived":
      return "passed";
    case "fail":
      return finding.waiting ? "waiting" : "failed";
    case "unknown":
      return "unknown";
    case "note":
      return null;
  }
}

/**
 * The verdict on a change from its four gates. `observedAt` is that of the facts.
 * Throws `invariant-broken` unless every gate is there exactly once with the outcome its findings make.
 */
export function decide(gates: readonly GateResult[], policy: PolicyIdentity, observedAt: string): Decision {
  const sound =
    gates.length === GATES.length &&
    GATES.every((gate, index) => {
      const result = gates[index];
      return result?.gate === gate && result.outcome === outcomeOf(result.findings);
    });
  if (!sound)
    throw new CountersignError(
      "invariant-broken",
      "A decision needs every gate once, judged by its findings.",
    );
  const controls = new Set(gates.flatMap((gate) => gate.findings.flatMap((finding) => finding.controls)));
  return {
    outcome: strictest(gates.map((gate) => gate.outcome)),
    gates,
    policy,
    controls: [...controls].sort(),
    observedAt,
  };
}

/**
 * The canonical JSON whose SHA-256 is a decision's digest. Without what only time changes, so a verdict that stayed
 * the same keeps its digest: the instant of looking, and the base branch's commit the policy was read from.
 */
export function decisionDigestInput(decision: Decision): string {
  const { outcome, gates, policy, controls } = decision;
  const { source, path, digest, mode, organization } = policy;
  const identity = {
    source,
    path,
    digest,
    ...(mode !== undefined && { mode }),
    ...(organization !== undefined && { organization: revisionOf(organization) }),
  };
  return canonicalJson({ outcome, gates, policy: identity, controls });
}

const revisionOf = ({ place, revision, digest }: OrganizationIdentity) => ({ place, revision, digest });
