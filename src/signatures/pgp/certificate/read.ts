import { createHash } from "node:crypto";
import { SignatureRefusal } from "../../reasons.js";
import type { Certificate, ComponentKey, Revocation, UserId } from "../certificate.js";
import { readKeyPacket, type KeyPacket } from "../key-packet.js";
import { FIRST_NONCRITICAL_TAG, TAG, type Packet } from "../packet.js";
import { statementType, type PgpStatement } from "../signature-packet.js";
import {
  isStatementBy,
  readStatement,
  selfSignatures,
  STATEMENT,
  toRevocation,
  type Subject,
} from "./statements.js";
import { emailOf, userIdText } from "./user-id.js";

/** A packet of a certificate with the signatures that follow it. */
interface Part {
  readonly head: Packet;
  readonly signatures: Uint8Array[];
}

const { certifications, subkeyBinding, directKey } = STATEMENT;
const { keyRevocation, subkeyRevocation, certificationRevocation } = STATEMENT;
const REVOCATIONS: ReadonlySet<number | null> = new Set([
  keyRevocation,
  subkeyRevocation,
  certificationRevocation,
]);
/** Says nothing, or nothing outside of the program that wrote it (RFC 9580, sections 5.8, 5.10 and 5.14). */
const PASSED_OVER: ReadonlySet<number> = new Set([TAG.marker, TAG.trust, TAG.padding]);
const READ: ReadonlySet<number> = new Set([TAG.publicKey, TAG.publicSubkey, TAG.userId, TAG.userAttribute]);
/** More statements of one owner are nobody's key, but work for us. */
const MOST_STATEMENTS = 1000;

/** The packets of each certificate in a row of them (RFC 9580, section 10.1). What stands before the first is left out. */
export function splitCertificates(packets: readonly Packet[]): Packet[][] {
  const certificates: Packet[][] = [];
  for (const packet of packets) {
    if (packet.tag === TAG.publicKey || packet.tag === TAG.secretKey) certificates.push([packet]);
    else certificates.at(-1)?.push(packet);
  }
  return certificates;
}

/**
 * Reads one certificate with what its owner says of it. Only statements that verify are in it; those of others are not
 * even checked. Throws a `SignatureRefusal` whose detail is a sentence's end where it must not be used: a private key,
 * a primary key of an unknown version, a revocation of its own that cannot be read or does not verify (leaving it out
 * would trust the key more than its owner does), critical packets that nobody knows.
 */
export function readCertificate(packets: readonly Packet[]): Certificate {
  const parts = partsOf(packets);
  const head = parts[0]?.head;
  if (head?.tag !== TAG.publicKey) throw unusable("it holds a private key, which belongs to its owner alone");
  const owner = readKeyPacket(head.body);
  const statements = parts.map(({ signatures }) => ownStatements(owner, signatures));
  if (statements.flat().length > MOST_STATEMENTS) throw unusable("it says too much about itself");
  return certificateOf(owner, parts, statements);
}

function partsOf(packets: readonly Packet[]): Part[] {
  const parts: Part[] = [];
  for (const packet of packets) {
    if (packet.tag === TAG.signature) parts.at(-1)?.signatures.push(packet.body);
    else if (READ.has(packet.tag) || packet.tag === TAG.secretKey)
      parts.push({ head: packet, signatures: [] });
    else refuseCritical(packet.tag);
  }
  return parts;
}

/** RFC 9580, section 4.3: a sequence with a critical packet of an unknown type is not to be used. */
function refuseCritical(tag: number): void {
  if (tag < FIRST_NONCRITICAL_TAG && !PASSED_OVER.has(tag))
    throw unusable(`it holds a packet of type ${tag}, which has no place in a public key`);
}

/** A certificate's own statements; whatever others say of it is passed over, be it in the thousands. */
function ownStatements(owner: KeyPacket, signatures: readonly Uint8Array[]): PgpStatement[] {
  return signatures.flatMap((body) => {
    const statement = readStatement(body);
    if (statement === null && REVOCATIONS.has(statementType(body)))
      throw unusable("it holds a revocation that cannot be read");
    return statement !== null && mayBeOf(owner, statement) ? [statement] : [];
  });
}

/** By the issuer it names. One that names nobody may be anybody's. */
function mayBeOf(owner: KeyPacket, { issuerKeyId, issuerFingerprint, type }: PgpStatement): boolean {
  if (type === keyRevocation || type === subkeyRevocation) return true;
  if (issuerFingerprint !== null) return issuerFingerprint === owner.fingerprint.toLowerCase();
  return issuerKeyId === null || issuerKeyId === owner.keyId;
}

