import { hash } from "node:crypto";
import type { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal, type ReasonCode } from "../reasons.js";

/** The wire form of a `string`: its length in four bytes, then its bytes (RFC 4251, section 5). */
export function sshString(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The key type a wire-format key names itself (RFC 4253, section 6.6); `null` where it is not one. */
export function typeOf(publicKey: Uint8Array): string | null {
  const bytes = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength);
  if (bytes.length < 4) return null;
  const end = 4 + bytes.readUInt32BE(0);
  return end > bytes.length ? null : bytes.toString("latin1", 4, end);
}

/** `SHA256:` and the unpadded base64 of a plain key's hash, as `ssh-keygen -l` prints it. */
export function plainFingerprint(key: Uint8Array): string {
  return `SHA256:${hash("sha256", key, "base64").slice(0, -1)}`;
}

/** A `uint64`: serial numbers need all of it. */
export function readUint64(reader: ByteReader): bigint {
  return (BigInt(reader.uint(4)) << 32n) | BigInt(reader.uint(4));
}

/**
 * A `string` that OpenSSH keeps as C text, one character a byte. NUL is refused: C programs would stop reading there, so
 * that two readers see two names.
 */
export function readName(reader: ByteReader, malformed: ReasonCode): string {
  const name = reader.sshText();
  if (name.includes("\0")) throw new SignatureRefusal(malformed, "NUL in a name");
  return name;
}

/** The bytes of a positive `mpint` without leading zeros. A negative one is refused, as OpenSSH does. */
export function readMpint(reader: ByteReader, malformed: ReasonCode): Uint8Array {
  const bytes = reader.sshString();
  if ((bytes[0] ?? 0) >= 0x80) throw new SignatureRefusal(malformed, "negative number");
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? bytes.subarray(bytes.length) : bytes.subarray(first);
}
