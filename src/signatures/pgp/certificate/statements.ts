import type { Revocation, SelfSignature } from "../certificate.js";
import { hashedKey, prefixed, type KeyPacket } from "../key-packet.js";
import { TAG } from "../packet.js";
import { readStatementPacket, type PgpStatement } from "../signature-packet.js";
import { isSignatureOver, weaknessesOf } from "../verify-math.js";

/** Types of signatures by which owners speak of their keys (RFC 9580, section 5.2.1). */
export const STATEMENT = {
  certifications: [0x10, 0x11, 0x12, 0x13],
  subkeyBinding: 0x18,
  primaryKeyBinding: 0x19,
  directKey: 0x1f,
  keyRevocation: 0x20,
  subkeyRevocation: 0x28,
  certificationRevocation: 0x30,
} as const;

/** What a statement is made over. */
export type Subject =
  | { readonly kind: "key"; readonly primary: KeyPacket }
  | { readonly kind: "subkey"; readonly primary: KeyPacket; readonly subkey: KeyPacket }
  | {
      readonly kind: "user-id";
      readonly primary: KeyPacket;
      readonly tag: typeof TAG.userId | typeof TAG.userAttribute;
      readonly body: Uint8Array;
    };

/** Superseded and retired (RFC 9580, section 5.2.3.31). */
const SOFT_REASONS: ReadonlySet<number> = new Set([1, 3]);
const SIGN_DATA = 0x02;

/** Whether `key` made `statement` over `subject`, as far as mathematics says: times are judged for each signature. */
export function isStatementBy(key: KeyPacket, statement: PgpStatement, subject: Subject): boolean {
  // Keys of version 6 make signatures of version 6 only, and no others do (RFC 9580, section 5.2).
  const fits = (key.version === 6) === (statement.version === 6);
  if (!fits || !statement.understood) return false;
  try {
    return isSignatureOver(hashedForm(subject, statement.version), statement, key.material);
  } catch {
    return false;
  }
}

/** The bytes a statement about a key covers (RFC 9580, section 5.2.4; for version 3, RFC 4880, section 5.2.4). */
function hashedForm(subject: Subject, version: 3 | 4 | 6): Uint8Array {
  const primary = hashedKey(subject.primary.version, subject.primary.body);
  switch (subject.kind) {
    case "key":
      return primary;
    case "subkey":
      return Buffer.concat([primary, hashedKey(subject.subkey.version, subject.subkey.body)]);
    case "user-id": {
      const octet = subject.tag === TAG.userId ? 0xb4 : 0xd1;
      return Buffer.concat([primary, version === 3 ? subject.body : prefixed(octet, 4, subject.body)]);
    }
  }
}

/**
 * What the owner holds of `subject`, newest first: of `statements` those that verify. Older ones are left unread
 * once a newer one holds for good: the newest governs, also for signatures older than it.
 */
export function selfSignatures(statements: readonly PgpStatement[], subject: Subject): SelfSignature[] {
  const found: SelfSignature[] = [];
  // Of two with one time the later in the file counts, as for gpg; sorting keeps their order.
  for (const statement of statements.toReversed().sort((one, other) => other.created - one.created)) {
    if (!isSelfSignature(statement, subject)) continue;
    found.push(toSelfSignature(statement, subject));
    if (statement.lifetime === null) break;
  }
  return found;
}

/**
 * Statements with MD5 are refused, as by gpg: anybody can make two things of one MD5. SHA-1 still counts here, as most
 * old keys have nothing else: making two things of one SHA-1 helps a stranger only if the owner signs one of them, and
 * all that owners sign of strangers are user ids, so the most that could be gained is one more user id.
 */
function isSelfSignature(statement: PgpStatement, subject: Subject): boolean {
  const owner = subject.primary;
  const broken = weaknessesOf(statement, null).includes("md5");
  return !broken && statement.created >= owner.created && isStatementBy(owner, statement, subject);
}

function toSelfSignature(statement: PgpStatement, subject: Subject): SelfSignature {
  const { created, lifetime, keyLifetime, keyFlags } = statement;
  const crossSigned = subject.kind === "subkey" && isCrossSigned(statement, subject);
  return {
    created,
    lapses: lifetime === null ? null : created + lifetime,
    keyLifetime,
    keyFlags,
    crossSigned,
  };
}

/** Whether a subkey that may sign confirms its primary key inside of the binding (RFC 9580, section 5.2.1.9). */
function isCrossSigned(binding: PgpStatement, subject: Extract<Subject, { kind: "subkey" }>): boolean {
  const maySign = binding.keyFlags === null || (binding.keyFlags & SIGN_DATA) !== 0;
  return maySign && binding.embedded.some((body) => isConfirmation(body, subject));
}

function isConfirmation(body: Uint8Array, subject: Extract<Subject, { kind: "subkey" }>): boolean {
  const confirmation = readStatement(body);
  return (
    confirmation?.type === STATEMENT.primaryKeyBinding &&
    !weaknessesOf(confirmation, null).includes("md5") &&
    isStatementBy(subject.subkey, confirmation, subject)
  );
}

/** `null` where it cannot be read. */
export function readStatement(body: Uint8Array): PgpStatement | null {
  try {
    return readStatementPacket(body);
  } catch {
    return null;
  }
}

export function toRevocation({ created, revocationReason }: PgpStatement): Revocation {
  return { created, soft: revocationReason !== null && SOFT_REASONS.has(revocationReason) };
}
