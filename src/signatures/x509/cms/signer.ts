import { createHash } from "node:crypto";
import { SignatureRefusal } from "../../reasons.js";
import type { Asn1 } from "../../x509.js";
import { Fields, octetsOf, oidOf, sameBytes, TAG, timeOf } from "../asn1.js";
import { isSignedBy, readDigest, type Digest } from "../certificate/algorithms.js";
import { certificateIn, type Certificate } from "../certificate/certificate.js";
import {
  ID_DATA,
  type SignedAttributes,
  type SignedData,
  type SignerId,
  type SignerInfo,
} from "./signed-data.js";

const MALFORMED = "signature-malformed";

/** RFC 5652, section 11. */
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_TIME = "1.2.840.113549.1.9.5";
/** RFC 2634, section 5.4, and RFC 5035, section 3. */
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";

/** Chains are short; each certificate costs a reading, and each that fits a signer a verification. */
const MAXIMUM_CERTIFICATES = 32;
const MAXIMUM_CANDIDATES = 4;

/** The certificates that come with a signature, and what is wrong with those that cannot be read. */
export interface HeldCertificates {
  readonly certificates: readonly Certificate[];
  readonly refusals: readonly SignatureRefusal[];
}

/** Reads the certificates in `signedData`; one that cannot be read is left out, for it may not be needed. */
export function certificatesIn({ certificates }: SignedData): HeldCertificates {
  if (certificates.length > MAXIMUM_CERTIFICATES) throw new SignatureRefusal(MALFORMED, "certificates");
  const refusals: SignatureRefusal[] = [];
  const read = certificates.flatMap((value) => {
    try {
      return [certificateIn(value)];
    } catch (error) {
      if (!(error instanceof SignatureRefusal)) throw error;
      refusals.push(error);
      return [];
    }
  });
  return { certificates: read, refusals };
}

/** The certificates that a signature names as its own. Serial numbers and key ids need not be unique. */
export function signersAmong(certificates: readonly Certificate[], id: SignerId): Certificate[] {
  return certificates
    .filter((certificate) =>
      id.kind === "key-id"
        ? certificate.extensions.subjectKeyId === id.keyId
        : certificate.issuer === id.issuer && certificate.serial === id.serial,
    )
    .slice(0, MAXIMUM_CANDIDATES);
}

/**
 * Whether `certificate`'s key made the signature over `content` (RFC 5652, section 5.6). Throws
 * `signature-malformed` where the signed attributes lack what they must have, or hold it twice.
 */
export function isContentSignedBy(
  { contentType, signer }: SignedData,
  content: Uint8Array,
  certificate: Certificate,
): boolean {
  const { signedAttributes, scheme, value, digest } = signer;
  if (signedAttributes === null) {
    if (contentType !== ID_DATA) throw new SignatureRefusal(MALFORMED, "no signed attributes");
    return (scheme.digest ?? digest) === digest && isSignedBy(scheme, certificate.key, content, value);
  }
  return (
    attributesFit(signedAttributes, contentType, digestOf(digest, content)) &&
    namesCertificate(signedAttributes, certificate) &&
    isSignedBy(scheme, certificate.key, signedAttributes.encoded, value)
  );
}

function attributesFit({ values }: SignedAttributes, contentType: string, digest: Uint8Array): boolean {
  const [type, messageDigest] = [single(values, CONTENT_TYPE), single(values, MESSAGE_DIGEST)];
  if (type === null || messageDigest === null) throw new SignatureRefusal(MALFORMED, "signed attributes");
  return oidOf(type, MALFORMED) === contentType && sameBytes(octetsOf(messageDigest, MALFORMED), digest);
}

/** When the signature says that it was made, in seconds; nobody vouches for that but its maker. */
export function signingTimeOf({ signedAttributes }: SignerInfo): number | null {
  const time = signedAttributes === null ? null : single(signedAttributes.values, SIGNING_TIME);
  return time === null ? null : timeOf(time, MALFORMED);
}

function single(values: ReadonlyMap<string, readonly Asn1[]>, type: string): Asn1 | null {
  const [only, ...others] = values.get(type) ?? [];
  if (others.length > 0) throw new SignatureRefusal(MALFORMED, "attribute twice");
  return only ?? null;
}

/** Whether a certificate is named at all in the signed attributes: then nobody can put another in its place. */
export const hasSigningCertificate = ({ signedAttributes }: SignerInfo): boolean =>
  [SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2].some((type) => signedAttributes?.values.has(type) === true);

/** Where the signed attributes name the certificate that signed, it must be that one. */
function namesCertificate({ values }: SignedAttributes, { der }: Certificate): boolean {
  return [SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2].every((type) => {
    const named = single(values, type);
    if (named === null) return true;
    const [first] = new Fields(new Fields(named, MALFORMED).take(TAG.sequence), MALFORMED).rest(TAG.sequence);
    if (first === undefined) throw new SignatureRefusal(MALFORMED, "signing certificate");
    const fields = new Fields(first, MALFORMED);
    // ESSCertID is of SHA-1, ESSCertIDv2 of SHA-256 where it does not name another.
    const algorithm = fields.optional(TAG.sequence);
    const digest = type === SIGNING_CERTIFICATE ? "sha1" : certificateDigest(algorithm);
    return sameBytes(octetsOf(fields.take(TAG.octetString), MALFORMED), digestOf(digest, der));
  });
}

const certificateDigest = (algorithm: Asn1 | null): Digest =>
  algorithm === null ? "sha256" : readDigest(algorithm, MALFORMED);

export const digestOf = (digest: Digest, bytes: Uint8Array): Uint8Array =>
  createHash(digest).update(bytes).digest();
