import { sha256Hex } from "../evidence/canonical.js";
import type { ControlFile, ControlFiles, Fact, UnknownReason } from "../facts/facts.js";
import { BUILT_IN_POLICY, type Policy } from "./document.js";
import type { PolicyIdentity } from "./finding.js";
import { parsePolicy, policyDigest, type PolicyProblem } from "./file/parse.js";
import { govern, type Loosening, type OwnPolicy } from "./organization/govern.js";
import { type Refusal, type Standing, standingOf } from "./organization/standing.js";

/** The policy that judges, or why there is none. */
export type PolicySource =
  | {
      readonly kind: "usable";
      readonly identity: PolicyIdentity;
      readonly policy: Policy;
      /** Where the repository asks less than its account enforces; the policy has what is enforced there. */
      readonly loosenings: readonly Loosening[];
    }
  | {
      readonly kind: "invalid";
      readonly identity: PolicyIdentity;
      readonly problems: readonly PolicyProblem[];
    }
  /** The account's own policy lets nothing pass. */
  | { readonly kind: "refused"; readonly identity: PolicyIdentity; readonly refusal: Refusal }
  | { readonly kind: "unreadable"; readonly identity: PolicyIdentity; readonly reason: UnknownReason };

/**
 * Which policy judges a change, from the control files of its base branch: the repository's own under its account's.
 *
 * No file: the account's defaults, or the built-in strict one. A file that cannot be used: nothing passes, and there is no
 * falling back to a default. Files that could not be read: unknown. `commitOid` is the commit of the base branch they
 * were read from.
 */
export const resolvePolicy = (controlFiles: Fact<ControlFiles>, commitOid: string | null): PolicySource =>
  resolve(controlFiles, commitOid, ({ policy }) => policy);

/** As `resolvePolicy`, of the default branch: its policy says, too, which branches are controlled. */
export const resolveDefaultPolicy = (controlFiles: Fact<ControlFiles>): PolicySource =>
  resolve(controlFiles, null, ({ defaultPolicy }) => defaultPolicy);

function resolve(
  controlFiles: Fact<ControlFiles>,
  commitOid: string | null,
  fileOf: (files: ControlFiles) => ControlFile | null,
): PolicySource {
  if (!controlFiles.known) return unreadable(commitOid, controlFiles.reason);
  const file = fileOf(controlFiles.value);
  const standing = standingOf(controlFiles.value.organization);
  if (file === null) return underAccount(standing, ownless(standing, commitOid), null);
  const parsed = parsePolicy(file.text);
  const place = { path: file.path, commitOid };
  if (parsed.ok) {
    const identity: PolicyIdentity = { ...place, source: "repository", digest: parsed.digest };
    return underAccount(standing, identity, parsed);
  }
  return {
    kind: "invalid",
    identity: { ...place, source: "invalid", digest: sha256Hex(file.text) },
    problems: parsed.problems,
  };
}

/**
 * The digest says that the repository has no policy, whatever the account's says: that one is named beside it, and no push
 * to the repository can have changed it.
 */
const ownless = ({ kind }: Standing, commitOid: string | null): PolicyIdentity => ({
  source: kind === "usable" ? "organization" : "built-in",
  path: null,
  digest: policyDigest(BUILT_IN_POLICY),
  commitOid,
});

const unreadable = (commitOid: string | null, reason: UnknownReason): PolicySource => ({
  kind: "unreadable",
  identity: { source: "unreadable", path: null, digest: null, commitOid },
  reason,
});

function underAccount(standing: Standing, own: PolicyIdentity, written: OwnPolicy | null): PolicySource {
  switch (standing.kind) {
    case "none":
      return usable(own, written?.policy ?? BUILT_IN_POLICY, []);
    case "unreadable":
      // What the repository itself says was read: a case that opens meanwhile is not in doubt over it later.
      return { kind: "unreadable", identity: { ...own, source: "unreadable" }, reason: standing.reason };
    case "refused":
      return refused(own, standing, standing.refusal);
    case "usable": {
      const governed = govern(standing.policy, written);
      if (!governed.ok) return refused(own, standing, { kind: "conflict", problem: governed.problem });
      return usable({ ...own, organization: standing.identity }, governed.policy, governed.loosenings);
    }
  }
}

const usable = (
  identity: PolicyIdentity,
  policy: Policy,
  loosenings: readonly Loosening[],
): PolicySource => ({
  kind: "usable",
  identity: { ...identity, ...(policy.mode === "observe" && { mode: "observe" }) },
  policy,
  loosenings,
});

const refused = (
  own: PolicyIdentity,
  { identity: organization }: Standing & { kind: "refused" | "usable" },
  refusal: Refusal,
): PolicySource => ({ kind: "refused", identity: { ...own, source: "invalid", organization }, refusal });
