export { BoundedCache, ProofCache } from "./cache.js";
export { isKrl } from "./openssh/krl.js";
export { rebuildCommit, type DetachedCommit } from "./object/rebuild.js";
export {
  objectId,
  splitObject,
  formatOf,
  type ObjectFormat,
  type ObjectType,
  type SplitObject,
} from "./object/split.js";
export { REASONS, type ReasonCode } from "./reasons.js";
export { STRICT_RULES, WEAKNESSES, type SignatureRules, type Weakness } from "./rules.js";
export { buildTrust, NO_X509, type Trust, type TrustMaterial, type TrustProblem } from "./trust.js";
export { unresolvedCommitters, type KeysWanted } from "./trust/unresolved.js";
export type { SignatureFormat, SignatureVerdict, Signer, VerdictKind } from "./verdict.js";
export { Verifier, type VerifierLimits } from "./verifier.js";
export { verifyCommitFact, verifyObject, type SignedObject, type VerifyOptions } from "./verify.js";
