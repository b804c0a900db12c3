export {
  objectId,
  splitObject,
  formatOf,
  type ObjectFormat,
  type ObjectType,
  type SplitObject,
} from "./object.js";
export { REASONS, type ReasonCode } from "./reasons.js";
export { rebuildCommit, type DetachedCommit } from "./rebuild.js";
export { buildTrust, type Trust, type TrustMaterial, type TrustProblem } from "./trust.js";
export { unresolvedCommitters, type KeysWanted } from "./unresolved.js";
export type { SignatureFormat, SignatureVerdict, Signer, VerdictKind } from "./verdict.js";
export { verifyCommitFact, verifyObject, type SignedObject } from "./verify.js";
