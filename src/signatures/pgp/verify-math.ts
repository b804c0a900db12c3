import { createHash, createVerify, verify } from "node:crypto";
import { ByteReader, leftPad } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import type { Weakness } from "../rules.js";
import { joinPadded, readMpi, type PgpKeyMaterial } from "./public-key.js";
import { DOCUMENT_TYPES, type PgpSignature } from "./signature-packet.js";

/** RFC 9580, section 9.5. */
const DIGESTS: ReadonlyMap<number, string> = new Map([
  [1, "md5"],
  [2, "sha1"],
  [3, "ripemd160"],
  [8, "sha256"],
  [9, "sha384"],
  [10, "sha512"],
  [11, "sha224"],
  [12, "sha3-256"],
  [14, "sha3-512"],
]);
const WEAK_DIGESTS: ReadonlyMap<number, Weakness> = new Map([
  [1, "md5"],
  [2, "sha1"],
  [3, "ripemd160"],
]);
const SMALLEST_RSA = 2048;

/** The weaknesses of a signature and, where it is known, of the key that made it. */
export function weaknessesOf(
  { hashAlgorithm }: PgpSignature,
  material: PgpKeyMaterial | null,
): readonly Weakness[] {
  const found: Weakness[] = [];
  const digest = WEAK_DIGESTS.get(hashAlgorithm);
  if (digest !== undefined) found.push(digest);
  if (material?.kind === "rsa" && material.bits < SMALLEST_RSA) found.push("rsa-below-2048");
  return found;
}

/** Refuses digests that cannot be computed here, whatever was signed with them. */
export function refuseUnusableDigest(signature: PgpSignature): void {
  digestOf(signature);
}

/** The digest of a signature by Node's name for it. */
function digestOf(signature: PgpSignature): string {
  const digest = DIGESTS.get(signature.hashAlgorithm);
  if (digest === undefined)
    throw new SignatureRefusal("algorithm-unsupported", `hash ${signature.hashAlgorithm}`);
  return digest;
}

/** Refuses keys that cannot be checked here, whatever they signed. */
export function refuseUnusableMaterial(material: PgpKeyMaterial): void {
  if (material.kind === "dsa") throw new SignatureRefusal("weak-key");
  if (material.kind === "unsupported") throw new SignatureRefusal("algorithm-unsupported");
}

/**
 * Whether `signature` is the key's over `document`: the mathematics of RFC 9580, section 5.2, and nothing of
 * validity in time or purpose. It is done here rather than in openpgp.js, which refuses signatures that the standard
 * allows: other "left 16 bits", version 3, integers shorter than their field, algorithm 3 for an RSA key.
 */
export function isSignatureOver(
  document: Uint8Array,
  signature: PgpSignature,
  material: PgpKeyMaterial,
): boolean {
  const signed = [
    signature.salt,
    signature.type === DOCUMENT_TYPES.text ? canonicalText(document) : document,
    signature.trailer,
  ];
  const reader = new ByteReader(signature.material, "signature-malformed");
  const digest = digestOf(signature);
  const valid = algorithmMatches(signature, material) && checkMaterial(reader, digest, signed, material);
  return valid && reader.remaining === 0;
}

/** Numbers of one algorithm must never be read as another's. Ids 1 and 3 are both RSA (3 says "only signs"). */
function algorithmMatches(signature: PgpSignature, material: PgpKeyMaterial): boolean {
  const ids = {
    rsa: [1, 3],
    ecdsa: [19],
    "eddsa-legacy": [22],
    ed25519: [27],
    ed448: [28],
    dsa: [17],
    unsupported: [],
  };
  const allowed: readonly number[] = ids[material.kind];
  return allowed.includes(signature.keyAlgorithm);
}

function checkMaterial(
  reader: ByteReader,
  digest: string,
  signed: readonly Uint8Array[],
  material: PgpKeyMaterial,
): boolean {
  switch (material.kind) {
    case "rsa": {
      // An integer loses its leading zeros, but RSA wants exactly the length of the modulus.
      const value = leftPad(readMpi(reader), Math.ceil(material.bits / 8));
      return value !== null && hasher(digest, signed).verify(material.key, value);
    }
    case "ecdsa": {
      const pair = joinPadded(readMpi(reader), readMpi(reader), material.fieldBytes);
      const key = { key: material.key, dsaEncoding: "ieee-p1363" } as const;
      return pair !== null && hasher(digest, signed).verify(key, pair);
    }
    case "eddsa-legacy": {
      const pair = joinPadded(readMpi(reader), readMpi(reader), 32);
      return pair !== null && verify(null, hash(digest, signed), material.key, pair);
    }
    case "ed25519":
      return verify(null, hash(digest, signed), material.key, reader.take(64));
    case "ed448":
      return verify(null, hash(digest, signed), material.key, reader.take(114));
    case "dsa":
    case "unsupported":
      return false;
  }
}

function hasher(digest: string, signed: readonly Uint8Array[]): ReturnType<typeof createVerify> {
  return signed.reduce((verifier, piece) => verifier.update(piece), createVerify(digest));
}

function hash(digest: string, signed: readonly Uint8Array[]): Buffer {
  return signed.reduce((digester, piece) => digester.update(piece), createHash(digest)).digest();
}

/** Text signatures are made over lines that end in CR LF (RFC 9580, section 5.2.1.2). */
function canonicalText(document: Uint8Array): Uint8Array {
  const text = Buffer.from(document).toString("latin1").replace(/\r?\n/g, "\r\n");
  return Buffer.from(text, "latin1");
}
