import { SignatureRefusal, type ReasonCode } from "../reasons.js";
import type { Standing } from "../verdict.js";
import type { PgpKeyMaterial } from "./public-key.js";

/** A self-signature or subkey binding that has been verified. All times in seconds since 1970. */
export interface SelfSignature {
  readonly created: number;
  /** When the statement itself lapses; `null`: never. */
  readonly lapses: number | null;
  /** Seconds of validity of the key from its creation; `null`: for ever. */
  readonly keyLifetime: number | null;
  /** First octet of the key flags (RFC 9580, section 5.2.3.29); `null`: none given. */
  readonly keyFlags: number | null;
  /** Bindings only: the subkey confirmed in turn that it belongs to the primary key. */
  readonly crossSigned: boolean;
}

export interface Revocation {
  readonly created: number;
  /** Superseded or retired: what was signed before stays valid. Anything else may be a stolen key. */
  readonly soft: boolean;
}

export interface UserId {
  /** As it stands in the key. */
  readonly text: string;
  /** `null` where the user id holds no address, or none that can be told apart from the rest. */
  readonly email: string | null;
  readonly certifications: readonly SelfSignature[];
  readonly revocations: readonly Revocation[];
}

/** One key of a certificate: the primary or a subkey. */
export interface ComponentKey {
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** 16 lower-case hex digits. */
  readonly keyId: string;
  readonly created: number;
  readonly material: PgpKeyMaterial;
  /** Subkeys only. */
  readonly bindings: readonly SelfSignature[];
  /** Subkeys only. */
  readonly revocations: readonly Revocation[];
}

/** An OpenPGP certificate with only those statements whose signatures have been verified. */
export interface Certificate {
  readonly primary: ComponentKey;
  readonly subkeys: readonly ComponentKey[];
  readonly userIds: readonly UserId[];
  readonly directSignatures: readonly SelfSignature[];
  readonly revocations: readonly Revocation[];
}

/** What is said of a signature by a key's life: the verdict's reason, and how it stood at either instant. */
export interface KeyJudgement {
  readonly reason: ReasonCode;
  readonly standing: Standing;
}

const SIGN_DATA = 0x02;

/**
 * Judges whether `key` of `certificate` could sign data at `signedAt`, and what became of it by `at` (seconds).
 * Throws a `SignatureRefusal` where it could not.
 *
 * The newest statement of the owner governs, also for signatures older than it, as in gpg: keys are renewed by
 * replacing their self-signature, and exported keys often hold the newest only.
 */
export function judgeKey(
  certificate: Certificate,
  key: ComponentKey,
  signedAt: number,
  at: number,
): KeyJudgement {
  const self = newest(selfSignatures(certificate));
  if (self === null) throw new SignatureRefusal("key-not-for-signing", "no valid self-signature");
  const binding = key === certificate.primary ? self : newest(key.bindings);
  if (binding === null) throw new SignatureRefusal("key-not-for-signing", "no valid binding");
  const ends = [endOf(certificate.primary, self), endOf(key, binding)];
  const revocations = [...certificate.revocations, ...key.revocations];
  if (revocations.some(({ created }) => created <= signedAt)) throw new SignatureRefusal("key-revoked");
  refuseOutsideLifetime(signedAt, [certificate.primary.created, key.created], ends);
  refuseWrongPurpose(certificate, key, binding);
  return judgedSince(revocations, ends, at);
}

/** The signature was good when it was made. What the key's owner said later, or let lapse, is judged here. */
function judgedSince(revocations: readonly Revocation[], ends: readonly number[], at: number): KeyJudgement {
  // A key that may be in other hands is worth nothing at any time: its thief sets the clock as he likes.
  if (revocations.some(({ soft }) => !soft)) return judged("key-revoked", "key-revoked");
  if (revocations.some(({ created }) => created <= at))
    return judged("good-key-retired-since", "key-revoked");
  const ended = ends.some((end) => end <= at);
  return ended ? judged("good-key-expired-since", "key-expired") : judged("good", "good");
}

