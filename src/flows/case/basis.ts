import type { Terms } from "../../breakglass/case.js";
import type { Grant } from "../../breakglass/roles.js";
import { type CaseFile, heldPolicy, readCaseFile } from "../../breakglass/stored.js";
import { type Handling, handlingOf, termsOf } from "../../policy/break-glass.js";
import type { PolicySource } from "../../policy/resolve.js";
import type { StoredCase } from "../../store/ports/case-store.js";

/** What a new case is judged by, and how it is handled. */
export interface Basis {
  readonly terms: Terms;
  readonly handling: Handling;
  /** Of the policy that both are from; `null`: it could not be read. */
  readonly policyDigest: string | null;
}

/**
 * What a bypass is judged by: the policy that was in force before it, unless that one may itself have come around the
 * gates. `null`: nobody chases it. Under the built-in default nobody has said how emergencies are handled, so a bypass
 * is recorded and shown; a policy that is there but cannot be used is one that somebody meant.
 *
 * @param open the open cases of the branch, the oldest first
 */
export function basisOf(open: readonly StoredCase[], policy: PolicySource): Basis | null {
  const before = doubtOf(open, policy);
  if (before !== null) {
    return { terms: before.case.terms, handling: before.handling, policyDigest: heldPolicy(before) };
  }
  if (policy.identity.source === "built-in") return null;
  const usable = policy.kind === "usable" ? policy.policy : null;
  return { terms: termsOf(usable), handling: handlingOf(usable), policyDigest: policy.identity.digest };
}

/**
 * The open case that puts a policy in doubt: another one held before its change, and did not give way to this one
 * through the gates. Else whoever pushes twice could bring with the first push who judges the second, or that nobody
 * does. `null`: no doubt.
 */
export function doubtOf(open: readonly StoredCase[], policy: PolicySource): CaseFile | null {
  const stored = open.find((one) => isDoubtful(one, policy));
  return stored === undefined ? null : readCaseFile(stored.body, stored.digest);
}

/** Whether the policy is another one than an open case was landed under, and not its successor. */
export function isDoubtful({ body, digest }: StoredCase, { identity }: PolicySource): boolean {
  const file = readCaseFile(body, digest);
  return file.case.landing !== null && heldPolicy(file) !== identity.digest;
}

/** Whether nobody is authorised to acknowledge a case, or nobody to close it: by its own terms it cannot end. */
export function isOrphaned({ case: { terms } }: CaseFile): boolean {
  const { acknowledge, close } = terms.authority;
  return isEmpty(acknowledge) || isEmpty(close);
}

const isEmpty = ({ people, teams }: Grant): boolean => people.length + teams.length === 0;
