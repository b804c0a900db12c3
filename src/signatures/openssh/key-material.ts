import { createPublicKey, type KeyObject } from "node:crypto";
import { ByteReader } from "../encoding/byte-reader.js";
import { edwards } from "../pgp/public-key.js";
import { SignatureRefusal } from "../reasons.js";
import type { Weakness } from "../rules.js";

/** How a key's signatures are checked. `application` and its kin: the key sits in a security key (PROTOCOL.u2f). */
export type SshKeyMaterial =
  | { readonly kind: "rsa"; readonly key: KeyObject; readonly bits: number }
  | { readonly kind: "ecdsa"; readonly key: KeyObject; readonly curve: Curve }
  | { readonly kind: "ed25519"; readonly key: KeyObject }
  | SecurityKeyMaterial
  | { readonly kind: "dsa" }
  | { readonly kind: "unsupported" };

export interface SecurityKeyMaterial {
  readonly kind: "sk-ed25519" | "sk-ecdsa";
  readonly key: KeyObject;
  readonly application: string;
}

/** A curve of RFC 5656 under OpenSSH's and JWK's names; the hash goes with the curve (section 6.2.1). */
export interface Curve {
  readonly name: "nistp256" | "nistp384" | "nistp521";
  readonly jwk: "P-256" | "P-384" | "P-521";
  readonly hash: "sha256" | "sha384" | "sha512";
  /** Length of a coordinate and of each half of a signature. */
  readonly bytes: number;
}

export const P256: Curve = { name: "nistp256", jwk: "P-256", hash: "sha256", bytes: 32 };
export const CURVES: readonly Curve[] = [
  P256,
  { name: "nistp384", jwk: "P-384", hash: "sha384", bytes: 48 },
  { name: "nistp521", jwk: "P-521", hash: "sha512", bytes: 66 },
];

const SMALLEST_RSA = 2048;
/** OpenSSH's and OpenSSL's own bound. Longer moduli would take seconds a signature, and anybody may embed one. */
const LARGEST_RSA = 16384;
/** FIPS 186-5, section 5.1: an exponent is odd, and shorter than 256 bits. With 1, every value is its own signature. */
const LONGEST_EXPONENT = 32;

/** An RSA key of minimal big-endian numbers (RFC 4253, section 6.6). */
export function rsaKey(e: Uint8Array, n: Uint8Array): SshKeyMaterial {
  const odd = ((e.at(-1) ?? 0) & 1) === 1 && !(e.length === 1 && e[0] === 1);
  const bits = n.length === 0 ? 0 : n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
  if (!odd || e.length > LONGEST_EXPONENT || bits > LARGEST_RSA) return { kind: "unsupported" };
  const key = createPublicKey({ key: { kty: "RSA", n: base64url(n), e: base64url(e) }, format: "jwk" });
  return { kind: "rsa", key, bits };
}

/** A key of an uncompressed point (RFC 5656, section 3.1), the only form that OpenSSH takes. Throws off the curve. */
export function ecdsaKey(curve: Curve, point: Uint8Array): KeyObject | null {
  if (point.length !== 1 + 2 * curve.bytes || point[0] !== 4) return null;
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  return createPublicKey({
    key: { kty: "EC", crv: curve.jwk, x: base64url(x), y: base64url(y) },
    format: "jwk",
  });
}

/** PROTOCOL.u2f: the plain key followed by the application it was made for. */
export function readSecurityKey(publicKey: Uint8Array): SshKeyMaterial {
  const reader = new ByteReader(publicKey, "signature-malformed");
  switch (reader.sshText()) {
    case "sk-ssh-ed25519@openssh.com":
      return inDevice("sk-ed25519", edwards("Ed25519", reader.sshString()), reader);
    case "sk-ecdsa-sha2-nistp256@openssh.com":
      if (reader.sshText() !== P256.name) return { kind: "unsupported" };
      return inDevice("sk-ecdsa", ecdsaKey(P256, reader.sshString()), reader);
    default:
      return { kind: "unsupported" };
  }
}

function inDevice(
  kind: SecurityKeyMaterial["kind"],
  key: KeyObject | null,
  reader: ByteReader,
): SshKeyMaterial {
  const application = reader.sshText();
  reader.expectEnd();
  return key === null ? { kind: "unsupported" } : { kind, key, application };
}

/** The weaknesses of a key that the policy may let through. */
export function sshWeaknesses(material: SshKeyMaterial): readonly Weakness[] {
  return material.kind === "rsa" && material.bits < SMALLEST_RSA ? ["rsa-below-2048"] : [];
}

/** Refuses keys that say nothing, whatever they signed. */
export function refuseUnusableKey(material: SshKeyMaterial): void {
  if (material.kind === "dsa") throw new SignatureRefusal("weak-key");
  if (material.kind === "unsupported") throw new SignatureRefusal("algorithm-unsupported");
}

const base64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
