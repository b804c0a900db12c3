import { readArmor, type Armor } from "../encoding/armor.js";
import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import { crc24 } from "./crc24.js";

/** A packet of RFC 9580, section 4: its type id and what is in it. */
export interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** Packet type ids (RFC 9580, section 5) that occur in certificates and signatures. */
export const TAG = {
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  marker: 10,
  trust: 12,
  userId: 13,
  publicSubkey: 14,
  userAttribute: 17,
  padding: 21,
} as const;

/** From here on, readers pass over packets of types they do not know (RFC 9580, section 4.3). */
export const FIRST_NONCRITICAL_TAG = 40;

/**
 * The body of the one signature packet in an armored detached signature. Anything else in the armor (a second
 * signature, literal data, markers) is refused: what is not the signature could be taken for what was signed.
 */
export function readSignatureArmor(signature: Uint8Array): Uint8Array {
  const reader = new ByteReader(readPgpArmor(signature, "PGP SIGNATURE"), "signature-malformed");
  const packet = readPacket(reader);
  if (packet.tag !== TAG.signature) throw malformed("not a signature packet");
  if (reader.remaining > 0) {
    const second = readPacket(reader).tag === TAG.signature;
    throw second
      ? new SignatureRefusal("multiple-signatures", "two packets")
      : malformed("more than one packet");
  }
  return packet.body;
}

/** What a wrong checksum is called: the one thing for which no other reader should be asked. */
export const WRONG_CHECKSUM = "wrong checksum (CRC-24)";

/**
 * The bytes in the one armored block that `text` begins with. The checksum may be missing, as RFC 9580, section 6.1
 * wants it; gpg refuses a wrong one, and so do we: it is never there by itself.
 */
export function readPgpArmor(text: Uint8Array, label: string): Uint8Array {
  const armor = readArmor(text, { label, headers: true });
  if (!checksumHolds(armor)) throw malformed(WRONG_CHECKSUM);
  return armor.body;
}

const checksumHolds = ({ body, checksum }: Armor): boolean =>
  checksum === null || Buffer.from(checksum, "base64").readUIntBE(0, 3) === crc24(body);

/** One packet of definite length (RFC 9580, section 4.2); partial and indeterminate lengths never hold signatures. */
export function readPacket(reader: ByteReader): Packet {
  const header = reader.uint(1);
  if (header < 0x80) throw malformed("packet header");
  if (header >= 0xc0) return { tag: header & 0x3f, body: reader.take(newLength(reader)) };
  return { tag: (header >> 2) & 0x0f, body: reader.take(oldLength(reader, header & 3)) };
}

function oldLength(reader: ByteReader, kind: number): number {
  if (kind === 0) return reader.uint(1);
  if (kind === 1) return reader.uint(2);
  if (kind === 2) return reader.uint(4);
  throw malformed("indeterminate packet length");
}

function newLength(reader: ByteReader): number {
  const first = reader.uint(1);
  if (first < 192) return first;
  if (first < 224) return (first - 192) * 256 + reader.uint(1) + 192;
  if (first === 255) return reader.uint(4);
  throw malformed("partial packet length");
}

const malformed = (detail: string): SignatureRefusal => new SignatureRefusal("signature-malformed", detail);
