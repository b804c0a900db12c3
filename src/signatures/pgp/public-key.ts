import { createPublicKey, type KeyObject } from "node:crypto";
import { ByteReader, leftPad } from "../encoding/byte-reader.js";

/** How a key's signatures are checked; numbers are OpenPGP algorithm ids (RFC 9580, section 9.1). */
export type PgpKeyMaterial =
  | { readonly kind: "rsa"; readonly key: KeyObject; readonly bits: number }
  | { readonly kind: "ecdsa"; readonly key: KeyObject; readonly fieldBytes: number }
  | { readonly kind: "eddsa-legacy"; readonly key: KeyObject }
  | { readonly kind: "ed25519"; readonly key: KeyObject }
  | { readonly kind: "ed448"; readonly key: KeyObject }
  | { readonly kind: "dsa" }
  | { readonly kind: "unsupported"; readonly algorithm: number };

const EC_PUBLIC_KEY = Buffer.from("06072a8648ce3d0201", "hex");
const ED25519_LEGACY_CURVE = "2b06010401da470f01";

/**
 * Reads the body of a public-key packet of version 4 or 6 into a key of `node:crypto`. Keys that Node cannot use
 * (a curve it lacks, a point that is not on its curve) are `unsupported`, which never verifies anything.
 */
export function readPublicKey(body: Uint8Array): PgpKeyMaterial {
  const reader = new ByteReader(body, "signature-malformed");
  const version = reader.uint(1);
  reader.take(4);
  const algorithm = reader.uint(1);
  if (version === 6) reader.take(4);
  try {
    return readMaterial(reader, algorithm);
  } catch {
    return { kind: "unsupported", algorithm };
  }
}

function readMaterial(reader: ByteReader, algorithm: number): PgpKeyMaterial {
  switch (algorithm) {
    case 1:
    case 3:
      return rsa(readMpi(reader), readMpi(reader));
    case 17:
      return { kind: "dsa" };
    case 19:
      return ecdsa(reader.take(reader.uint(1)), readMpi(reader));
    case 22:
      return eddsaLegacy(reader.take(reader.uint(1)), readMpi(reader));
    case 27:
      return { kind: "ed25519", key: edwards("Ed25519", reader.take(32)) };
    case 28:
      return { kind: "ed448", key: edwards("Ed448", reader.take(57)) };
    default:
      return { kind: "unsupported", algorithm };
  }
}

function rsa(n: Uint8Array, e: Uint8Array): PgpKeyMaterial {
  const key = createPublicKey({ key: { kty: "RSA", n: base64url(n), e: base64url(e) }, format: "jwk" });
  return { kind: "rsa", key, bits: key.asymmetricKeyDetails?.modulusLength ?? 0 };
}

/** OpenPGP names a curve by the very bytes of its ASN.1 identifier, so one SubjectPublicKeyInfo serves them all. */
function ecdsa(curve: Uint8Array, point: Uint8Array): PgpKeyMaterial {
  const algorithm = der(0x30, EC_PUBLIC_KEY, der(0x06, curve));
  const spki = der(0x30, algorithm, der(0x03, Buffer.from([0]), point));
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  return { kind: "ecdsa", key, fieldBytes: (point.length - 1) / 2 };
}

function eddsaLegacy(curve: Uint8Array, point: Uint8Array): PgpKeyMaterial {
  const prefixed = point.length === 33 && point[0] === 0x40;
  if (Buffer.from(curve).toString("hex") !== ED25519_LEGACY_CURVE || !prefixed) {
    return { kind: "unsupported", algorithm: 22 };
  }
  return { kind: "eddsa-legacy", key: edwards("Ed25519", point.subarray(1)) };
}

/** The JWK form of an Edwards-curve public key (RFC 8037). */
export function edwards(crv: "Ed25519" | "Ed448", x: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv, x: base64url(x) }, format: "jwk" });
}

/**
 * A multiprecision integer: bit count in two bytes, then its bytes (RFC 9580, section 3.2). The count should be exact, but
 * one in six real signatures counts whole bytes; both stand for the same number.
 */
export function readMpi(reader: ByteReader): Uint8Array {
  return reader.take(Math.ceil(reader.uint(2) / 8));
}

/** Two integers of exactly `size` bytes each, one after the other; `null` where one is longer. */
export function joinPadded(first: Uint8Array, second: Uint8Array, size: number): Uint8Array | null {
  const [left, right] = [leftPad(first, size), leftPad(second, size)];
  return left === null || right === null ? null : Buffer.concat([left, right]);
}

function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 128 ? [body.length] : [0x81, body.length];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
