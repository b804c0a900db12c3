import type { ChangeFacts } from "../../facts/facts.js";
import { POLICY_PATH } from "../document.js";
import type { Finding } from "../finding.js";
import { parsePolicy } from "../file/parse.js";
import { advice, failed, noted, passed, unclear } from "./build.js";

/**
 * Keeps a policy file that could not be used from reaching the controlled branch: there it would let nothing pass,
 * its own repair included. What it asks for is not looked at; the base branch's policy judges.
 */
export function proposedPolicyFindings({ controlFiles, proposedPolicy }: ChangeFacts): Finding[] {
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
        "The head commit has no policy file; merged without one, the built-in default judges.",
      ),
    ];
  }
  const parsed = parsePolicy(proposed.text);
  if (parsed.ok) {
    return [
      observe(
        noted,
        "policy-changes",
        "The head commit has another policy file than the base branch: review it as what it is.",
      ),
    ];
  }
  return parsed.problems.map((problem) =>
    failed("proposed-policy", {
      subject: `${POLICY_PATH}:${problem.line}:${problem.column}`,
      reason: "proposed-policy-invalid",
      message: problem.message,
      remedy: advice(`${problem.remedy} If you did not touch the file, merge the base branch into yours.`),
      location: { path: POLICY_PATH, line: problem.line },
    }),
  );
}

function observe(status: typeof passed | typeof noted, reason: string, message: string): Finding {
  return status("proposed-policy", { subject: POLICY_PATH, reason, message });
}
