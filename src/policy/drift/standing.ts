import type { Fact, ProtectionFact } from "../../facts/facts.js";
import { unusable } from "../evaluate.js";
import type { Finding } from "../finding.js";
import type { PolicySource } from "../resolve.js";
import { branchFindings } from "../rules/protection.js";
import { waive } from "../waivers.js";

/** A demand of the policy on a branch's protection that is not met, or of which it cannot be told. */
export interface Miss {
  readonly rule: string;
  readonly subject: string;
  readonly reason: string;
  readonly message: string;
  readonly unknown: boolean;
}

/** A branch as an audit sees it. */
export interface AuditedBranch {
  readonly appId: number;
  readonly branch: string;
  /** The repository's web address. */
  readonly repositoryUrl: string;
  readonly protection: Fact<ProtectionFact>;
  readonly policy: PolicySource;
}

/**
 * What the policy misses of a branch's protection: what the protection gate would hold against any change into the branch
 * at `at`. Empty: it is all that the policy asks. What the policy openly waives is no miss.
 */
export function missesOf(audited: AuditedBranch, at: Date): Miss[] {
  return findingsOf(audited, at)
    .filter(({ status }) => status === "fail" || status === "unknown")
    .map(({ rule, subject, reason, message, status }) => ({
      rule,
      subject,
      reason,
      message,
      unknown: status === "unknown",
    }));
}

function findingsOf(
  { appId, branch, repositoryUrl: url, protection, policy }: AuditedBranch,
  at: Date,
): Finding[] {
  if (policy.kind !== "usable") return unusable("protection", policy);
  const pullRequest = { url, base: { ref: branch }, merge: null };
  const found = branchFindings({ appId, protection, pullRequest }, policy.policy);
  return waive(found, policy.policy.waivers, at.getTime());
}

/** `unreadable`: nothing is known to be missing, and not everything could be read. */
export type Standing = "held" | "missed" | "unreadable";

export function standingOf(misses: readonly Miss[]): Standing {
  if (misses.length === 0) return "held";
  return misses.some(({ unknown }) => !unknown) ? "missed" : "unreadable";
}
