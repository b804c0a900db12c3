import { decide } from "../decide.js";
import { type Decision, type Finding, type Gate, GATES, type GateResult } from "../finding.js";
import { advice, waiting } from "../rules/build.js";

/** Why nothing can be said yet of a head commit that may have several pull requests. */
export type UndecidedReason = "not-judged-yet" | "retargeted" | "siblings-unknown";

/**
 * Stands for the decision that another open pull request with the same head commit still lacks.
 *
 * They share their check runs, and the other may go to a stricter branch: until it is judged, none of them passes. So
 * every gate waits. `pullNumber` is that pull request's number, or `null` where it is not known; `observedAt` ISO 8601.
 * It judges nothing and names no policy: it is to be shown beside real decisions, and never stored as one.
 */
export function undecided(reason: UndecidedReason, pullNumber: number | null, observedAt: string): Decision {
  const gates = GATES.map((gate): GateResult => ({
    gate,
    outcome: "waiting",
    findings: [finding(gate, reason, pullNumber)],
  }));
  return decide(gates, { source: "not-read", path: null, digest: null, commitOid: null }, observedAt);
}

function finding(gate: Gate, reason: UndecidedReason, pullNumber: number | null): Finding {
  if (reason === "siblings-unknown") {
    return waiting("shared-head", {
      gate,
      subject: "head commit",
      reason,
      message:
        "Which other open pull requests have this head commit, and so share its check runs, is not known.",
      remedy: advice("It is asked again by itself; if this stays, re-run this check."),
    });
  }
  if (reason === "retargeted") {
    const who = pullNumber === null ? "The pull request" : `The pull request #${pullNumber}`;
    return waiting("shared-head", {
      gate,
      subject: "base branch",
      reason,
      message: `${who} goes to another branch now. It has not been judged by that branch's policy yet, and nothing passes until it is.`,
      remedy: advice("Wait until it is judged."),
    });
  }
  const other = pullNumber === null ? "Another open pull request" : `The open pull request #${pullNumber}`;
  const subject = pullNumber === null ? "another pull request" : `#${pullNumber}`;
  return waiting("shared-head", {
    gate,
    subject,
    reason,
    message: `${other} has the same head commit and shares its check runs. It has not been judged yet, and nothing passes until it is.`,
    remedy: advice("Wait until it is judged, or close the pull request that is not needed."),
  });
}
