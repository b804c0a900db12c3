import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from "node:crypto";
import { SignatureRefusal, type ReasonCode } from "../../reasons.js";
import type { Weakness } from "../../rules.js";
import type { Asn1 } from "../../x509.js";
import { constructed, Fields, inner, oidOf, smallInteger, TAG } from "../asn1.js";

/** Digest algorithms by the names node:crypto has for them. */
export type Digest = "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512";

/** How a signature was made. `digest` is `null` for EdDSA, which has its own. */
export type SignatureScheme =
  | { readonly kind: "rsa-pkcs1" | "ecdsa"; readonly digest: Digest }
  | { readonly kind: "rsa-pss"; readonly digest: Digest; readonly saltLength: number }
  | { readonly kind: "ed25519" | "ed448"; readonly digest: null };

/** RFC 5754, section 2; RFC 3370, section 2 for the two broken ones. */
const DIGESTS: ReadonlyMap<string, Digest> = new Map([
  ["1.2.840.113549.2.5", "md5"],
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.4", "sha224"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

/** RFC 8017, appendix A.2.4; RFC 5758, section 3.2; RFC 8410, section 3. */
const SCHEMES: ReadonlyMap<string, SignatureScheme> = new Map<string, SignatureScheme>([
  ["1.2.840.113549.1.1.4", { kind: "rsa-pkcs1", digest: "md5" }],
  ["1.2.840.113549.1.1.5", { kind: "rsa-pkcs1", digest: "sha1" }],
  ["1.2.840.113549.1.1.14", { kind: "rsa-pkcs1", digest: "sha224" }],
  ["1.2.840.113549.1.1.11", { kind: "rsa-pkcs1", digest: "sha256" }],
  ["1.2.840.113549.1.1.12", { kind: "rsa-pkcs1", digest: "sha384" }],
  ["1.2.840.113549.1.1.13", { kind: "rsa-pkcs1", digest: "sha512" }],
  ["1.2.840.10045.4.1", { kind: "ecdsa", digest: "sha1" }],
  ["1.2.840.10045.4.3.1", { kind: "ecdsa", digest: "sha224" }],
  ["1.2.840.10045.4.3.2", { kind: "ecdsa", digest: "sha256" }],
  ["1.2.840.10045.4.3.3", { kind: "ecdsa", digest: "sha384" }],
  ["1.2.840.10045.4.3.4", { kind: "ecdsa", digest: "sha512" }],
  ["1.3.101.112", { kind: "ed25519", digest: null }],
  ["1.3.101.113", { kind: "ed448", digest: null }],
]);

const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
const RSA_PSS = "1.2.840.113549.1.1.10";
const MASK_GENERATION_1 = "1.2.840.113549.1.1.8";

const unsupported = (detail: string): SignatureRefusal => new SignatureRefusal("x509-unsupported", detail);

/** Reads an AlgorithmIdentifier that names a digest. Throws `malformed` or `x509-unsupported`. */
export function readDigest(value: Asn1, malformed: ReasonCode): Digest {
  const fields = new Fields(value, malformed);
  const oid = oidOf(fields.take(TAG.oid), malformed);
  const digest = DIGESTS.get(oid);
  if (digest === undefined) throw unsupported(`digest ${oid}`);
  expectNoParameters(fields, malformed);
  return digest;
}

/**
 * Reads an AlgorithmIdentifier that names a signature's algorithm. `digest`: that of the message, which CMS combines
 * with a bare `rsaEncryption` (RFC 3370, section 3.2). Throws `malformed` or `x509-unsupported`.
 */
export function readScheme(
  value: Asn1,
  malformed: ReasonCode,
  digest: Digest | null = null,
): SignatureScheme {
  const fields = new Fields(value, malformed);
  const oid = oidOf(fields.take(TAG.oid), malformed);
  if (oid === RSA_PSS) return readPss(fields.take(TAG.sequence), malformed);
  expectNoParameters(fields, malformed);
  if (oid === RSA_ENCRYPTION && digest !== null) return { kind: "rsa-pkcs1", digest };
  const scheme = SCHEMES.get(oid);
  if (scheme === undefined) throw unsupported(`signature algorithm ${oid}`);
  return scheme;
}

/** NULL or nothing: the standards differ by algorithm, and programs in what they write. */
function expectNoParameters(fields: Fields, malformed: ReasonCode): void {
  const parameters = fields.optional(TAG.null);
  if (parameters !== null && parameters.contents.length > 0)
    throw new SignatureRefusal(malformed, "parameters");
  fields.expectEnd();
}

/** RSASSA-PSS-params (RFC 4055, section 3.1): SHA-1 and a salt of 20 octets where nothing else is said. */
function readPss(value: Asn1, malformed: ReasonCode): SignatureScheme {
  const fields = new Fields(value, malformed);
  const [hash, mask, salt] = [0, 1, 2].map((tag) => fields.optional(constructed(tag)));
  // The fourth may only say what goes without saying.
  fields.expectEnd();
  const digest = hash ? readDigest(inner(hash, malformed), malformed) : "sha1";
  const maskDigest = mask ? readMaskDigest(inner(mask, malformed), malformed) : "sha1";
  // node:crypto takes one digest for both, as everybody does.
  if (maskDigest !== digest) throw unsupported("RSA-PSS with two digests");
  return {
    kind: "rsa-pss",
    digest,
    saltLength: salt ? smallInteger(inner(salt, malformed), malformed) : 20,
  };
}

function readMaskDigest(value: Asn1, malformed: ReasonCode): Digest {
  const fields = new Fields(value, malformed);
  if (oidOf(fields.take(TAG.oid), malformed) !== MASK_GENERATION_1) throw unsupported("mask generation");
  return readDigest(fields.take(TAG.sequence), malformed);
}

const RSA_TYPES: ReadonlySet<string | undefined> = new Set(["rsa", "rsa-pss"]);

/** Whether `signature` is one over `data` by `key` under `scheme`; what cannot be computed is none. */
export function isSignedBy(
  scheme: SignatureScheme,
  key: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const type = key.asymmetricKeyType;
  try {
    switch (scheme.kind) {
      case "rsa-pkcs1":
        return type === "rsa" && verify(scheme.digest, data, key, signature);
      case "rsa-pss":
        return (
          RSA_TYPES.has(type) && verify(scheme.digest, data, pssInput(key, scheme.saltLength), signature)
        );
      case "ecdsa":
        return type === "ec" && verify(scheme.digest, data, { key, dsaEncoding: "der" }, signature);
      case "ed25519":
      case "ed448":
        return type === scheme.kind && verify(null, data, key, signature);
    }
  } catch {
    return false;
  }
}

function pssInput(key: KeyObject, saltLength: number): VerifyKeyObjectInput {
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

const CURVES: ReadonlySet<string | undefined> = new Set([
  "prime256v1",
  "secp384r1",
  "secp521r1",
  "secp256k1",
  "brainpoolP256r1",
  "brainpoolP384r1",
  "brainpoolP512r1",
]);

/** Refuses keys of kinds that this program has no opinion on, small curves among them. */
export function refuseUnknownKey(key: KeyObject): void {
  const type = key.asymmetricKeyType;
  const known =
    RSA_TYPES.has(type) ||
    type === "ed25519" ||
    type === "ed448" ||
    (type === "ec" && CURVES.has(key.asymmetricKeyDetails?.namedCurve));
  if (!known) throw unsupported(`key type ${type ?? "unknown"}`);
}

export const digestWeaknesses = (digest: Digest | null): Weakness[] =>
  digest === "md5" || digest === "sha1" ? [digest] : [];

export function keyWeaknesses(key: KeyObject): Weakness[] {
  if (!RSA_TYPES.has(key.asymmetricKeyType)) return [];
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048 ? ["rsa-below-2048"] : [];
}
