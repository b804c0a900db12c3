import type { Account, CommitFact } from "../facts/facts.js";
import type { ProofCache } from "./cache.js";
import { rebuildCommit } from "./object/rebuild.js";
import { judge } from "./proof/judge.js";
import type { Proof } from "./proof/proof.js";
import { prove, type GitObject } from "./proof/prove.js";
import { verdictOf, type ReasonCode } from "./reasons.js";
import { STRICT_RULES, type SignatureRules } from "./rules.js";
import type { Trust } from "./trust.js";
import type { SignatureVerdict, Signer } from "./verdict.js";

export interface SignedObject extends GitObject {
  /** The account GitHub associates with the committer, where known: keys registered on GitHub bind to it. */
  readonly committerAccount?: Account | null;
}

export interface VerifyOptions {
  /** What the policy decides about signatures; the strict defaults where left out. */
  readonly rules?: SignatureRules;
  /** Keeps what was proven, so that the same object under the same trust costs no mathematics again. */
  readonly cache?: ProofCache;
}

/**
 * Verifies the signature of one Git object: its bytes hash to its id, the signature is over exactly those bytes, the
 * key is trusted and was valid, and its owner is the one the object names. `at` is the instant of evaluation.
 * Never throws: whatever goes wrong is a verdict, and never a good one.
 */
export function verifyObject(
  input: SignedObject,
  trust: Trust,
  at: Date,
  { rules = STRICT_RULES, cache }: VerifyOptions = {},
): SignatureVerdict {
  const proof = cache === undefined ? prove(input, trust) : cache.proofOf(input, trust);
  const seconds = Math.floor(at.getTime() / 1000);
  const judgement = judge(proof, { trust, account: input.committerAccount ?? null, rules, at: seconds });
  const { reason, standing, binding } = judgement;
  const { format, signedAt, weaknesses, securityKey } = proof.reading;
  const good = verdictOf(reason) === "good";
  return {
    oid: input.oid,
    type: input.type,
    verdict: verdictOf(reason),
    format,
    reason,
    signer: signerOf(proof, binding?.signer),
    // Only a good verdict says whose signature it is: a bad one proves nothing about anybody.
    identity: good ? (binding?.identity ?? null) : null,
    signedAt: signedAt === null ? null : new Date(signedAt * 1000).toISOString(),
    standing,
    weaknesses,
    securityKey,
  };
}

function signerOf({ reading }: Proof, bound?: Omit<Signer, "fingerprint">): Signer | null {
  const { fingerprint } = reading;
  if (fingerprint === null) return null;
  return { fingerprint, ...(bound ?? { principal: null, source: null, account: null }) };
}

/**
 * Verifies a commit as GitHub's API hands it out. The payload is believed only once it has been put together with the
 * signature to the bytes that the commit's id is the hash of.
 */
export function verifyCommitFact(
  commit: CommitFact,
  trust: Trust,
  at: Date,
  options: VerifyOptions = {},
): SignatureVerdict {
  const { oid, signature, committer } = commit;
  if (signature === null) return withoutBytes(oid, "unsigned");
  const raw = rebuildCommit({ oid, ...signature });
  if (raw === null) return withoutBytes(oid, "oid-mismatch");
  return verifyObject({ type: "commit", oid, raw, committerAccount: committer.account }, trust, at, options);
}

function withoutBytes(oid: string, reason: ReasonCode): SignatureVerdict {
  const found = {
    format: null,
    signer: null,
    identity: null,
    signedAt: null,
    weaknesses: [],
    securityKey: null,
  };
  const standing = { atSigning: reason, atEvaluation: reason };
  return { oid, type: "commit", verdict: verdictOf(reason), reason, standing, ...found };
}
