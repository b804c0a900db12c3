import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";

/** A signature packet: what we need of versions 3, 4 and 6 (RFC 4880, RFC 9580 section 5.2). */
export interface PgpSignature {
  readonly version: 3 | 4 | 6;
  /** RFC 9580, section 5.2.1. */
  readonly type: number;
  readonly keyAlgorithm: number;
  readonly hashAlgorithm: number;
  /** Seconds since 1970. */
  readonly created: number;
  /** Seconds of validity from `created`; `null`: for ever. */
  readonly lifetime: number | null;
  /** Issuer as it names itself, lower-case hex; only a hint for choosing keys, never evidence. */
  readonly issuerKeyId: string | null;
  readonly issuerFingerprint: string | null;
  /** Hashed before the document (version 6) and after it. */
  readonly salt: Uint8Array;
  readonly trailer: Uint8Array;
  /** The algorithm's own numbers, not parsed. */
  readonly material: Uint8Array;
}

/** Signatures over a document, as it is or with its line ends made CR LF. */
export const DOCUMENT_TYPES = { binary: 0x00, text: 0x01 } as const;
const SUBPACKET = { created: 2, lifetime: 3, issuer: 16, fingerprint: 33 } as const;
/**
 * Subpackets whose meaning is either handled here or harmless for a document: preferences, policy URI, signer's
 * user id and the like. A critical one outside of this list is refused (RFC 9580, section 5.2.3.7).
 */
const ABOUT_DOCUMENTS: ReadonlySet<number> = new Set([
  2, 3, 11, 16, 21, 22, 23, 24, 26, 27, 28, 30, 33, 34, 35, 39,
]);
/** Also for statements about keys: exportable, revocable, key lifetime, primary user id, reason, embedded signature. */
const ABOUT_KEYS: ReadonlySet<number> = new Set([...ABOUT_DOCUMENTS, 4, 7, 9, 25, 29, 32]);

/** Octets of salt by hash algorithm in version 6 (RFC 9580, table 23). */
const SALT_LENGTH: ReadonlyMap<number, number> = new Map([
  [8, 16],
  [9, 24],
  [10, 32],
  [11, 16],
  [12, 16],
  [14, 32],
]);

const malformed = (detail: string): SignatureRefusal => new SignatureRefusal("signature-malformed", detail);

/**
 * Reads the body of a signature packet over a document; types that cover keys, user ids or nothing are refused,
 * whatever they are used for. The "left 16 bits of the hash" are skipped on purpose: they only let a reader fail
 * early, are not signed, and are wrong in thousands of signatures that GitHub itself made.
 */
export function readSignaturePacket(body: Uint8Array): PgpSignature {
  const signature = readPacketBody(body, ABOUT_DOCUMENTS);
  const overDocument = signature.type === DOCUMENT_TYPES.binary || signature.type === DOCUMENT_TYPES.text;
  if (!overDocument) throw new SignatureRefusal("signature-type", `0x${signature.type.toString(16)}`);
  return signature;
}

/** Reads the body of a signature packet that says something about a key. The caller compares the type. */
export function readStatementPacket(body: Uint8Array): PgpSignature {
  return readPacketBody(body, ABOUT_KEYS);
}

function readPacketBody(body: Uint8Array, understood: ReadonlySet<number>): PgpSignature {
  const reader = new ByteReader(body, "signature-malformed");
  const version = reader.uint(1);
  if (version === 3) return readVersion3(reader);
  if (version === 4 || version === 6) return readVersion4(reader, version, understood);
  throw new SignatureRefusal("algorithm-unsupported", `signature version ${version}`);
}

function readVersion3(reader: ByteReader): PgpSignature {
  if (reader.uint(1) !== 5) throw malformed("version 3 hashed length");
  const trailer = reader.take(5);
  const [type, created] = [
    trailer[0] ?? 0,
    new ByteReader(trailer.subarray(1), "signature-malformed").uint(4),
  ];
  const issuerKeyId = hex(reader.take(8));
  const [keyAlgorithm, hashAlgorithm] = [reader.uint(1), reader.uint(1)];
  reader.take(2);
  const identity = { issuerKeyId, issuerFingerprint: null, lifetime: null, created };
  const bytes = { salt: new Uint8Array(0), trailer, material: reader.rest() };
  return { version: 3, type, keyAlgorithm, hashAlgorithm, ...identity, ...bytes };
}

