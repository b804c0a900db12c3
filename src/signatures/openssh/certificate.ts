import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import type { SecurityKeyUse } from "../verdict.js";
import { refuseUnusableKey, sshWeaknesses, type SshKeyMaterial } from "./key-material.js";
import { isValueOver } from "./signature-math.js";
import { readSignatureValue } from "./sshsig.js";
import { plainFingerprint, readName, readUint64, sshString, typeOf } from "./wire.js";

/** An OpenSSH user certificate (PROTOCOL.certkeys in the OpenSSH sources): a key, and an authority's word on it. */
export interface SshCertificate {
  /** The certified key in wire format, as it would stand without the certificate. */
  readonly key: Uint8Array;
  /** The authority's number for the certificate; 0: it does not number them. */
  readonly serial: bigint;
  /** The authority's name for whoever holds the certificate, one character a byte. */
  readonly keyId: string;
  readonly principals: readonly string[];
  /** Seconds since 1970; `validBefore` is the first second after. */
  readonly validAfter: number;
  readonly validBefore: number;
  /** `verify-required`: the security key must have checked a PIN or finger. */
  readonly verifyRequired: boolean;
  /** Names of all other conditions under which alone the certificate may be used. */
  readonly criticalOptions: readonly string[];
  /** The authority's key in wire format. */
  readonly authority: Uint8Array;
  /** What the authority signed, its algorithm and its signature. */
  readonly signed: Uint8Array;
  readonly algorithm: string;
  readonly value: Uint8Array;
}

/** How many fields of a plain key follow the nonce, by its type. */
const KEY_FIELDS: ReadonlyMap<string, number> = new Map([
  ["ssh-ed25519", 1],
  ["ssh-rsa", 2],
  ["ecdsa-sha2-nistp256", 2],
  ["ecdsa-sha2-nistp384", 2],
  ["ecdsa-sha2-nistp521", 2],
  ["sk-ssh-ed25519@openssh.com", 2],
  ["sk-ecdsa-sha2-nistp256@openssh.com", 3],
]);
const USER_CERTIFICATE = 1;
/** OpenSSH's own bound (sshkey.h, `SSHKEY_CERT_MAX_PRINCIPALS`). */
const MOST_PRINCIPALS = 256;

/** Whether a key type names a certificate. */
export const isCertificateType = (type: string): boolean => type.includes("-cert-v0");

/** The certificate that stands in a key's place; `null` for a plain key. Refuses certificates that cannot be read. */
export function certificateIn(publicKey: Uint8Array): SshCertificate | null {
  return isCertificateType(typeOf(publicKey) ?? "") ? readSshCertificate(publicKey) : null;
}

/**
 * `SHA256:` and the unpadded base64 of the key's hash, as `ssh-keygen -l` prints it: of a certificate, the hash of the
 * key it certifies. Refuses certificates that cannot be read.
 */
export function fingerprintOf(publicKey: Uint8Array): string {
  return plainFingerprint(certificateIn(publicKey)?.key ?? publicKey);
}

/** Reads a certificate in wire format. Nothing in it is proven yet: `signed` must be checked with a trusted authority. */
export function readSshCertificate(blob: Uint8Array): SshCertificate {
  const reader = new ByteReader(blob, "certificate-invalid");
  const key = readCertifiedKey(reader, plainType(reader.sshText()));
  const serial = readUint64(reader);
  if (reader.uint(4) !== USER_CERTIFICATE) throw invalid("not of a user");
  const keyId = readName(reader, "certificate-invalid");
  const principals = readPrincipals(reader.sshString());
  const [validAfter, validBefore] = [Number(readUint64(reader)), Number(readUint64(reader))];
  const conditions = readOptions(reader.sshString());
  // Extensions only ever permit, and what they permit is for logins.
  readOptions(reader.sshString());
  reader.sshString();
  const authority = reader.sshString();
  const signed = blob.subarray(0, blob.length - reader.remaining);
  const signature = new ByteReader(reader.sshString(), "certificate-invalid");
  reader.expectEnd();
  const [algorithm, value] = [signature.sshText(), signature.rest()];
  const criticalOptions = conditions.filter((option) => !isVerifyRequired(option)).map(({ name }) => name);
  const verifyRequired = conditions.some(isVerifyRequired);
  const validity = { validAfter, validBefore, verifyRequired, criticalOptions };
  return { key, serial, keyId, principals, ...validity, authority, signed, algorithm, value };
}

