import type { ChangeFacts } from "../../facts/facts.js";
import type { Doubt, Emergencies, Freeze, ProtectionChangeSeen, WeaknessSeen } from "../emergencies.js";
import type { Finding } from "../finding.js";
import { advice, failed, undetermined, waiting } from "./build.js";

/**
 * What emergencies on the base branch say against a change, whatever policy is in force: a freeze comes from the terms
 * that were pinned to its case, so nobody ends it by changing, or breaking, the policy. Nothing where there is none.
 */
export function emergencyFindings(
  { pullRequest }: ChangeFacts,
  { freezes, doubts, protectionChanges, weaknesses }: Emergencies,
): Finding[] {
  return [
    ...freezes.map(frozen),
    ...doubts.map((doubt) => doubtful(doubt, pullRequest.base.ref)),
    // Protection as it is now is judged by its own rules; only of a past instant it may have been another.
    ...(pullRequest.merge === null ? [] : protectionChanges.map(changed)),
    ...(pullRequest.merge === null ? [] : weaknesses.map((one) => weakened(one, pullRequest.base.ref))),
  ];
}

/** That a case in breach holds up whatever goes to its branch. */
export function frozen({ caseId, issueUrl, clocks, branch }: Freeze): Finding {
  return failed("frozen-branch", {
    subject: branch,
    reason: "branch-frozen",
    message: `The break-glass case ${caseId} is in breach (${clocks.join(", ")}) and freezes ${branch} until what it owes is done.`,
    remedy: advice(
      `Drive the case ${caseId} to its end: do what its tracking issue says is owed, or land the revert of its change. Only its own revert and retroactive pull request pass before.`,
      [],
      issueUrl,
    ),
  });
}

function doubtful(doubt: Doubt, branch: string): Finding {
  switch (doubt.kind) {
    case "case":
      return aroundGates(doubt, branch);
    case "unaccounted":
      return unaccounted(doubt.tip, branch);
    case "overtaken":
      return overtaken(doubt.tip, branch);
  }
}

function unaccounted(tip: string, branch: string): Finding {
  return waiting("policy-in-doubt", {
    subject: branch,
    reason: "policy-unaccounted",
    message: `The policy of ${branch} at ${tip.slice(0, 10)} is not the one that was in force, and what brought it has no record yet. Until it has, what it lets pass proves nothing.`,
    remedy: advice(
      "Wait: it is judged again as soon as the change is on record. If this stays, `countersign jobs` shows what that waits for.",
    ),
  });
}

function overtaken(tip: string, branch: string): Finding {
  return undetermined("policy-in-doubt", {
    subject: branch,
    reason: "branch-overtaken",
    message: `GitHub shows ${branch} at ${tip.slice(0, 10)}, and had told before that it was moved on from there. Its policy may be an older one.`,
    remedy: advice(
      "Re-run this check: GitHub's answer may be an old one. If the branch was taken back, that is recorded first; if this stays, `countersign jobs` shows what that waits for.",
    ),
  });
}

function aroundGates({ caseId, issueUrl }: Extract<Doubt, { kind: "case" }>, branch: string): Finding {
  return failed("policy-in-doubt", {
    subject: branch,
    reason: "policy-around-gates",
    message: `The policy of ${branch} is not the one that held before the break-glass case ${caseId}, and did not come through its gates: what it lets pass proves nothing.`,
    remedy: advice(
      `Drive the case ${caseId} to its end, so that someone independent has looked at the policy as well, or land the revert of its change.`,
      [],
      issueUrl,
    ),
  });
}

function changed({ at, action, name, by }: ProtectionChangeSeen): Finding {
  return failed("protection-changed", {
    subject: name,
    reason: "changed-around-merge",
    message: `Protection was changed around the merge: ${name} was ${action} by ${by?.login ?? "someone unknown"} at ${at}. What it was at the merge is not certain.`,
    remedy: advice(
      "Drive the break-glass case of this merge to its end. The audit log shows what was changed; protection as it is now is judged with each pull request.",
    ),
  });
}

function weakened({ after, until }: WeaknessSeen, branch: string): Finding {
  const from = after === null ? "when it was first seen" : `after ${after}`;
  const to = until === null ? "until now" : `until ${until}`;
  return failed("protection-changed", {
    subject: branch,
    reason: "weakened-around-merge",
    message: `Protection of ${branch} was less than the policy asks, from some time ${from} ${to} at most, and this landed meanwhile.`,
    remedy: advice(
      "Drive the break-glass case of this merge to its end. The records of kind protection-drift show what was missing and who changed it.",
    ),
  });
}
