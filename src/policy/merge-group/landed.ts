import type { Finding } from "../finding.js";
import { advice, failed, passed } from "../rules/build.js";

/** The last verdict on a pull request as a member of the merge group by which it landed. */
export interface GroupVerdict {
  readonly headOid: string;
  readonly outcome: string;
}

/**
 * Whether the group by which a change landed had passed. `verdict` is the last one from before it landed, `null` where
 * there was none: then nothing let it in, whatever its pull request's own check said.
 */
export function groupLandedFinding(branch: string, verdict: GroupVerdict | null): Finding {
  const seen = { gate: "protection", subject: branch } as const;
  if (verdict?.outcome === "passed") {
    const message = `Its merge group had passed at ${verdict.headOid.slice(0, 10)} before it landed.`;
    return passed("merge-group", { ...seen, reason: "group-passed", message });
  }
  const what =
    verdict === null ? "it was never judged" : `its last verdict before that was ${verdict.outcome}`;
  return failed("merge-group", {
    ...seen,
    reason: "group-not-passed",
    message: `The merge group by which it landed on ${branch} had not passed: ${what}.`,
    remedy: advice(
      "Drive the break-glass case of this merge to its end. Require the countersign check on the branch, so that the queue waits for it.",
    ),
  });
}
