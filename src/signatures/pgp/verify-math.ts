import { createHash, verify } from "node:crypto";
import { ByteReader, leftPad } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import type { Weakness } from "../rules.js";
import { ALGORITHM, joinPadded, readMpi, type PgpKeyMaterial } from "./public-key.js";
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
const SMALLEST_BITS = 2048;

/** The weaknesses of a signature and, where it is known, of the key that made it. */
export function weaknessesOf(
  { hashAlgorithm }: Pick<PgpSignature, "hashAlgorithm">,
  material: PgpKeyMaterial | null,
): readonly Weakness[] {
  const found: Weakness[] = [];
  const digest = WEAK_DIGESTS.get(hashAlgorithm);
  if (digest !== undefined) found.push(digest);
  if (material?.kind === "rsa" && material.bits < SMALLEST_BITS) found.push("rsa-below-2048");
  if (material?.kind === "dsa" && material.bits < SMALLEST_BITS) found.push("dsa-below-2048");
  return found;
}

/** Refuses digests that cannot be computed here, whatever was signed with them. */
export function refuseUnusableDigest(signature: PgpSignature): void {
  const name = digestOf(signature);
  if (!isComputable(name)) throw new SignatureRefusal("algorithm-unsupported", `hash ${name}`);
}

/** Which digests the OpenSSL that Node runs on computes: builds leave out MD5 or RIPEMD-160. */
const computable = new Map<string, boolean>();

function isComputable(name: string): boolean {
  const known = computable.get(name);
  if (known !== undefined) return known;
  const found = succeeds(() => createHash(name).update("").digest());
  computable.set(name, found);
  return found;
}

function succeeds(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
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
  if (material.kind === "unsupported")
    throw new SignatureRefusal("algorithm-unsupported", `public-key algorithm ${material.algorithm}`);
}

/**
 * Whether `signature` is the key's over `document`: the mathematics of RFC 9580, section 5.2, and nothing of
 * validity in time or purpose.
 *
 * Every OpenPGP signature, over a commit or over a key, is checked here, below openpgp.js, because the library refuses
 * what the standard allows and real keys and commits hold:
 * - other "left 16 bits" of the hash, which are a shortcut and not signed (section 5.2.4);
 * - version 3 signatures (RFC 4880, section 5.2.2);
 * - integers shorter than their field, or counted in whole octets (section 3.2);
 * - algorithm 3, "RSA sign only", of a key with algorithm 1 and the other way round (section 9.1);
 * - DSA, brainpool curves and secp256k1, short RSA keys and old digests (sections 9.1, 9.2 and 9.5): whether they are
 *   strong enough is the policy's decision, for which their signatures have to be checked first.
 */
export function isSignatureOver(
  document: Uint8Array,
  signature: PgpSignature,
  material: PgpKeyMaterial,
): boolean {
  const digest = digestOf(signature);
  if (!algorithmMatches(signature, material)) return false;
  const reader = new ByteReader(signature.material, "signature-malformed");
  const text = signature.type === DOCUMENT_TYPES.text;
  const signed = Buffer.concat([
    signature.salt,
    text ? canonicalText(document) : document,
    signature.trailer,
  ]);
  try {
    return checkMaterial(reader, digest, signed, material) && reader.remaining === 0;
  } catch (error) {
    if (error instanceof SignatureRefusal) throw error;
    throw new SignatureRefusal("algorithm-unsupported", error instanceof Error ? error.message : undefined);
  }
}

/** Numbers of one algorithm must never be read as another's. Ids 1 and 3 are both RSA (3 says "only signs"). */
function algorithmMatches({ keyAlgorithm }: PgpSignature, { kind }: PgpKeyMaterial): boolean {
  switch (kind) {
    case "rsa":
      return keyAlgorithm === ALGORITHM.rsa || keyAlgorithm === ALGORITHM.rsaSignOnly;
    case "dsa":
      return keyAlgorithm === ALGORITHM.dsa;
    case "ecdsa":
      return keyAlgorithm === ALGORITHM.ecdsa;
    case "eddsa-legacy":
      return keyAlgorithm === ALGORITHM.eddsaLegacy;
    case "ed25519":
      return keyAlgorithm === ALGORITHM.ed25519;
    case "ed448":
      return keyAlgorithm === ALGORITHM.ed448;
    case "unsupported":
      return false;
  }
}

function checkMaterial(
  reader: ByteReader,
  digest: string,
  signed: Uint8Array,
  material: PgpKeyMaterial,
): boolean {
  switch (material.kind) {
    case "rsa": {
      // An integer loses its leading zeros, but RSA wants exactly the length of the modulus.
      const value = leftPad(readMpi(reader), Math.ceil(material.bits / 8));
      return value !== null && verify(digest, signed, material.key, value);
    }
    case "ecdsa":
    case "dsa": {
      const size = material.kind === "dsa" ? material.orderBytes : material.fieldBytes;
      const pair = joinPadded(readMpi(reader), readMpi(reader), size);
      const key = { key: material.key, dsaEncoding: "ieee-p1363" } as const;
      return pair !== null && verify(digest, signed, key, pair);
    }
    case "eddsa-legacy": {
      const pair = joinPadded(readMpi(reader), readMpi(reader), 32);
      return pair !== null && verify(null, hash(digest, signed), material.key, pair);
    }
    case "ed25519":
      return verify(null, hash(digest, signed), material.key, reader.take(64));
    case "ed448":
      return verify(null, hash(digest, signed), material.key, reader.take(114));
    case "unsupported":
      return false;
  }
}

const hash = (digest: string, signed: Uint8Array): Buffer => createHash(digest).update(signed).digest();

/** Text signatures are made over lines that end in CR LF (RFC 9580, section 5.2.1.2). */
function canonicalText(document: Uint8Array): Uint8Array {
  const text = Buffer.from(document).toString("latin1").replace(/\r?\n/g, "\r\n");
  return Buffer.from(text, "latin1");
}
