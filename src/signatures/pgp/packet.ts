import { ByteReader } from "../encoding/byte-reader.js";
import { readArmor } from "../encoding/armor.js";
import { SignatureRefusal } from "../reasons.js";

const SIGNATURE_PACKET = 2;

/**
 * The body of the one signature packet in an armored detached signature. Anything else in the armor (a second
 * signature, literal data, markers) is refused: what is not the signature could be taken for what was signed.
 */
export function readSignatureArmor(signature: Uint8Array): Uint8Array {
  const { body, checksum } = readArmor(signature, { label: "PGP SIGNATURE", headers: true });
  if (checksum !== null && checksum !== crc24(body))
    throw new SignatureRefusal("signature-malformed", "CRC-24");
  const reader = new ByteReader(body, "signature-malformed");
  const packet = readPacket(reader);
  if (packet.tag !== SIGNATURE_PACKET)
    throw new SignatureRefusal("signature-malformed", "not a signature packet");
  if (reader.remaining > 0) {
    const second = readPacket(reader).tag === SIGNATURE_PACKET;
    throw new SignatureRefusal(
      second ? "multiple-signatures" : "signature-malformed",
      "more than one packet",
    );
  }
  return packet.body;
}

/** One packet of definite length (RFC 9580, section 4.2); partial and indeterminate lengths never hold signatures. */
function readPacket(reader: ByteReader): { tag: number; body: Uint8Array } {
  const header = reader.uint(1);
  if (header < 0x80) throw new SignatureRefusal("signature-malformed", "packet header");
  if (header >= 0xc0) return { tag: header & 0x3f, body: reader.take(newLength(reader)) };
  return { tag: (header >> 2) & 0x0f, body: reader.take(oldLength(reader, header & 3)) };
}

function oldLength(reader: ByteReader, kind: number): number {
  if (kind === 0) return reader.uint(1);
  if (kind === 1) return reader.uint(2);
  if (kind === 2) return reader.uint(4);
  throw new SignatureRefusal("signature-malformed", "indeterminate packet length");
}

function newLength(reader: ByteReader): number {
  const first = reader.uint(1);
  if (first < 192) return first;
  if (first < 224) return (first - 192) * 256 + reader.uint(1) + 192;
  if (first === 255) return reader.uint(4);
  throw new SignatureRefusal("signature-malformed", "partial packet length");
}

/** RFC 9580, section 6.1.1. It protects against nothing but damage; gpg refuses a wrong one, and so do we. */
function crc24(bytes: Uint8Array): string {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
  }
  return Buffer.from([(crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff]).toString("base64");
}
