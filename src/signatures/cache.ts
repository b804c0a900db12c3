import { createHash } from "node:crypto";
import type { Proof } from "./proof/proof.js";
import { prove, type GitObject } from "./proof/prove.js";
import type { Trust } from "./trust.js";

/**
 * Keeps up to `limit` values, and lets the one go that was not asked for the longest.
 */
export class BoundedCache<T> {
  readonly #limit: number;
  /** In the order of last use: a `Map` keeps the order in which keys were set. */
  readonly #values = new Map<string, T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): T | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#limit) break;
      this.#values.delete(oldest);
    }
  }
}

/**
 * Keeps proofs by object and trust. It cannot lie: a proof says nothing of time, person or policy, the trust's digest
 * is over all its material, and the object is named by the SHA-256 of its bytes beside its id, for two objects can be
 * made that share a SHA-1 id.
 */
export class ProofCache {
  readonly #proofs: BoundedCache<Proof>;

  constructor(limit: number) {
    this.#proofs = new BoundedCache(limit);
  }

  proofOf(object: GitObject, trust: Trust): Proof {
    const bytes = createHash("sha256").update(object.raw).digest("base64");
    const key = [object.type, object.oid, bytes, trust.digest].join(" ");
    const known = this.#proofs.get(key);
    if (known !== undefined) return known;
    const proof = prove(object, trust);
    this.#proofs.set(key, proof);
    return proof;
  }
}
