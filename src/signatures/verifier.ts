import type { CommitFact } from "../facts/facts.js";
import { BoundedCache, ProofCache } from "./cache.js";
import type { SignatureRules } from "./rules.js";
import { buildTrust, digestOf, type Trust, type TrustMaterial } from "./trust.js";
import type { SignatureVerdict } from "./verdict.js";
import { verifyCommitFact } from "./verify.js";

export interface VerifierLimits {
  /** Sets of keys kept: about one a repository and a person whose registered keys were asked for. */
  readonly trusts: number;
  /** Proofs kept, each some kilobytes: a pull request is looked at many times, and its commits stay the same. */
  readonly proofs: number;
}

const LIMITS: VerifierLimits = { trusts: 64, proofs: 5000 };

/** Verifies again and again without reading the same keys or doing the same mathematics twice. */
export class Verifier {
  readonly #trusts: BoundedCache<Trust>;
  readonly #proofs: ProofCache;

  constructor({ trusts, proofs }: VerifierLimits = LIMITS) {
    this.#trusts = new BoundedCache(trusts);
    this.#proofs = new ProofCache(proofs);
  }

  /** As `buildTrust`. */
  async trustIn(material: TrustMaterial): Promise<Trust> {
    // Problems name paths, which the digest leaves out: it is about keys.
    const key = JSON.stringify([digestOf(material), pathsOf(material)]);
    const known = this.#trusts.get(key);
    if (known !== undefined) return known;
    const trust = await buildTrust(material);
    this.#trusts.set(key, trust);
    return trust;
  }

  /** As `verifyCommitFact`. */
  verify(commit: CommitFact, trust: Trust, at: Date, rules: SignatureRules): SignatureVerdict {
    return verifyCommitFact(commit, trust, at, { rules, cache: this.#proofs });
  }
}

function pathsOf({ allowedSigners, revokedKeys, keyring, x509 }: TrustMaterial): readonly string[] {
  const files = [
    allowedSigners,
    revokedKeys,
    ...keyring,
    ...x509.roots,
    ...x509.timestampAuthorities,
    ...x509.transparencyLogs,
  ];
  return files.map((file) => file?.path ?? "");
}