const judged = (reason: ReasonCode, atEvaluation: ReasonCode): KeyJudgement => ({
  reason,
  standing: { atSigning: "good", atEvaluation },
});

function refuseOutsideLifetime(signedAt: number, starts: readonly number[], ends: readonly number[]): void {
  if (starts.some((start) => signedAt < start)) throw new SignatureRefusal("key-not-yet-valid");
  if (ends.some((end) => signedAt >= end)) throw new SignatureRefusal("key-expired");
}

/**
 * Keys without flags are from before flags were in use, and may sign. A subkey must have confirmed its primary key:
 * otherwise anybody could bind a stranger's subkey to his own name and claim the stranger's signatures.
 */
function refuseWrongPurpose(certificate: Certificate, key: ComponentKey, binding: SelfSignature): void {
  const flagged = binding.keyFlags === null || (binding.keyFlags & SIGN_DATA) !== 0;
  const confirmed = key === certificate.primary || binding.crossSigned;
  if (!flagged || !confirmed) throw new SignatureRefusal("key-not-for-signing");
}

/** When a key ends by its own statement, in seconds; `Infinity`: never. */
function endOf(key: ComponentKey, self: SelfSignature): number {
  const keyEnds = self.keyLifetime === null ? Infinity : key.created + self.keyLifetime;
  return Math.min(keyEnds, self.lapses ?? Infinity);
}

function selfSignatures(certificate: Certificate): SelfSignature[] {
  const fromUserIds = certificate.userIds.filter(isCurrent).flatMap(({ certifications }) => certifications);
  return [...certificate.directSignatures, ...fromUserIds];
}

/** The addresses that the owner certifies now: revoked and lapsed ones bind nobody. `at` in seconds. */
export function emailsOf(certificate: Certificate, at: number): string[] {
  const current = certificate.userIds.filter(isCurrent).filter(({ certifications }) => {
    const latest = newest(certifications);
    return latest !== null && (latest.lapses ?? Infinity) > at;
  });
  return current.flatMap(({ email }) => (email === null ? [] : [email]));
}

/** A user id can be certified again after its revocation, so the newest statement counts; a tie is a revocation. */
function isCurrent(userId: UserId): boolean {
  const latest = newest(userId.certifications);
  return latest !== null && userId.revocations.every(({ created }) => created < latest.created);
}

function newest(statements: readonly SelfSignature[]): SelfSignature | null {
  const first = statements[0] ?? null;
  return statements.reduce(
    (best, next) => (best === null || next.created > best.created ? next : best),
    first,
  );
}

/** Joins two copies of one certificate: what either knows counts, revocations above all. */
export function mergeCertificates(first: Certificate, second: Certificate): Certificate {
  return {
    primary: first.primary,
    subkeys: joinBy("fingerprint", [...first.subkeys, ...second.subkeys], (one, other) => ({
      ...one,
      bindings: [...one.bindings, ...other.bindings],
      revocations: [...one.revocations, ...other.revocations],
    })),
    userIds: joinBy("text", [...first.userIds, ...second.userIds], (one, other) => ({
      ...one,
      certifications: [...one.certifications, ...other.certifications],
      revocations: [...one.revocations, ...other.revocations],
    })),
    directSignatures: [...first.directSignatures, ...second.directSignatures],
    revocations: [...first.revocations, ...second.revocations],
  };
}

function joinBy<K extends PropertyKey, T extends Readonly<Record<K, string>>>(
  name: K,
  items: readonly T[],
  join: (one: T, other: T) => T,
): T[] {
  const joined = new Map<string, T>();
  for (const item of items) {
    const known = joined.get(item[name]);
    joined.set(item[name], known === undefined ? item : join(known, item));
  }
  return [...joined.values()];
}
