import type { ControlId } from "./controls.js";

export type Gate = "signatures" | "protection" | "policy" | "review";
export const GATES: readonly Gate[] = ["signatures", "protection", "policy", "review"];

/**
 * What one rule found. All text is plain text and may hold what strangers wrote (titles, names, messages):
 * `report/` escapes it, nothing else renders it.
 */
export interface Finding {
  readonly gate: Gate;
  /** Stable kebab-case name of the rule, documented in `docs/policy.md`. */
  readonly rule: string;
  /** `waived`: not met, and the policy says so openly; `note`: worth knowing, weighs nothing in the verdict. */
  readonly status: "pass" | "fail" | "unknown" | "waived" | "note";
  /** The failure mends itself by waiting: a tool still running, a review not yet given. */
  readonly waiting: boolean;
  /** What it is about: a commit, a setting, a check, a person. */
  readonly subject: string;
  /** Stable kebab-case code of the reason. */
  readonly reason: string;
  /** One sentence for the reader. */
  readonly message: string;
  /** How to mend it; `null` where it passed. */
  readonly remedy: Remedy | null;
  readonly controls: readonly ControlId[];
  /** Where in the pull request's files it shows, if anywhere. */
  readonly location: { readonly path: string; readonly line: number } | null;
  /** Only where the policy waived it: who answers for that, why and until which day (UTC). */
  readonly waiver?: FindingWaiver;
}

export interface FindingWaiver {
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
  readonly controls: readonly ControlId[];
}

export interface Remedy {
  /** One sentence naming the setting or the act. */
  readonly text: string;
  /** Commands to run as they stand, without prompt signs. */
  readonly commands: readonly string[];
  /** Where to read more or change the setting. */
  readonly url: string | null;
}

/** `waiting`: nothing to mend, but not passed yet. */
export type Outcome = "passed" | "failed" | "waiting" | "unknown";

export interface GateResult {
  readonly gate: Gate;
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
}

/** The verdict on one change at one instant. */
export interface Decision {
  readonly outcome: Outcome;
  readonly gates: readonly GateResult[];
  readonly policy: PolicyIdentity;
  readonly controls: readonly ControlId[];
  readonly observedAt: string;
}

/** Which policy judged: goes into every record. */
export interface PolicyIdentity {
  /**
   * `organization`, `built-in`: the branch has no policy file, so its account's defaults judge, or the built-in; `invalid`:
   * one of the two files could not be used, so nothing passes; `not-read`: nothing was judged (`undecided`), which no
   * stored decision is.
   */
  readonly source: "repository" | "organization" | "built-in" | "invalid" | "unreadable" | "not-read";
  readonly path: string | null;
  /**
   * Lower-case hex SHA-256 of the policy that the repository's own file makes by itself, in canonical JSON (of the file's
   * bytes where invalid); where it has none, of the built-in.
   */
  readonly digest: string | null;
  /** The commit of the controlled branch it was read from. */
  readonly commitOid: string | null;
  /** Only where the policy merely observes: the verdict is told and recorded, and stops nothing. */
  readonly mode?: "observe";
  /** Only where the account has a policy of its own, over the repository's. */
  readonly organization?: OrganizationIdentity;
}

/** Which policy of the account held. */
export interface OrganizationIdentity {
  /** The repository that it is in, as `OWNER/.github`. */
  readonly place: string;
  /** `null`: the file could not be used. */
  readonly revision: number | null;
  /** Lower-case hex SHA-256 of what is written in canonical JSON (of the file's bytes where it could not be used). */
  readonly digest: string;
  /** The commit of that repository's default branch that it was read from. */
  readonly commitOid: string;
}

/** The policy as one that stops what does not pass, whatever it says of itself. */
export function enforced({ source, path, digest, commitOid, organization }: PolicyIdentity): PolicyIdentity {
  return { source, path, digest, commitOid, ...(organization !== undefined && { organization }) };
}
