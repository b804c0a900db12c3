import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { SignatureRefusal } from "../../reasons.js";
import { isSignedBy, keyWeaknesses, refuseUnknownKey } from "../certificate/algorithms.js";

/** The public key of a transparency log. */
export interface LogKey {
  /** SHA-256 of its SubjectPublicKeyInfo in lower-case hex: the log's id (RFC 6962, section 3.2). */
  readonly id: string;
  readonly key: KeyObject;
}

/** Reads a key in DER (SubjectPublicKeyInfo). Throws `x509-unsupported` or `weak-key`. */
export function readLogKey(der: Uint8Array): LogKey {
  const key = decode(der);
  refuseUnknownKey(key);
  if (keyWeaknesses(key).length > 0) throw new SignatureRefusal("weak-key");
  return { id: createHash("sha256").update(der).digest("hex"), key };
}

function decode(der: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch {
    throw new SignatureRefusal("x509-unsupported", "public key");
  }
}

/** Logs sign with SHA-256, or with Ed25519. */
export function isLogSignature(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  switch (key.asymmetricKeyType) {
    case "ec":
      return isSignedBy({ kind: "ecdsa", digest: "sha256" }, key, data, signature);
    case "rsa":
      return isSignedBy({ kind: "rsa-pkcs1", digest: "sha256" }, key, data, signature);
    default:
      return isSignedBy({ kind: "ed25519", digest: null }, key, data, signature);
  }
}