function readVersion4(reader: ByteReader, version: 4 | 6, understood: ReadonlySet<number>): PgpSignature {
  const lengthSize = version === 4 ? 2 : 4;
  const fixed = reader.take(3);
  const [type = 0, keyAlgorithm = 0, hashAlgorithm = 0] = fixed;
  const hashed = reader.take(reader.uint(lengthSize));
  const unhashed = reader.take(reader.uint(lengthSize));
  reader.take(2);
  const salt = version === 6 ? reader.take(reader.uint(1)) : new Uint8Array(0);
  if (version === 6 && salt.length !== SALT_LENGTH.get(hashAlgorithm)) throw malformed("salt length");
  const bytes = { salt, trailer: trailerOf(version, fixed, hashed), material: reader.rest() };
  const parts = { ...readSubpackets(hashed, unhashed, version, understood), ...bytes };
  return { version, type, keyAlgorithm, hashAlgorithm, ...parts };
}

/** What is hashed after the document: the signed fields and their length (RFC 9580, section 5.2.4). */
function trailerOf(version: 4 | 6, fixed: Uint8Array, hashed: Uint8Array): Uint8Array {
  const length = uintBytes(hashed.length, version === 4 ? 2 : 4);
  const fields = Buffer.concat([Buffer.from([version]), fixed, length, hashed]);
  return Buffer.concat([fields, Buffer.from([version, 0xff]), uintBytes(fields.length, 4)]);
}

type Subpackets = Pick<PgpSignature, "created" | "lifetime" | "issuerKeyId" | "issuerFingerprint">;

function readSubpackets(
  hashed: Uint8Array,
  unhashed: Uint8Array,
  version: 4 | 6,
  understood: ReadonlySet<number>,
): Subpackets {
  const signed = subpackets(hashed);
  refuseUnknownCritical(signed, understood);
  // Whoever carries the signature can write into the unhashed area, so only the hint of the issuer is taken from it.
  const either = [...signed, ...subpackets(unhashed)];
  const created = one(signed, SUBPACKET.created);
  if (created === null) throw new SignatureRefusal("signature-without-time");
  const lifetime = one(signed, SUBPACKET.lifetime);
  const issuerFingerprint = fingerprintOf(either, version);
  const issuer = either.find((subpacket) => subpacket.type === SUBPACKET.issuer)?.data ?? null;
  if (issuer === null && issuerFingerprint === null) throw new SignatureRefusal("signature-without-issuer");
  return {
    created: seconds(created),
    lifetime: lifetime === null || seconds(lifetime) === 0 ? null : seconds(lifetime),
    issuerKeyId: issuer === null ? null : hex(issuer),
    issuerFingerprint,
  };
}

/** The issuer fingerprint begins with the version of the key (RFC 9580, section 5.2.3.35). */
function fingerprintOf(either: readonly Subpacket[], version: 4 | 6): string | null {
  const data = either.find((subpacket) => subpacket.type === SUBPACKET.fingerprint)?.data;
  if (data === undefined) return null;
  if (data[0] !== version) throw malformed("issuer fingerprint of another version");
  return hex(data.subarray(1));
}

interface Subpacket {
  readonly type: number;
  readonly critical: boolean;
  readonly data: Uint8Array;
}

function subpackets(area: Uint8Array): Subpacket[] {
  const reader = new ByteReader(area, "signature-malformed");
  const found: Subpacket[] = [];
  while (reader.remaining > 0) {
    const body = reader.take(subpacketLength(reader));
    const type = body[0];
    if (type === undefined) throw malformed("empty subpacket");
    found.push({ type: type & 0x7f, critical: type >= 0x80, data: body.subarray(1) });
  }
  return found;
}

function subpacketLength(reader: ByteReader): number {
  const first = reader.uint(1);
  if (first < 192) return first;
  return first === 255 ? reader.uint(4) : (first - 192) * 256 + reader.uint(1) + 192;
}

function refuseUnknownCritical(signed: readonly Subpacket[], understood: ReadonlySet<number>): void {
  const unknown = signed.find(({ critical, type }) => critical && !understood.has(type));
  if (unknown === undefined) return;
  throw new SignatureRefusal("critical-subpacket-unknown", `type ${unknown.type}`);
}

/** The only subpacket of a type; a second one would leave it to the reader which counts. */
function one(signed: readonly Subpacket[], type: number): Uint8Array | null {
  const found = signed.filter((subpacket) => subpacket.type === type);
  if (found.length > 1) throw malformed(`subpacket ${type} twice`);
  return found[0]?.data ?? null;
}

function seconds(data: Uint8Array): number {
  const reader = new ByteReader(data, "signature-malformed");
  const value = reader.uint(4);
  reader.expectEnd();
  return value;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function uintBytes(value: number, size: 2 | 4): Uint8Array {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
}
