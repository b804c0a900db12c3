import { createHash } from "node:crypto";
import type { X509Files } from "../../../../src/facts/facts.js";
import {
  objectId,
  STRICT_RULES,
  verifyObject,
  type SignatureRules,
  type SignatureVerdict,
  type Trust,
} from "../../../../src/signatures/index.js";
import {
  ALICE,
  controlFile,
  payloadOf,
  SIGNED_AT,
  trustIn,
  withSignature,
  type MaterialText,
  type PayloadOptions,
} from "../../support.js";
import { integer, octets, oid, seq, time, type Der } from "./der.js";
import {
  alternativeNames,
  armored,
  attribute,
  authority,
  certify,
  CERTIFICATE_SIGNING,
  cms,
  DIGITAL_SIGNATURE,
  digestId,
  email,
  keyUsage,
  name,
  purposes,
  TIME_STAMPING,
  EMAIL_PROTECTION,
  type CertificateOptions,
  type CmsOptions,
  type CmsSignature,
  type Issued,
} from "./pki.js";

/** Authorities and signatures as they usually are, for tests to change one thing at a time. */

export const files = (...texts: readonly string[]) =>
  texts.map((text, index) => controlFile(text, `trust/x509/${index}.pem`));

export const x509Files = (given: Partial<Record<keyof X509Files, readonly string[]>>): X509Files => ({
  roots: files(...(given.roots ?? [])),
  timestampAuthorities: files(...(given.timestampAuthorities ?? [])),
  transparencyLogs: files(...(given.transparencyLogs ?? [])),
});

export const x509Trust = async (
  given: Parameters<typeof x509Files>[0],
  more: MaterialText = {},
): Promise<Trust> => await trustIn({ x509: x509Files(given), ...more });

export const rootOf = (options: Partial<CertificateOptions> = {}): Issued =>
  certify({ subject: name("Root"), extensions: [authority(), keyUsage(CERTIFICATE_SIGNING)], ...options });

export const subordinate = (
  issuer: Issued,
  common: string,
  extensions: readonly Der[] = [authority(), keyUsage(CERTIFICATE_SIGNING)],
  options: Partial<CertificateOptions> = {},
): Issued => certify({ subject: name(common), issuer, extensions, ...options });

export const SIGNER_EXTENSIONS = [
  keyUsage(DIGITAL_SIGNATURE),
  purposes([EMAIL_PROTECTION]),
  alternativeNames(email(ALICE.email)),
] as const;

export const signerOf = (issuer: Issued, options: Partial<CertificateOptions> = {}): Issued =>
  certify({ subject: name("Alice"), issuer, extensions: SIGNER_EXTENSIONS, ...options });

export const EVERYBODY: SignatureRules = { ...STRICT_RULES, x509: { principals: "*", issuers: null } };

export const signedCommit = (
  options: CmsOptions,
  payload: PayloadOptions = {},
  over = payloadOf(payload),
): Buffer =>
  withSignature(
    payloadOf(payload),
    armored(cms(Buffer.from(over), { signedAt: payload.at ?? SIGNED_AT, ...options })),
  );

export function verdictOn(
  raw: Uint8Array,
  trust: Trust,
  { at = new Date("2026-01-01T00:00:00Z"), rules = EVERYBODY }: { at?: Date; rules?: SignatureRules } = {},
): SignatureVerdict {
  return verifyObject({ type: "commit", oid: objectId("commit", raw, "sha1"), raw }, trust, at, { rules });
}

export const timestampAuthority = (issuer: Issued, options: Partial<CertificateOptions> = {}): Issued =>
  certify({
    subject: name("Clock"),
    issuer,
    extensions: [keyUsage(DIGITAL_SIGNATURE), purposes([TIME_STAMPING], true)],
    ...options,
  });

export const TIMESTAMP_TOKEN = "1.2.840.113549.1.9.16.2.14";
const TIMESTAMP_INFO = "1.2.840.113549.1.9.16.1.4";
const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";

/** The unsigned attribute with a timestamp by `clock` over `stamped`. */
export function timestamp(
  clock: Issued,
  stamped: Uint8Array,
  at: Date,
  { naming = clock }: { naming?: Issued } = {},
): Der {
  const imprint = seq(digestId("sha256"), octets(createHash("sha256").update(stamped).digest()));
  const info = seq(integer(1), oid("1.2.3.4"), imprint, integer(1), time(at));
  const certificateHash = octets(Buffer.from(naming.fingerprint, "hex"));
  const named = attribute(SIGNING_CERTIFICATE_V2, seq(seq(seq(certificateHash))));
  const options = { signer: clock, contentType: TIMESTAMP_INFO, attached: true, moreAttributes: [named] };
  return attribute(TIMESTAMP_TOKEN, cms(info, options));
}

export const stampedBy =
  (clock: Issued, at: Date, options: Parameters<typeof timestamp>[3] = {}) =>
  ({ value }: CmsSignature): Der[] => [timestamp(clock, value, at, options)];
