import {
  checkObject,
  formatOf,
  objectId,
  splitObject,
  type ObjectFormat,
  type ObjectType,
} from "../object/split.js";
import { certificateIn, isCertificateSigned, type SshCertificate } from "../openssh/certificate.js";
import { refuseUnusableKey, sshWeaknesses } from "../openssh/key-material.js";
import { isSshSignatureOver, securityKeyUse } from "../openssh/signature-math.js";
import { readSshSignature } from "../openssh/sshsig.js";
import { plainFingerprint } from "../openssh/wire.js";
import { readSignatureArmor } from "../pgp/packet.js";
import { readSignaturePacket, type PgpSignature } from "../pgp/signature-packet.js";
import {
  isSignatureOver,
  refuseUnusableDigest,
  refuseUnusableMaterial,
  weaknessesOf,
} from "../pgp/verify-math.js";
import { SignatureRefusal } from "../reasons.js";
import { readSshKey } from "../ssh.js";
import { sshKeyName, type PgpCandidate, type Trust, type TrustedSshKey } from "../trust.js";
import type { SignatureFormat } from "../verdict.js";
import { proveX509 } from "../x509/prove.js";
import type { Proof, Reading } from "./proof.js";

/** One Git object: its bytes without Git's `<type> <length>\0` header, under the id they are said to have. */
export interface GitObject {
  readonly type: ObjectType;
  readonly oid: string;
  readonly raw: Uint8Array;
}

type Draft = { -readonly [K in keyof Reading]: Reading[K] };

/** Proves what `object` and the trusted keys prove. Never throws: what goes wrong is an unproven signature. */
export function prove(object: GitObject, trust: Trust): Proof {
  const reading: Draft = {
    format: null,
    stamp: null,
    fingerprint: null,
    signedAt: null,
    weaknesses: [],
    securityKey: null,
  };
  try {
    return proveInto(reading, object, trust);
  } catch (error) {
    const reason = error instanceof SignatureRefusal ? error.code : "internal-error";
    return { kind: "unproven", reason, reading };
  }
}

function proveInto(reading: Draft, { type, oid, raw }: GitObject, trust: Trust): Proof {
  const objectFormat = provenFormat({ type, oid, raw });
  const { payload, signature } = splitObject(type, raw, objectFormat);
  if (signature === null) throw new SignatureRefusal("unsigned");
  reading.format = detectFormat(signature);
  reading.stamp = checkObject(type, raw, { payload, signature }, objectFormat);
  switch (reading.format) {
    case "openpgp":
      return proveOpenPgp(reading, payload, signature, trust);
    case "ssh":
      return proveSsh(reading, payload, signature, trust);
    case "x509":
      reading.signedAt = reading.stamp?.time ?? null;
      return { kind: "x509", reading, x509: proveX509(payload, signature, trust.x509, reading) };
  }
}

/** The object format of the id, once the bytes are proven to hash to it. */
function provenFormat({ type, oid, raw }: GitObject): ObjectFormat {
  const format = formatOf(oid);
  if (format === null || objectId(type, raw, format) !== oid) throw new SignatureRefusal("oid-mismatch");
  return format;
}

function proveOpenPgp(reading: Draft, payload: Uint8Array, armored: Uint8Array, trust: Trust): Proof {
  const signature = readSignaturePacket(readSignatureArmor(armored));
  reading.signedAt = signature.created;
  reading.fingerprint = (signature.issuerFingerprint ?? signature.issuerKeyId ?? "").toUpperCase();
  reading.weaknesses = weaknessesOf(signature, null);
  // The digest is judged before the key is looked for: adding the key would not help.
  refuseUnusableDigest(signature);
  const candidates = candidatesFor(signature, trust);
  if (candidates.length === 0) throw new SignatureRefusal("unknown-key");
  const candidate = candidates.find(({ key }) => isSignatureOver(payload, signature, key.material));
  for (const { key } of candidate === undefined ? candidates : [candidate]) {
    reading.weaknesses = weaknessesOf(signature, key.material);
    refuseUnusableMaterial(key.material);
  }
  if (candidate === undefined) throw new SignatureRefusal("signature-invalid");
  reading.fingerprint = candidate.key.fingerprint;
  const { created, lifetime } = signature;
  return { kind: "openpgp", reading, candidate, created, lifetime };
}

