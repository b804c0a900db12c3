import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import { readSubpackets, SUBPACKET, type Subpackets } from "./subpackets.js";

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

/** A signature by which somebody says something about a key. */
export interface PgpStatement
  extends
    PgpSignature,
    Pick<Subpackets, "keyLifetime" | "keyFlags" | "revocationReason" | "revokers" | "embedded"> {
  /** Whether all is known that it demands to be understood; a statement that is not says nothing. */
  readonly understood: boolean;
}

/** Signatures over a document, as it is or with its line ends made CR LF. */
export const DOCUMENT_TYPES = { binary: 0x00, text: 0x01 } as const;

/**
 * Subpackets whose meaning is either handled here or harmless for a document: preferences, policy URI, signer's
 * user id and the like. A critical one outside of this list is refused (RFC 9580, section 5.2.3.7); so is a critical
 * notation, of which we know none.
 */
const ABOUT_DOCUMENTS: ReadonlySet<number> = new Set([
  SUBPACKET.created,
  SUBPACKET.lifetime,
  SUBPACKET.preferredSymmetric,
  SUBPACKET.issuer,
  SUBPACKET.preferredHash,
  SUBPACKET.preferredCompression,
  SUBPACKET.keyServerPreferences,
  SUBPACKET.preferredKeyServer,
  SUBPACKET.policyUri,
  SUBPACKET.keyFlags,
  SUBPACKET.signerUserId,
  SUBPACKET.features,
  SUBPACKET.issuerFingerprint,
  SUBPACKET.preferredAead,
  SUBPACKET.intendedRecipient,
  SUBPACKET.preferredCipherSuites,
]);
const ABOUT_KEYS: ReadonlySet<number> = new Set([
  ...ABOUT_DOCUMENTS,
  SUBPACKET.exportable,
  SUBPACKET.revocable,
  SUBPACKET.keyLifetime,
  SUBPACKET.revocationKey,
  SUBPACKET.primaryUserId,
  SUBPACKET.revocationReason,
  SUBPACKET.embedded,
]);

/** Octets of salt by hash algorithm in version 6 (RFC 9580, table 23). */
const SALT_LENGTH: ReadonlyMap<number, number> = new Map([
  [8, 16],
  [9, 24],
  [10, 32],
  [11, 16],
  [12, 16],
  [14, 32],
]);
const NO_BYTES = new Uint8Array(0);

/**
 * Reads the body of a signature packet over a document; types that cover keys, user ids or nothing are refused,
 * whatever they are used for. The "left 16 bits of the hash" are skipped on purpose: they only let a reader fail
 * early, are not signed, and are wrong in thousands of signatures that GitHub itself made.
 */
export function readSignaturePacket(body: Uint8Array): PgpSignature {
  const { signature, said } = readBody(body);
  const unknown = said?.critical.find((type) => !ABOUT_DOCUMENTS.has(type));
  if (unknown !== undefined) throw new SignatureRefusal("critical-subpacket-unknown", `type ${unknown}`);
  if (signature.issuerKeyId === null && signature.issuerFingerprint === null)
    throw new SignatureRefusal("signature-without-issuer");
  const overDocument = signature.type === DOCUMENT_TYPES.binary || signature.type === DOCUMENT_TYPES.text;
  if (!overDocument) throw new SignatureRefusal("signature-type", `0x${signature.type.toString(16)}`);
  return signature;
}

/** Reads the body of a signature packet that says something about a key. The caller compares the type. */
export function readStatementPacket(body: Uint8Array): PgpStatement {
  const { signature, said } = readBody(body);
  return {
    ...signature,
    keyLifetime: orForEver(said?.keyLifetime),
    keyFlags: said?.keyFlags ?? null,
    revocationReason: said?.revocationReason ?? null,
    revokers: said?.revokers ?? [],
    embedded: said?.embedded ?? [],
    understood: said?.critical.every((type) => ABOUT_KEYS.has(type)) ?? true,
  };
}

/** The type of a signature packet whose rest may not be readable; `null` where not even that is. */
export function statementType(body: Uint8Array): number | null {
  return (body[0] === 3 || body[0] === 2 ? body[2] : body[1]) ?? null;
}

interface BodyReading {
  readonly signature: PgpSignature;
  /** Version 3 has no subpackets. */
  readonly said: Subpackets | null;
}

function readBody(body: Uint8Array): BodyReading {
  const version = body[0];
  if (version === 3) return { signature: readVersion3(body), said: null };
  if (version === 4 || version === 6) return readVersion4(body, version);
  throw new SignatureRefusal("algorithm-unsupported", `signature version ${version ?? "missing"}`);
}

function readVersion3(body: Uint8Array): PgpSignature {
  const reader = new ByteReader(body.subarray(1), "signature-malformed");
  if (reader.uint(1) !== 5) throw malformed("version 3 hashed length");
  const type = reader.uint(1);
  const created = reader.uint(4);
  const issuerKeyId = hex(reader.take(8));
  const [keyAlgorithm, hashAlgorithm] = [reader.uint(1), reader.uint(1)];
  reader.take(2);
  const identity = { issuerKeyId, issuerFingerprint: null, lifetime: null, created };
  // Type and time are hashed after the document (RFC 4880, section 5.2.2).
  const bytes = { salt: NO_BYTES, trailer: body.subarray(2, 7), material: reader.rest() };
  return { version: 3, type, keyAlgorithm, hashAlgorithm, ...identity, ...bytes };
}

function readVersion4(body: Uint8Array, version: 4 | 6): BodyReading {
  const lengthSize = version === 4 ? 2 : 4;
  const reader = new ByteReader(body.subarray(1), "signature-malformed");
  const type = reader.uint(1);
  const keyAlgorithm = reader.uint(1);
  const hashAlgorithm = reader.uint(1);
  const hashed = reader.take(reader.uint(lengthSize));
  const unhashed = reader.take(reader.uint(lengthSize));
  reader.take(2);
  const salt = version === 6 ? reader.take(reader.uint(1)) : NO_BYTES;
  if (version === 6 && salt.length !== SALT_LENGTH.get(hashAlgorithm)) throw malformed("salt length");
  const said = readSubpackets(hashed, unhashed, version);
  const { created, lifetime, issuerKeyId, issuerFingerprint } = said;
  if (created === null) throw new SignatureRefusal("signature-without-time");
  // Written out: this runs for every commit, and spreading costs more than all the reading.
  const signature = {
    version,
    type,
    keyAlgorithm,
    hashAlgorithm,
    created,
    lifetime: orForEver(lifetime),
    issuerKeyId,
    issuerFingerprint,
    salt,
    trailer: trailerOf(body.subarray(0, 4 + lengthSize + hashed.length), version),
    material: reader.rest(),
  };
  return { signature, said };
}

/** What is hashed after the document: the signed fields and their length (RFC 9580, section 5.2.4). */
function trailerOf(fields: Uint8Array, version: 4 | 6): Uint8Array {
  const trailer = Buffer.allocUnsafe(fields.length + 6);
  trailer.set(fields);
  trailer.writeUInt16BE((version << 8) | 0xff, fields.length);
  trailer.writeUInt32BE(fields.length, fields.length + 2);
  return trailer;
}

/** Zero stands for no end (RFC 9580, sections 5.2.3.13 and 5.2.3.18). */
const orForEver = (seconds: number | null | undefined): number | null =>
  seconds === undefined || seconds === 0 ? null : seconds;

const malformed = (detail: string): SignatureRefusal => new SignatureRefusal("signature-malformed", detail);

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
