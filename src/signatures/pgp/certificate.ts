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
  /** Keys of version 6 make signatures of version 6 only, and no others do (RFC 9580, section 5.2). */
  readonly version: 4 | 6;
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
  const then = termsAt(certificate, key, signedAt);
  const revocations = [...certificate.revocations, ...key.revocations];
  if (revocations.some(({ created }) => created <= signedAt)) throw new SignatureRefusal("key-revoked");
  if (signedAt < certificate.primary.created || signedAt < key.created)
    throw new SignatureRefusal("key-not-yet-valid");
  if (signedAt >= then.ends) throw new SignatureRefusal("key-expired");
  if (!then.maySign) throw new SignatureRefusal("key-not-for-signing");
  return judgedSince(revocations, termsAt(certificate, key, at).ends, at);
}

/** The signature was good when it was made. What the key's owner said later, or let lapse, is judged here. */
function judgedSince(revocations: readonly Revocation[], ends: number, at: number): KeyJudgement {
  // A key that may be in other hands is worth nothing at any time: its thief sets the clock as he likes.
  if (revocations.some(({ soft }) => !soft)) return judged("key-revoked", "key-revoked");
  if (revocations.some(({ created }) => created <= at))
    return judged("good-key-retired-since", "key-revoked");
  return ends <= at ? judged("good-key-expired-since", "key-expired") : judged("good", "good");
}

const judged = (reason: ReasonCode, atEvaluation: ReasonCode): KeyJudgement => ({
  reason,
  standing: { atSigning: "good", atEvaluation },
});

/** On what terms the owner lets a key be used. */
interface Terms {
  /** When it ends, in seconds; `Infinity`: never. */
  readonly ends: number;
  readonly maySign: boolean;
}

/** The terms of a primary key or subkey as they stand at `time`. */
function termsAt(certificate: Certificate, key: ComponentKey, time: number): Terms {
  const primary = lastingOf(certificate)?.terms ?? primaryTermsAt(certificate, time);
  if (key === certificate.primary) return primary;
  const binding = governing(key.bindings, time);
  if (binding === null) throw new SignatureRefusal("key-not-for-signing", "no valid binding");
  const ends = Math.min(primary.ends, endOf(key, binding.keyLifetime), binding.lapses ?? Infinity);
  // Unless the subkey confirms its primary key, anybody could bind a stranger's subkey to his own name and claim the
  // stranger's signatures.
  return { ends, maySign: binding.crossSigned && maySign(binding.keyFlags) };
}

/** What a certificate says where time changes nothing of it. */
interface Lasting {
  readonly terms: Terms;
  readonly emails: readonly string[];
}

/** Kept by the certificate itself, so that it can be of no other: the same is asked for every signature by its keys. */
const lasting = new WeakMap<Certificate, Lasting | null>();

/** `null`: one of the owner's statements lapses, so that each instant has to be looked at; or there is none. */
function lastingOf(certificate: Certificate): Lasting | null {
  const known = lasting.get(certificate);
  if (known !== undefined) return known;
  const { directSignatures, userIds } = certificate;
  const statements = [...directSignatures, ...userIds.flatMap(({ certifications }) => certifications)];
  const lasts = statements.every(({ lapses }) => lapses === null) && statementsAt(certificate, 0).length > 0;
  const found = lasts ? { terms: primaryTermsAt(certificate, 0), emails: emailsAt(certificate, 0) } : null;
  lasting.set(certificate, found);
  return found;
}

/**
 * What holds for the primary key, by gpg's order: what a direct-key signature says goes before what user ids say, and
 * of these the newest that says it. (RFC 9580, section 5.2.3.10, leaves the order to the reader for version 4; for
 * version 6 it puts everything into the direct-key signature.)
 */
function primaryTermsAt(certificate: Certificate, time: number): Terms {
  const all = statementsAt(certificate, time);
  const unlapsed = all.filter((statement) => !isLapsed(statement, time));
  const statements = unlapsed.length > 0 ? unlapsed : all;
  if (statements.length === 0) throw new SignatureRefusal("key-not-for-signing", "no valid self-signature");
  const lifetime = statements.find(({ keyLifetime }) => keyLifetime !== null)?.keyLifetime ?? null;
  const flags = statements.find(({ keyFlags }) => keyFlags !== null)?.keyFlags ?? null;
  // The key lives as long as one of its statements does.
  const lapses = Math.max(...statements.map((statement) => statement.lapses ?? Infinity));
  return { ends: Math.min(endOf(certificate.primary, lifetime), lapses), maySign: maySign(flags) };
}

/** What the owner says of the primary key at `time`, in the order in which it counts. */
function statementsAt({ directSignatures, userIds }: Certificate, time: number): SelfSignature[] {
  const direct = governing(directSignatures, time);
  const ofUserIds = userIds
    .map((userId) => currentAt(userId, time))
    .filter((statement) => statement !== null)
    .sort((one, other) => other.created - one.created);
  return direct === null ? ofUserIds : [direct, ...ofUserIds];
}

/** Keys without flags are from before flags were in use, and may sign. */
const maySign = (flags: number | null): boolean => flags === null || (flags & SIGN_DATA) !== 0;

const endOf = (key: ComponentKey, lifetime: number | null): number =>
  lifetime === null ? Infinity : key.created + lifetime;

/** The addresses that the owner certifies now: revoked and lapsed ones bind nobody. `at` in seconds. */
export function emailsOf(certificate: Certificate, at: number): readonly string[] {
  return lastingOf(certificate)?.emails ?? emailsAt(certificate, at);
}

function emailsAt(certificate: Certificate, at: number): string[] {
  return certificate.userIds.flatMap((userId) => {
    const statement = userId.email === null ? null : currentAt(userId, at);
    return statement === null || isLapsed(statement, at) ? [] : (userId.email ?? []);
  });
}

/**
 * What the owner says with a user id at `time`; `null`: nothing any more. It can be certified again after its
 * revocation, so the newest statement counts; a tie is a revocation.
 */
function currentAt({ certifications, revocations }: UserId, time: number): SelfSignature | null {
  const latest = governing(certifications, time);
  if (latest === null || revocations.some(({ created }) => created >= latest.created)) return null;
  return latest;
}

/** The newest statement that has not lapsed by `time`, as for gpg; where all have, the newest, which then ends the key. */
function governing(statements: readonly SelfSignature[], time: number): SelfSignature | null {
  let [best, newest]: [SelfSignature | null, SelfSignature | null] = [null, null];
  for (const statement of statements) {
    if (newest === null || statement.created > newest.created) newest = statement;
    if (isLapsed(statement, time)) continue;
    if (best === null || statement.created > best.created) best = statement;
  }
  return best ?? newest;
}

const isLapsed = ({ lapses }: SelfSignature, time: number): boolean => lapses !== null && lapses <= time;

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
