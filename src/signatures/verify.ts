import type { Account, CommitFact } from "../facts/facts.js";
import { bind, bindCertificate, holdersAt, lapsedSince, type Binding, type Claimant } from "./identity.js";
import { checkObject, formatOf, objectId, splitObject } from "./object.js";
import type { ObjectFormat, ObjectType, Stamp } from "./object.js";
import { isCertificateType, readSshCertificate, refuseUnfitCertificate } from "./openssh/certificate.js";
import type { SshCertificate } from "./openssh/certificate.js";
import { readSshSignature } from "./openssh/sshsig.js";
import { emailsOf, judgeKey } from "./pgp/certificate.js";
import { readSignatureArmor } from "./pgp/packet.js";
import { readSignaturePacket, type PgpSignature } from "./pgp/signature-packet.js";
import { digestOf, isSignatureOver, refuseWeakKey } from "./pgp/verify-math.js";
import { rebuildCommit } from "./rebuild.js";
import { SignatureRefusal, verdictOf, type ReasonCode } from "./reasons.js";
import {
  fingerprintOf,
  isCertificateSigned,
  isSshSignatureOver,
  readSshKey,
  refuseUnusableKey,
  typeOf,
} from "./ssh.js";
import { sshKeyName, type PgpCandidate, type Trust, type TrustedSshKey } from "./trust.js";
import type { SignatureFormat, SignatureVerdict, Signer } from "./verdict.js";

export interface SignedObject {
  readonly type: ObjectType;
  readonly oid: string;
  /** The object's bytes without Git's `<type> <length>\0` header. */
  readonly raw: Uint8Array;
  /** The account GitHub associates with the committer, where known: keys registered on GitHub bind to it. */
  readonly committerAccount?: Account | null;
}

/** Clocks of honest machines differ by less. */
const FUTURE_TOLERANCE_SECONDS = 600;

/**
 * Verifies the signature of one Git object: its bytes hash to its id, the signature is over exactly those bytes, the
 * key is trusted and was valid, and its owner is the one the object names. `at` is the instant of evaluation.
 * Never throws: whatever goes wrong is a verdict, and never a good one.
 */
export async function verifyObject(input: SignedObject, trust: Trust, at: Date): Promise<SignatureVerdict> {
  const inquiry = new Inquiry(input, trust, Math.floor(at.getTime() / 1000));
  return await Promise.resolve(inquiry.verdict());
}

/**
 * Verifies a commit as GitHub's API hands it out. The payload is believed only once it has been put together with the
 * signature to the bytes that the commit's id is the hash of.
 */
export async function verifyCommitFact(
  commit: CommitFact,
  trust: Trust,
  at: Date,
): Promise<SignatureVerdict> {
  const { oid, signature, committer } = commit;
  if (signature === null) return verdictFor({ oid, type: "commit" }, "unsigned");
  const raw = rebuildCommit({ oid, ...signature });
  if (raw === null) return verdictFor({ oid, type: "commit" }, "oid-mismatch");
  return await verifyObject({ type: "commit", oid, raw, committerAccount: committer.account }, trust, at);
}

type Found = Partial<Pick<SignatureVerdict, "format" | "signer" | "identity" | "signedAt">>;

function verdictFor(
  { oid, type }: Pick<SignatureVerdict, "oid" | "type">,
  reason: ReasonCode,
  found: Found = {},
): SignatureVerdict {
  const { format = null, signer = null, identity = null, signedAt = null } = found;
  return { oid, type, verdict: verdictOf(reason), format, reason, signer, identity, signedAt };
}

/** One verification under way: it keeps what has been found so far, so that a refusal can still say it. */
class Inquiry {
  readonly #input: SignedObject;
  readonly #trust: Trust;
  readonly #at: number;
  #format: SignatureFormat | null = null;
  #signedAt: number | null = null;
  #signer: Signer | null = null;
  #identity: SignatureVerdict["identity"] = null;

  constructor(input: SignedObject, trust: Trust, at: number) {
    this.#input = input;
    this.#trust = trust;
    this.#at = at;
  }