/** By the key id or fingerprint the signature names; where it names both, both must fit. */
function candidatesFor(
  { issuerFingerprint, issuerKeyId, version }: PgpSignature,
  trust: Trust,
): readonly PgpCandidate[] {
  // A key id is the end of a version 4 fingerprint and the start of a version 6 one (RFC 9580, section 5.5.4).
  const fromFingerprint = version === 6 ? issuerFingerprint?.slice(0, 16) : issuerFingerprint?.slice(-16);
  if (issuerKeyId !== null && fromFingerprint !== undefined && issuerKeyId !== fromFingerprint) return [];
  const named = trust.openpgp.get(issuerKeyId ?? fromFingerprint ?? "") ?? [];
  // Keys of version 6 make signatures of version 6 only, and no others do (RFC 9580, section 5.2).
  const candidates = named.filter(({ key }) => (key.version === 6) === (version === 6));
  if (issuerFingerprint === null) return candidates;
  const fingerprint = issuerFingerprint.toUpperCase();
  return candidates.filter(({ key }) => key.fingerprint === fingerprint);
}

/** SSH signatures hold no time, so that of the committer or tagger counts, as for Git. */
function proveSsh(reading: Draft, payload: Uint8Array, armored: Uint8Array, trust: Trust): Proof {
  const signature = readSshSignature(armored);
  const { publicKey } = signature;
  const certificate = certificateIn(publicKey);
  const key = certificate?.key ?? publicKey;
  const listed = trust.ssh.get(sshKeyName(publicKey)) ?? null;
  const fingerprint = fingerprintOf(key, certificate === null ? listed : null);
  reading.fingerprint = fingerprint;
  reading.signedAt = reading.stamp?.time ?? null;
  reading.securityKey = securityKeyUse(signature);
  const material = listed?.material ?? readSshKey(key);
  reading.weaknesses = sshWeaknesses(material);
  refuseUnusableKey(material);
  if (!isSshSignatureOver(payload, signature, material)) throw new SignatureRefusal("signature-invalid");
  // A certificate that is listed whole counts by its bytes: its authority adds nothing.
  if (certificate !== null && listed === null) refuseForgedCertificate(certificate, trust);
  return { kind: "ssh", reading, key, fingerprint, certificate, listed };
}

/** `known`: the plain key as it is listed. */
const fingerprintOf = (key: Uint8Array, known: TrustedSshKey | null): string =>
  known?.fingerprint ?? plainFingerprint(key);

function refuseForgedCertificate(certificate: SshCertificate, trust: Trust): void {
  const { authority } = certificate;
  const material = trust.ssh.get(sshKeyName(authority))?.material ?? readSshKey(authority);
  if (!isCertificateSigned(certificate, material)) throw new SignatureRefusal("certificate-invalid");
}

const FORMATS: readonly (readonly [string, SignatureFormat])[] = [
  ["-----BEGIN PGP ", "openpgp"],
  ["-----BEGIN SSH SIGNATURE-----", "ssh"],
  ["-----BEGIN SIGNED MESSAGE-----", "x509"],
];

function detectFormat(signature: Uint8Array): SignatureFormat {
  const start = Buffer.from(signature.buffer, signature.byteOffset, Math.min(signature.length, 32)).toString(
    "latin1",
  );
  const format = FORMATS.find(([armor]) => start.startsWith(armor))?.[1];
  if (format === undefined) throw new SignatureRefusal("signature-format-unknown");
  return format;
}
