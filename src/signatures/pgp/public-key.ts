import { createPublicKey, type KeyObject } from "node:crypto";
import { ByteReader, leftPad } from "../encoding/byte-reader.js";

/** How a key's signatures are checked. */
export type PgpKeyMaterial =
  | { readonly kind: "rsa"; readonly key: KeyObject; readonly bits: number }
  | { readonly kind: "ecdsa"; readonly key: KeyObject; readonly fieldBytes: number }
  | { readonly kind: "eddsa-legacy"; readonly key: KeyObject }
  | { readonly kind: "ed25519"; readonly key: KeyObject }
  | { readonly kind: "ed448"; readonly key: KeyObject }
  | {
      readonly kind: "dsa";
      readonly key: KeyObject;
      /** Of the field's prime `p`. */
      readonly bits: number;
      /** Of the group's order `q`. */
      readonly orderBytes: number;
    }
  | { readonly kind: "unsupported"; readonly algorithm: number };

/** Public-key algorithm ids (RFC 9580, section 9.1). */
export const ALGORITHM = {
  rsa: 1,
  rsaSignOnly: 3,
  dsa: 17,
  ecdsa: 19,
  eddsaLegacy: 22,
  ed25519: 27,
  ed448: 28,
} as const;

/** Object identifiers of `dsa` (RFC 3279, section 2.3.2) and `ecPublicKey` (RFC 5480, section 2.1.1) in DER. */
const DSA = Buffer.from("06072a8648ce380401", "hex");
const EC_PUBLIC_KEY = Buffer.from("06072a8648ce3d0201", "hex");
const ED25519_LEGACY_CURVE = "2b06010401da470f01";
/**
 * Curves for ECDSA by their identifier, with the octets of a coordinate: those of RFC 9580, section 9.2, and secp256k1,
 * which gpg makes. OpenSSL knows many more, some of which can be broken; a key must not choose them.
 */
const ECDSA_CURVES: ReadonlyMap<string, number> = new Map([
  ["2a8648ce3d030107", 32], // NIST P-256
  ["2b81040022", 48], // NIST P-384
  ["2b81040023", 66], // NIST P-521
  ["2b2403030208010107", 32], // brainpoolP256r1
  ["2b240303020801010b", 48], // brainpoolP384r1
  ["2b240303020801010d", 64], // brainpoolP512r1
  ["2b8104000a", 32], // secp256k1
]);
/** Beyond these no honest key goes, and checking one signature takes a second (OpenSSL's own limits are higher). */
const MOST_RSA_BITS = 16_384;
const MOST_DSA_BITS = 8_192;

/**
 * Reads the algorithm's own fields of a public-key packet into a key of `node:crypto`. Keys that Node cannot use (a
 * curve it lacks, a point that is not on its curve) are `unsupported`, which never verifies anything.
 */
export function readKeyMaterial(algorithm: number, fields: Uint8Array): PgpKeyMaterial {
  const unsupported: PgpKeyMaterial = { kind: "unsupported", algorithm };
  try {
    const reader = new ByteReader(fields, "signature-malformed");
    const material = readMaterial(algorithm, reader);
    if (material === null) return unsupported;
    reader.expectEnd();
    return material;
  } catch {
    return unsupported;
  }
}

function readMaterial(algorithm: number, reader: ByteReader): PgpKeyMaterial | null {
  switch (algorithm) {
    case ALGORITHM.rsa:
    case ALGORITHM.rsaSignOnly:
      return rsa(readMpi(reader), readMpi(reader));
    case ALGORITHM.dsa:
      return dsa(readMpi(reader), readMpi(reader), readMpi(reader), readMpi(reader));
    case ALGORITHM.ecdsa:
      return ecdsa(reader.take(reader.uint(1)), readMpi(reader));
    case ALGORITHM.eddsaLegacy:
      return eddsaLegacy(reader.take(reader.uint(1)), readMpi(reader));
    case ALGORITHM.ed25519:
      return { kind: "ed25519", key: edwards("Ed25519", reader.take(32)) };
    case ALGORITHM.ed448:
      return { kind: "ed448", key: edwards("Ed448", reader.take(57)) };
    default:
      return null;
  }
}