/** `ssh-ed25519-cert-v01@openssh.com` certifies a `ssh-ed25519`; security keys keep their `@openssh.com`. */
function plainType(type: string): string {
  const plain = type.replace("-cert-v01@openssh.com", type.startsWith("sk-") ? "@openssh.com" : "");
  if (!KEY_FIELDS.has(plain) || plain === type) throw new SignatureRefusal("algorithm-unsupported", type);
  return plain;
}

function readCertifiedKey(reader: ByteReader, type: string): Uint8Array {
  reader.sshString();
  const fields = Array.from({ length: KEY_FIELDS.get(type) ?? 0 }, () => reader.sshString());
  return Buffer.concat([Buffer.from(type), ...fields].map(sshString));
}

function readPrincipals(block: Uint8Array): string[] {
  const reader = new ByteReader(block, "certificate-invalid");
  const principals: string[] = [];
  while (reader.remaining > 0) {
    if (principals.length === MOST_PRINCIPALS) throw invalid("too many principals");
    principals.push(Buffer.from(readName(reader, "certificate-invalid"), "latin1").toString("utf8"));
  }
  return principals;
}

interface CertificateOption {
  readonly name: string;
  readonly data: Uint8Array;
}

function readOptions(block: Uint8Array): CertificateOption[] {
  const reader = new ByteReader(block, "certificate-invalid");
  const options: CertificateOption[] = [];
  while (reader.remaining > 0)
    options.push({ name: readName(reader, "certificate-invalid"), data: reader.sshString() });
  return options;
}

/** With data it would be something that we do not know. */
const isVerifyRequired = ({ name, data }: CertificateOption): boolean =>
  name === "verify-required" && data.length === 0;

/**
 * Whether the authority named in a certificate, whose key `material` is, signed it. Whether that authority is trusted is
 * another matter. Refuses authorities with weak keys and digests whatever the policy lets through: forged once, they vouch
 * for as many keys as the forger likes. A certificate is no authority.
 */
export function isCertificateSigned(certificate: SshCertificate, material: SshKeyMaterial): boolean {
  const { authority, signed, algorithm, value } = certificate;
  const type = typeOf(authority);
  if (type === null || isCertificateType(type)) return false;
  refuseUnusableKey(material);
  if (sshWeaknesses(material).length > 0) throw new SignatureRefusal("weak-key");
  const signature = readSignatureValue(new ByteReader(value, "certificate-invalid"), algorithm);
  return isValueOver(Buffer.from(signed.buffer, signed.byteOffset, signed.byteLength), signature, material);
}

/**
 * Refuses a certificate that is not valid at `signedAt` (seconds) or whose conditions are not met. `verify-required` is
 * met by a security key that checked a PIN or finger; all others are made for logins (`force-command`,
 * `source-address`) and cannot be checked on a signature.
 */
export function refuseUnfitCertificate(
  { criticalOptions, verifyRequired, validAfter, validBefore }: SshCertificate,
  signedAt: number,
  securityKey: SecurityKeyUse | null,
): void {
  if (criticalOptions.length > 0 || (verifyRequired && securityKey === null))
    throw new SignatureRefusal("certificate-restricted");
  if (verifyRequired && securityKey?.userVerified !== true)
    throw new SignatureRefusal("user-verification-missing");
  if (signedAt < validAfter) throw new SignatureRefusal("certificate-not-yet-valid");
  if (signedAt >= validBefore) throw new SignatureRefusal("certificate-expired");
}

const invalid = (detail: string): SignatureRefusal => new SignatureRefusal("certificate-invalid", detail);
