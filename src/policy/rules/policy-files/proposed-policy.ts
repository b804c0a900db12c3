import { type ChangeFacts, known } from "../../../facts/facts.js";
import { POLICY_PATH } from "../../document.js";
import type { Finding } from "../../finding.js";
import { parsePolicy, type PolicyProblem } from "../../file/parse.js";
import { resolvePolicy } from "../../resolve.js";
import { advice, failed, noted, passed, unclear } from "../build.js";
import { inWords } from "./organization.js";
import { proposedOrganizationFindings } from "./proposed-organization.js";

/**
 * Keeps a policy file that could not be used, or asks less than the account enforces, from reaching the controlled branch:
 * there it would let nothing pass, its own repair included. What else it asks for is not looked at; the base branch's
 * policy judges.
 */
export function proposedPolicyFindings(facts: ChangeFacts): Finding[] {
  return [...proposedFileFindings(facts), ...proposedOrganizationFindings(facts)];
}

function proposedFileFindings({ controlFiles, proposedPolicy }: ChangeFacts): Finding[] {
  if (!proposedPolicy.known) return [unclear("proposed-policy", POLICY_PATH, proposedPolicy.reason)];
  if (!controlFiles.known) return [unclear("proposed-policy", POLICY_PATH, controlFiles.reason)];
  const proposed = proposedPolicy.value;
  const current = controlFiles.value.policy;
  if (proposed?.oid === current?.oid) {
    return [observe(passed, "policy-unchanged", "The head commit has the base branch's policy file.")];
  }
  if (proposed === null) {
    return [
      observe(
        noted,
        "policy-removed",
        "The head commit has no policy file; merged without one, the organization's defaults judge, or the built-in.",
      ),
    ];
  }
  const parsed = parsePolicy(proposed.text);
  if (!parsed.ok) return parsed.problems.map(unusable);
  const loosenings = looseningsOf(resolvePolicy(known({ ...controlFiles.value, policy: proposed }), null));
  if (loosenings.length > 0) return loosenings;
  return [
    observe(
      noted,
      "policy-changes",
      "The head commit has another policy file than the base branch: review it as what it is.",
    ),
  ];
}

const unusable = (problem: PolicyProblem): Finding =>
  failed("proposed-policy", {
    subject: `${POLICY_PATH}:${problem.line}:${problem.column}`,
    reason: "proposed-policy-invalid",
    message: problem.message,
    remedy: advice(`${problem.remedy} If you did not touch the file, merge the base branch into yours.`),
    location: { path: POLICY_PATH, line: problem.line },
  });

function looseningsOf(source: ReturnType<typeof resolvePolicy>): Finding[] {
  const { organization } = source.identity;
  if (source.kind !== "usable" || organization === undefined) return [];
  return source.loosenings.map((loosening) =>
    failed("proposed-policy", {
      subject: loosening.key,
      reason: "proposed-policy-loosens",
      message: `${inWords(loosening, organization)}.`,
      remedy: advice(`Tighten \`${loosening.key}\`, or take the key out: then what is enforced holds.`),
      location: { path: POLICY_PATH, line: loosening.own.line },
    }),
  );
}

function observe(status: typeof passed | typeof noted, reason: string, message: string): Finding {
  return status("proposed-policy", { subject: POLICY_PATH, reason, message });
}
