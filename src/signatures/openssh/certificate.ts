import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";

/** An OpenSSH user certificate (PROTOCOL.certkeys in the OpenSSH sources): a key, and an authority's word on it. */
export interface SshCertificate {
  /** The certified key in wire format, as it would stand without the certificate. */
  readonly key: Uint8Array;
  readonly principals: readonly string[];
  /** Seconds since 1970; `validBefore` is the first second after. */
  readonly validAfter: number;
  readonly validBefore: number;
  /** Names of conditions under which alone the certificate may be used. */
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

/** Whether a key type names a certificate. */
export const isCertificateType = (type: string): boolean => type.includes("-cert-v0");

/** Reads a certificate in wire format. Nothing in it is proven yet: `signed` must be checked with a trusted authority. */
export function readSshCertificate(blob: Uint8Array): SshCertificate {
  const reader = new ByteReader(blob, "certificate-invalid");
  const key = readCertifiedKey(reader, plainType(reader.sshText()));
  reader.take(8);
  if (reader.uint(4) !== USER_CERTIFICATE) throw new SignatureRefusal("certificate-invalid", "not of a user");
  reader.sshString();
  const principals = strings(reader.sshString()).map((name) => Buffer.from(name).toString("utf8"));
  const [validAfter, validBefore] = [readTime(reader), readTime(reader)];
  const criticalOptions = optionNames(reader.sshString());
  reader.sshString();
  reader.sshString();
  const authority = reader.sshString();
  const signed = blob.subarray(0, blob.length - reader.remaining);
  const signature = new ByteReader(reader.sshString(), "certificate-invalid");
  reader.expectEnd();
  const [algorithm, value] = [signature.sshText(), signature.rest()];
  return { key, principals, validAfter, validBefore, criticalOptions, authority, signed, algorithm, value };
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

function optionNames(block: Uint8Array): string[] {
  return strings(block)
    .filter((_, index) => index % 2 === 0)
    .map((name) => Buffer.from(name).toString("latin1"));
}

function strings(block: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(block, "certificate-invalid");
  const found: Uint8Array[] = [];
  while (reader.remaining > 0) found.push(reader.sshString());
  return found;
}

/** Times are 64 bits; "for ever" is the largest, which loses nothing that matters as a floating-point number. */
function readTime(reader: ByteReader): number {
  return reader.uint(4) * 2 ** 32 + reader.uint(4);
}

/**
 * Refuses a certificate that is not valid at `signedAt` (seconds) or may only be used under conditions: those are made
 * for logins (`force-command`, `source-address`) and cannot be checked on a signature.
 */
export function refuseUnfitCertificate(certificate: SshCertificate, signedAt: number): void {
  if (certificate.criticalOptions.length > 0) throw new SignatureRefusal("certificate-restricted");
  if (signedAt < certificate.validAfter) throw new SignatureRefusal("certificate-not-yet-valid");
  if (signedAt >= certificate.validBefore) throw new SignatureRefusal("certificate-expired");
}

/** The wire form of a `string`: its length in four bytes, then its bytes. */
export function sshString(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
