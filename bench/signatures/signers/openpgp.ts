import { createHash } from "node:crypto";
import { armorLines, uint16, uint32 } from "./wire.js";
import { KEYS_MADE_AT, SIGNER, type RawCheck, type Signed, type Signer } from "./signer.js";
import type { PgpAlgorithm, PgpKey } from "./openpgp-algorithms.js";

/** Packet tags, signature types and subpackets of RFC 9580, sections 5, 5.2.1 and 5.2.3.7. */
const TAG = { signature: 2, publicKey: 6, userId: 13 } as const;
const TYPE = { document: 0x00, userId: 0x13 } as const;
const SUBPACKET = { created: 2, issuer: 16, keyFlags: 27, fingerprint: 33 } as const;
const CERTIFY_AND_SIGN = 0x03;

/** A version 4 OpenPGP key of one primary key that signs, with one user id that it certified itself. */
export function openPgpSigner(algorithm: PgpAlgorithm): Signer {
  const key = algorithm.generate();
  const body = Buffer.concat([
    Buffer.from([4]),
    uint32(KEYS_MADE_AT),
    Buffer.from([algorithm.id]),
    key.material,
  ]);
  const hashed = Buffer.concat([Buffer.from([0x99]), uint16(body.length), body]);
  const fingerprint = createHash("sha1").update(hashed).digest();
  const userId = Buffer.from(`${SIGNER.name} <${SIGNER.email}>`);
  const certified = Buffer.concat([hashed, Buffer.from([0xb4]), uint32(userId.length), userId]);
  const make = (type: number, at: number, signed: Buffer): { packet: Buffer; check: RawCheck } =>
    signaturePacket({ algorithm, key, fingerprint }, type, at, signed);
  const certification = make(TYPE.userId, KEYS_MADE_AT, certified).packet;
  const certificate = [packet(TAG.publicKey, body), packet(TAG.userId, userId), certification];
  return {
    name: `OpenPGP ${algorithm.name}`,
    format: "openpgp",
    publicKey: armored("PGP PUBLIC KEY BLOCK", Buffer.concat(certificate)),
    sign: (payload, at): Signed => {
      const { packet: bytes, check } = make(TYPE.document, at, payload);
      return { armored: armored("PGP SIGNATURE", bytes), check };
    },
  };
}

interface Issuer {
  readonly algorithm: PgpAlgorithm;
  readonly key: PgpKey;
  readonly fingerprint: Buffer;
}

/** A version 4 signature packet over `signed` (RFC 9580, sections 5.2.3 and 5.2.4). */
function signaturePacket(
  { algorithm, key, fingerprint }: Issuer,
  type: number,
  at: number,
  signed: Buffer,
): { packet: Buffer; check: RawCheck } {
  const area = Buffer.concat([
    subpacket(SUBPACKET.fingerprint, Buffer.concat([Buffer.from([4]), fingerprint])),
    subpacket(SUBPACKET.created, uint32(at)),
    ...(type === TYPE.userId ? [subpacket(SUBPACKET.keyFlags, Buffer.from([CERTIFY_AND_SIGN]))] : []),
  ]);
  const fields = Buffer.from([4, type, algorithm.id, algorithm.hash.id]);
  const head = Buffer.concat([fields, uint16(area.length), area]);
  const data = Buffer.concat([signed, head, Buffer.from([4, 0xff]), uint32(head.length)]);
  const { material, check } = key.sign(data);
  const unhashed = subpacket(SUBPACKET.issuer, fingerprint.subarray(-8));
  const left16 = createHash(algorithm.hash.name).update(data).digest().subarray(0, 2);
  const body = Buffer.concat([head, uint16(unhashed.length), unhashed, left16, material]);
  return { packet: packet(TAG.signature, body), check };
}

function subpacket(type: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([data.length + 1, type]), data]);
}

/** With a two-octet length in the old format, as gpg writes it (RFC 9580, section 4.2.2). */
function packet(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | (tag << 2) | 1]), uint16(body.length), body]);
}

function armored(label: string, body: Buffer): string {
  const text = armorLines(label, body, 64, "\n");
  return text.replace(/\n-----END/, `\n=${crc24(body)}\n-----END`);
}

/** RFC 9580, section 6.1.1. */
function crc24(bytes: Buffer): string {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
  }
  return Buffer.from([(crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff]).toString("base64");
}