  verdict(): SignatureVerdict {
    const reason = this.#reason();
    const signedAt = this.#signedAt === null ? null : isoTime(this.#signedAt);
    const found = { format: this.#format, signer: this.#signer, signedAt };
    // Only a good verdict says whose signature it is: a bad one proves nothing about anybody.
    return verdictFor(this.#input, reason, {
      ...found,
      identity: verdictOf(reason) === "good" ? this.#identity : null,
    });
  }

  #reason(): ReasonCode {
    try {
      return this.#inquire();
    } catch (error) {
      return error instanceof SignatureRefusal ? error.code : "internal-error";
    }
  }

  #inquire(): ReasonCode {
    const { type, raw } = this.#input;
    const objectFormat = this.#provenFormat();
    const split = splitObject(type, raw, objectFormat);
    if (split.signature === null) return "unsigned";
    this.#format = detectFormat(split.signature);
    const stamp = checkObject(type, raw, split, objectFormat);
    if (stamp !== null) this.#refuseFuture(stamp.time);
    const reason = this.#judge(this.#format, split.payload, split.signature, stamp);
    if (this.#trust.revoked.problems.length > 0) throw new SignatureRefusal("revocations-unreadable");
    return reason;
  }

  /** The object format of the id, once the bytes are proven to hash to it. */
  #provenFormat(): ObjectFormat {
    const { type, oid, raw } = this.#input;
    const format = formatOf(oid);
    if (format === null || objectId(type, raw, format) !== oid) throw new SignatureRefusal("oid-mismatch");
    return format;
  }

  #judge(
    format: SignatureFormat,
    payload: Uint8Array,
    signature: Uint8Array,
    stamp: Stamp | null,
  ): ReasonCode {
    const claimant = { email: stamp?.email ?? null, account: this.#input.committerAccount ?? null };
    switch (format) {
      case "openpgp":
        return this.#openpgp(payload, signature, claimant);
      case "ssh":
        return this.#ssh(payload, signature, claimant, stamp?.time ?? null);
      case "x509":
        throw new SignatureRefusal("x509-unsupported");
    }
  }

  #openpgp(payload: Uint8Array, armored: Uint8Array, claimant: Claimant): ReasonCode {
    const signature = readSignaturePacket(readSignatureArmor(armored));
    this.#signedAt = signature.created;
    const fingerprint = (signature.issuerFingerprint ?? signature.issuerKeyId ?? "").toUpperCase();
    this.#signer = { fingerprint, principal: null, source: null, account: null };
    // The digest is judged before the key is looked for: adding the key would not help.
    digestOf(signature);
    const candidates = this.#candidates(signature);
    if (candidates.length === 0) throw new SignatureRefusal("unknown-key");
    const signing = candidates.find(({ key }) => isSignatureOver(payload, signature, key.material));
    for (const { key } of signing === undefined ? candidates : [signing]) refuseWeakKey(key.material);
    if (signing === undefined) throw new SignatureRefusal("signature-invalid");
    const emails = emailsOf(signing.certificate, this.#at);
    this.#bindTo(signing.key.fingerprint, bind(signing.holders, emails, claimant));
    this.#refuseFuture(signature.created);
    const { lifetime, created } = signature;
    if (lifetime !== null && created + lifetime <= this.#at) throw new SignatureRefusal("signature-expired");
    this.#refuseListed(signing);
    return judgeKey(signing.certificate, signing.key, created, this.#at);
  }

  /** By the key id or fingerprint the signature names; where it names both, both must fit. */
  #candidates({ issuerFingerprint, issuerKeyId, version }: PgpSignature): PgpCandidate[] {
    // A key id is the end of a version 4 fingerprint and the start of a version 6 one (RFC 9580, section 5.5.4).
    const fromFingerprint = version === 6 ? issuerFingerprint?.slice(0, 16) : issuerFingerprint?.slice(-16);
    if (issuerKeyId !== null && fromFingerprint !== undefined && issuerKeyId !== fromFingerprint) return [];
    const candidates = this.#trust.openpgp.get(issuerKeyId ?? fromFingerprint ?? "") ?? [];
    return candidates.filter(
      ({ key }) => issuerFingerprint === null || key.fingerprint === issuerFingerprint.toUpperCase(),
    );
  }

  #refuseListed({ certificate, key }: PgpCandidate): void {
    const listed = [certificate.primary, key].some(({ fingerprint }) =>
      this.#trust.revoked.openpgp.has(fingerprint),
    );
    if (listed) throw new SignatureRefusal("key-listed-as-revoked");
  }

  /** SSH signatures hold no time, so that of the committer or tagger counts, as for Git. */
  #ssh(payload: Uint8Array, armored: Uint8Array, claimant: Claimant, stamped: number | null): ReasonCode {
    const signature = readSshSignature(armored);
    const certificate = certificateIn(signature.publicKey);
    const fingerprint = fingerprintOf(signature.publicKey);
    this.#signer = { fingerprint, principal: null, source: null, account: null };
    this.#signedAt = stamped;
    const listed = this.#trust.ssh.get(sshKeyName(signature.publicKey));
    const material = listed?.material ?? readSshKey(signature.publicKey);
    refuseUnusableKey(material);
    if (!isSshSignatureOver(payload, signature, material)) throw new SignatureRefusal("signature-invalid");
    if (this.#trust.revoked.ssh.has(fingerprint)) throw new SignatureRefusal("key-listed-as-revoked");
    // The oldest tags have no tagger; their keys are judged at the evaluation.
    const signedAt = stamped ?? this.#at;
    if (certificate !== null) refuseUnfitCertificate(certificate, signedAt);
    if (listed !== undefined) return this.#sshKey(fingerprint, listed, claimant, signedAt);
    if (certificate === null) throw new SignatureRefusal("unknown-key");
    return this.#sshCertificate(fingerprint, certificate, claimant, signedAt);
  }

  #sshKey(fingerprint: string, listed: TrustedSshKey, claimant: Claimant, signedAt: number): ReasonCode {
    const holders = holdersAt(listed.holders, signedAt);
    this.#bindTo(fingerprint, bind(holders, [], claimant));
    return lapsedSince(holders, this.#at) ? "good-key-expired-since" : "good";
  }

  #sshCertificate(
    fingerprint: string,
    certificate: SshCertificate,
    claimant: Claimant,
    signedAt: number,
  ): ReasonCode {
    if (!isCertificateSigned(certificate)) throw new SignatureRefusal("certificate-invalid");
    const { authority, principals, validBefore } = certificate;
    if (this.#trust.revoked.ssh.has(fingerprintOf(authority)))
      throw new SignatureRefusal("key-listed-as-revoked");
    const holders = this.#trust.ssh.get(sshKeyName(authority))?.holders ?? [];
    this.#bindTo(fingerprint, bindCertificate(principals, holders, signedAt, claimant));
    return validBefore <= this.#at || lapsedSince(holders, this.#at) ? "good-key-expired-since" : "good";
  }

  #bindTo(fingerprint: string, { signer, identity }: Binding): void {
    this.#signer = { fingerprint, ...signer };
    this.#identity = identity;
  }

  #refuseFuture(time: number): void {
    if (time > this.#at + FUTURE_TOLERANCE_SECONDS) throw new SignatureRefusal("signed-in-future");
  }
}

function certificateIn(publicKey: Uint8Array): SshCertificate | null {
  return isCertificateType(typeOf(publicKey) ?? "") ? readSshCertificate(publicKey) : null;
}

const FORMATS: readonly (readonly [string, SignatureFormat])[] = [
  ["-----BEGIN PGP ", "openpgp"],
  ["-----BEGIN SSH SIGNATURE-----", "ssh"],
  ["-----BEGIN SIGNED MESSAGE-----", "x509"],
];

function detectFormat(signature: Uint8Array): SignatureFormat {
  const start = Buffer.from(signature.subarray(0, 32)).toString("latin1");
  const format = FORMATS.find(([armor]) => start.startsWith(armor))?.[1];
  if (format === undefined) throw new SignatureRefusal("signature-format-unknown");
  return format;
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();
