import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { SignatureRefusal } from "../../reasons.js";
import { readAsn1, type Asn1 } from "../../x509.js";
import {
  constructed,
  Fields,
  hex,
  inner,
  primitive,
  sameBytes,
  smallInteger,
  TAG,
  timeOf,
  wholeBits,
} from "../asn1.js";
import { isSignedBy, readScheme, refuseUnknownKey, type SignatureScheme } from "./algorithms.js";
import { readExtensions, type Extensions } from "./extensions.js";
import { emailsIn, partsOf } from "./general-names.js";

const INVALID = "x509-certificate-invalid";

/** An X.509 certificate (RFC 5280, section 4.1) as plain data. Nothing in it is proven by having been read. */
export interface Certificate {
  /** SHA-256 in upper-case hex: of the certificate, and of its SubjectPublicKeyInfo. */
  readonly fingerprint: string;
  readonly keyFingerprint: string;
  readonly der: Uint8Array;
  /** What the issuer signed. */
  readonly signed: Uint8Array;
  readonly scheme: SignatureScheme;
  readonly signature: Uint8Array;
  /** Hex of the contents of the INTEGER. */
  readonly serial: string;
  /** Hex of the encoded names. They are compared to the octet, as authorities write them. */
  readonly issuer: string;
  readonly subject: string;
  /** The subject's parts (see `partsOf`) and e-mail addresses. */
  readonly subjectParts: readonly string[];
  readonly subjectEmails: readonly string[];
  /** Seconds since 1970; `notAfter` is the last second. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: KeyObject;
  readonly extensions: Extensions;
}

/** Reads a certificate in DER. Throws `x509-certificate-invalid`, or `x509-unsupported` for its algorithms. */
export const readCertificate = (der: Uint8Array): Certificate => certificateIn(readAsn1(der, INVALID));

/** The certificate that has been read as `value`. Throws as `readCertificate`. */
export function certificateIn(value: Asn1): Certificate {
  if (!value.definite) throw new SignatureRefusal(INVALID, "not DER");
  const fields = new Fields(value, INVALID);
  const signed = fields.take(TAG.sequence);
  const algorithm = fields.take(TAG.sequence);
  const signature = wholeBits(fields.take(TAG.bitString), INVALID);
  fields.expectEnd();
  return {
    ...readSigned(signed, algorithm),
    fingerprint: sha256(value.encoded),
    der: value.encoded,
    signed: signed.encoded,
    scheme: readScheme(algorithm, INVALID),
    signature,
  };
}

type Signed = Omit<Certificate, "fingerprint" | "der" | "signed" | "scheme" | "signature">;

function readSigned(signed: Asn1, algorithm: Asn1): Signed {
  const fields = new Fields(signed, INVALID);
  const version = fields.optional(constructed(0));
  const serial = hex(fields.take(TAG.integer).contents);
  // The outer one is not signed.
  if (!sameBytes(fields.take(TAG.sequence).encoded, algorithm.encoded))
    throw new SignatureRefusal(INVALID, "two algorithms");
  const issuer = fields.take(TAG.sequence);
  const validity = new Fields(fields.take(TAG.sequence), INVALID);
  const subject = fields.take(TAG.sequence);
  const keyInfo = fields.take(TAG.sequence).encoded;
  for (const uniqueId of [1, 2]) fields.optional(primitive(uniqueId));
  const extensions = fields.optional(constructed(3));
  fields.expectEnd();
  if (extensions !== null && (version === null || smallInteger(inner(version, INVALID), INVALID) !== 2))
    throw new SignatureRefusal(INVALID, "extensions before version 3");
  return {
    keyFingerprint: sha256(keyInfo),
    serial,
    issuer: hex(issuer.encoded),
    subject: hex(subject.encoded),
    subjectParts: partsOf(subject),
    subjectEmails: emailsIn(subject),
    notBefore: timeOf(validity.take(), INVALID),
    notAfter: timeOf(validity.take(), INVALID),
    key: readKey(keyInfo),
    extensions: readExtensions(extensions === null ? null : inner(extensions, INVALID)),
  };
}

function readKey(keyInfo: Uint8Array): KeyObject {
  const key = decodeKey(keyInfo);
  refuseUnknownKey(key);
  return key;
}

function decodeKey(keyInfo: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(keyInfo), format: "der", type: "spki" });
  } catch {
    throw new SignatureRefusal("x509-unsupported", "public key");
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").toUpperCase();

/** Given authorities are asked for with every signature, and what they signed does not change. */
const issuances = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

/** Whether `issuer`'s key signed `certificate`. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  const known = issuances.get(certificate) ?? new WeakMap<Certificate, boolean>();
  issuances.set(certificate, known);
  const issued =
    known.get(issuer) ??
    isSignedBy(certificate.scheme, issuer.key, certificate.signed, certificate.signature);
  known.set(issuer, issued);
  return issued;
}

/** Whether it names itself as its issuer, as roots do. */
export const isSelfIssued = ({ issuer, subject }: Certificate): boolean => issuer === subject;