/** An exponent of one would make every padded message its own signature. */
function rsa(n: Uint8Array, e: Uint8Array): PgpKeyMaterial | null {
  if (n.length * 8 > MOST_RSA_BITS || isBelowThree(e)) return null;
  const key = createPublicKey({ key: { kty: "RSA", n: base64url(n), e: base64url(e) }, format: "jwk" });
  return { kind: "rsa", key, bits: key.asymmetricKeyDetails?.modulusLength ?? 0 };
}

const isBelowThree = (e: Uint8Array): boolean => e.every((byte, at) => byte < (at === e.length - 1 ? 3 : 1));

/** The fields p, q, g, y as SubjectPublicKeyInfo (RFC 3279, section 2.3.2), the only form in which Node takes DSA. */
function dsa(p: Uint8Array, q: Uint8Array, g: Uint8Array, y: Uint8Array): PgpKeyMaterial | null {
  if (p.length * 8 > MOST_DSA_BITS) return null;
  const algorithm = der(0x30, DSA, der(0x30, derInteger(p), derInteger(q), derInteger(g)));
  const key = fromSubjectPublicKeyInfo(algorithm, derInteger(y));
  const { modulusLength = 0, divisorLength = 0 } = key.asymmetricKeyDetails ?? {};
  // FIPS 186-4, section 4.2: OpenSSL checks no signature of groups with other orders.
  if (![160, 224, 256].includes(divisorLength)) return null;
  return { kind: "dsa", key, bits: modulusLength, orderBytes: divisorLength / 8 };
}

/** OpenPGP names a curve by the very bytes of its ASN.1 identifier, so one form of key serves them all. */
function ecdsa(curve: Uint8Array, point: Uint8Array): PgpKeyMaterial | null {
  const fieldBytes = ECDSA_CURVES.get(Buffer.from(curve).toString("hex"));
  // Only uncompressed points are of OpenPGP (RFC 9580, section 11.2.1).
  if (fieldBytes === undefined || point[0] !== 4 || point.length !== 1 + 2 * fieldBytes) return null;
  const algorithm = der(0x30, EC_PUBLIC_KEY, der(0x06, curve));
  return { kind: "ecdsa", key: fromSubjectPublicKeyInfo(algorithm, point), fieldBytes };
}

/** The 0x40 in front says that the point is in its curve's native form (RFC 9580, section 11.2.2). */
function eddsaLegacy(curve: Uint8Array, point: Uint8Array): PgpKeyMaterial | null {
  const prefixed = point.length === 33 && point[0] === 0x40;
  if (Buffer.from(curve).toString("hex") !== ED25519_LEGACY_CURVE || !prefixed) return null;
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
  return reader.take((reader.uint(2) + 7) >> 3);
}

/** Two integers of exactly `size` bytes each, one after the other; `null` where one is longer. */
export function joinPadded(first: Uint8Array, second: Uint8Array, size: number): Uint8Array | null {
  const [left, right] = [leftPad(first, size), leftPad(second, size)];
  return left === null || right === null ? null : Buffer.concat([left, right]);
}

function fromSubjectPublicKeyInfo(algorithm: Uint8Array, bits: Uint8Array): KeyObject {
  const spki = der(0x30, algorithm, der(0x03, Buffer.from([0]), bits));
  return createPublicKey({ key: spki, format: "der", type: "spki" });
}

/** DER integers have a sign: a leading zero keeps a high bit from being read as one. */
function derInteger(value: Uint8Array): Buffer {
  const first = value.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Buffer.from([0]) : value.subarray(first);
  return (digits[0] ?? 0) < 0x80 ? der(0x02, digits) : der(0x02, Buffer.from([0]), digits);
}

function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...derLength(body.length)]), body]);
}

function derLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
