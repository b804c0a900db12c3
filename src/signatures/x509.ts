import type { X509Files } from "../facts/facts.js";
import type { Judgement, Question } from "./proof/judge.js";
import type { Proof } from "./proof/proof.js";
import { SignatureRefusal } from "./reasons.js";

/** Roots, timestamp authorities and logs, read. */
export interface X509Trust {
  readonly roots: readonly unknown[];
}

export interface X509Proof {
  /** SHA-256 of the signer's certificate, upper-case hex. */
  readonly fingerprint: string;
  /** The time the signature gives itself, in seconds. */
  readonly signedAt: number | null;
}

export interface X509Reading {
  readonly trust: X509Trust;
  readonly problems: readonly {
    readonly path: string;
    readonly line: number | null;
    readonly message: string;
  }[];
}

export function readX509Trust(files: X509Files): X509Reading {
  void files;
  return { trust: { roots: [] }, problems: [] };
}

export function proveX509(payload: Uint8Array, armored: Uint8Array, trust: X509Trust): X509Proof {
  void payload;
  void armored;
  void trust;
  throw new SignatureRefusal("x509-unsupported");
}

export function judgeX509(proof: Extract<Proof, { kind: "x509" }>, question: Question): Judgement {
  void proof;
  void question;
  throw new SignatureRefusal("x509-unsupported");
}
