import { sha256Hex } from "../evidence/canonical.js";
import type { ControlFiles, Fact, UnknownReason } from "../facts/facts.js";
import { BUILT_IN_POLICY, type Policy } from "./document.js";
import type { PolicyIdentity } from "./finding.js";
import { parsePolicy, policyDigest, type PolicyProblem } from "./file/parse.js";

/** The policy that judges, or why there is none. */
export type PolicySource =
  | { readonly kind: "usable"; readonly identity: PolicyIdentity; readonly policy: Policy }
  | {
      readonly kind: "invalid";
      readonly identity: PolicyIdentity;
      readonly problems: readonly PolicyProblem[];
    }
  | { readonly kind: "unreadable"; readonly identity: PolicyIdentity; readonly reason: UnknownReason };

/**
 * Which policy judges a change, from the control files of its base branch.
 *
 * No file: the built-in strict default. A file that cannot be used: nothing passes, and there is no falling back to
 * a default. Files that could not be read: unknown. `commitOid` is the commit of the base branch they were read from.
 */
export function resolvePolicy(controlFiles: Fact<ControlFiles>, commitOid: string | null): PolicySource {
  if (!controlFiles.known) {
    const identity: PolicyIdentity = { source: "unreadable", path: null, digest: null, commitOid };
    return { kind: "unreadable", identity, reason: controlFiles.reason };
  }
  const file = controlFiles.value.policy;
  if (file === null) {
    const digest = policyDigest(BUILT_IN_POLICY);
    return {
      kind: "usable",
      identity: { source: "built-in", path: null, digest, commitOid },
      policy: BUILT_IN_POLICY,
    };
  }
  const parsed = parsePolicy(file.text);
  const identity = { path: file.path, commitOid };
  if (parsed.ok) {
    return {
      kind: "usable",
      identity: {
        ...identity,
        source: "repository",
        digest: parsed.digest,
        ...(parsed.policy.mode === "observe" && { mode: "observe" }),
      },
      policy: parsed.policy,
    };
  }
  return {
    kind: "invalid",
    identity: { ...identity, source: "invalid", digest: sha256Hex(file.text) },
    problems: parsed.problems,
  };
}