function certificateOf(
  owner: KeyPacket,
  parts: readonly Part[],
  statements: readonly (readonly PgpStatement[])[],
): Certificate {
  const about: Subject = { kind: "key", primary: owner };
  const direct = statements.flat().filter(({ type }) => type === directKey);
  const revokers = new Set(
    direct.filter((one) => isStatementBy(owner, one, about)).flatMap((one) => one.revokers),
  );
  const reading = { owner, revokers };
  const [subkeys, userIds]: [ComponentKey[], UserId[]] = [[], []];
  for (const [index, { head }] of parts.entries()) {
    const said = statements[index] ?? [];
    if (head.tag === TAG.publicSubkey) subkeys.push(...readSubkey(reading, head.body, said));
    else if (head.tag === TAG.userId || head.tag === TAG.userAttribute)
      userIds.push(readUserId(reading, { ...head, tag: head.tag }, said));
  }
  return {
    primary: componentOf(owner, [], []),
    subkeys,
    userIds,
    directSignatures: selfSignatures(direct, about),
    revocations: revocations(reading, statements.flat(), keyRevocation, about),
  };
}

/** Whose certificate is read, and the key ids of those who may revoke it in the owner's place. */
interface Reading {
  readonly owner: KeyPacket;
  readonly revokers: ReadonlySet<string>;
}

/** None where the subkey is of a version that is not supported: what it signs is of an unknown key. */
function readSubkey(reading: Reading, body: Uint8Array, said: readonly PgpStatement[]): ComponentKey[] {
  const subkey = readSubkeyPacket(body);
  if (subkey === null) return [];
  const subject: Subject = { kind: "subkey", primary: reading.owner, subkey };
  const bindings = said.filter(({ type }) => type === subkeyBinding);
  // Subkeys for encryption sign nothing, so nobody will ask how they are bound.
  const bound = subkey.material.kind === "unsupported" ? [] : selfSignatures(bindings, subject);
  return [componentOf(subkey, bound, revocations(reading, said, subkeyRevocation, subject))];
}

function readSubkeyPacket(body: Uint8Array): KeyPacket | null {
  try {
    return readKeyPacket(body);
  } catch {
    return null;
  }
}

function componentOf(
  { fingerprint, keyId, created, version, material }: KeyPacket,
  bindings: ComponentKey["bindings"],
  revoked: readonly Revocation[],
): ComponentKey {
  return { fingerprint, keyId, created, version, material, bindings, revocations: revoked };
}

function readUserId(
  reading: Reading,
  head: Packet & Pick<Extract<Subject, { kind: "user-id" }>, "tag">,
  said: readonly PgpStatement[],
): UserId {
  const subject: Subject = { kind: "user-id", primary: reading.owner, tag: head.tag, body: head.body };
  const isText = head.tag === TAG.userId;
  // Photographs and the like bind no address, but what the owner says with them of the key counts, as for gpg.
  const text = isText ? userIdText(head.body) : `attribute ${sha256(head.body)}`;
  return {
    text,
    email: isText ? emailOf(text) : null,
    certifications: selfSignatures(
      said.filter(({ type }) => certifications.some((kind) => kind === type)),
      subject,
    ),
    revocations: revocations(reading, said, certificationRevocation, subject),
  };
}

/** The revocations of `subject` by its owner. Whoever else names himself as the issuer revokes nothing. */
function revocations(
  { owner, revokers }: Reading,
  said: readonly PgpStatement[],
  type: number,
  subject: Subject,
): Revocation[] {
  const own = said.filter((statement) => statement.type === type);
  return own.flatMap((statement) => {
    if (isStatementBy(owner, statement, subject)) return [toRevocation(statement)];
    if (statement.issuerKeyId !== null && revokers.has(statement.issuerKeyId))
      throw unusable("somebody whom its owner named as a revoker has revoked it");
    const { issuerKeyId, issuerFingerprint } = statement;
    const named = issuerKeyId === owner.keyId || issuerFingerprint === owner.fingerprint.toLowerCase();
    if (named) throw unusable("it holds a revocation that does not verify");
    return [];
  });
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const unusable = (why: string): SignatureRefusal => new SignatureRefusal("signature-malformed", why);
