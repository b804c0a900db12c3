import { createHash, type KeyObject } from "node:crypto";

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A big-endian unsigned integer of four bytes. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function withoutLeadingZeros(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? Buffer.alloc(0) : bytes.subarray(first);
}

export function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** Base64 between armor lines, `width` characters a line. */
export function armorLines(label: string, body: Buffer, width: number, head = ""): string {
  const lines = body.toString("base64").match(new RegExp(`.{1,${width}}`, "g")) ?? [];
  return `-----BEGIN ${label}-----\n${head}${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** The last `length` bytes of a SubjectPublicKeyInfo: where the point of an elliptic curve stands. */
export function pointOf(key: KeyObject, length: number): Buffer {
  return key.export({ type: "spki", format: "der" }).subarray(-length);
}

/** Modulus and exponent of an RSA key, big-endian. */
export function rsaNumbers(key: KeyObject): { n: Buffer; e: Buffer } {
  const { n = "", e = "" } = key.export({ format: "jwk" });
  return { n: Buffer.from(n, "base64url"), e: Buffer.from(e, "base64url") };
}

/** The numbers p, q, g and y of a DSA key: the INTEGERs of its SubjectPublicKeyInfo (RFC 3279, section 2.3.2). */
export function dsaNumbers(key: KeyObject): Buffer[] {
  return integersIn(key.export({ type: "spki", format: "der" }));
}

const TAG = { integer: 0x02, bitString: 0x03, sequence: 0x30 } as const;

/** The INTEGERs of a DER value in their order, within sequences and bit strings. */
function integersIn(der: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < der.length;) {
    const { tag, start, end } = readHead(der, at);
    const content = der.subarray(start, end);
    if (tag === TAG.integer) found.push(content);
    if (tag === TAG.sequence) found.push(...integersIn(content));
    // A bit string begins with the number of bits that its last octet leaves unused: none, here.
    if (tag === TAG.bitString) found.push(...integersIn(content.subarray(1)));
    at = end;
  }
  return found;
}

/** Tag and bounds of the value at `at`; lengths of one octet, or of as many as the first says (X.690, 8.1.3). */
function readHead(der: Buffer, at: number): { tag: number; start: number; end: number } {
  const first = der.readUInt8(at + 1);
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const length = octets === 0 ? first : der.readUIntBE(at + 2, octets);
  const start = at + 2 + octets;
  return { tag: der.readUInt8(at), start, end: start + length };
}
