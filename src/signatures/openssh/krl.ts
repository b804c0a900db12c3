import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import type { SshRevocationsBuilder } from "../trust/ssh-revocations.js";
import { readMpint, readName, readUint64, typeOf } from "./wire.js";

/** Key revocation lists as `ssh-keygen -k` makes them (PROTOCOL.krl in the OpenSSH sources). */

const MAGIC = "SSHKRL\n\0";
const FORMAT_VERSION = 1;
const SECTION = {
  certificates: 1,
  explicitKey: 2,
  sha1: 3,
  signature: 4,
  sha256: 5,
  extension: 255,
} as const;
const CERTIFICATE_SECTION = {
  serialList: 0x20,
  serialRange: 0x21,
  serialBitmap: 0x22,
  keyId: 0x23,
  extension: 0x39,
} as const;
const LARGEST_SERIAL = 2n ** 64n - 1n;

/** Whether a file's text, read one character a byte, is a key revocation list rather than lines. */
export const isKrl = (text: string): boolean => text.startsWith(MAGIC);

/**
 * Reads a key revocation list into `into`. Throws a `SignatureRefusal` of the code `revocations-unreadable` where
 * anything in it is not understood: what is skipped could be the revocation that matters. What was read before must not
 * be used then.
 */
export function readKrl(bytes: Uint8Array, into: SshRevocationsBuilder): void {
  const reader = new ByteReader(bytes, "revocations-unreadable");
  if (Buffer.from(reader.take(MAGIC.length)).toString("latin1") !== MAGIC) throw unreadable("magic");
  if (reader.uint(4) !== FORMAT_VERSION) throw unreadable("format version");
  // Number, date and flags of the list, none of which says anything of a key; then a reserved field, and a comment.
  reader.take(24);
  reader.sshString();
  reader.sshString();
  let signed = false;
  while (reader.remaining > 0) {
    const type = reader.uint(1);
    if (type === SECTION.signature) {
      // Who may revoke is decided by who may write to the controlled branch, so a signature inside says nothing more.
      reader.sshString();
      reader.sshString();
      signed = true;
    } else {
      if (signed) throw unreadable("section after a signature");
      readSection(type, reader.sshString(), into);
    }
  }
}

function readSection(type: number, bytes: Uint8Array, into: SshRevocationsBuilder): void {
  const section = new ByteReader(bytes, "revocations-unreadable");
  switch (type) {
    case SECTION.certificates:
      readCertificates(section, into);
      return;
    case SECTION.explicitKey:
      for (const key of strings(section)) into.revokeKey(known(key));
      return;
    case SECTION.sha1:
      for (const digest of strings(section)) into.revokeSha1(ofLength(digest, 20));
      return;
    case SECTION.sha256:
      for (const digest of strings(section)) into.revokeFingerprint(sha256Name(ofLength(digest, 32)));
      return;
    case SECTION.extension:
      refuseCritical(section);
      return;
    default:
      throw unreadable(`section ${type}`);
  }
}

function readCertificates(reader: ByteReader, into: SshRevocationsBuilder): void {
  const named = reader.sshString();
  const authority = named.length === 0 ? null : known(named);
  reader.sshString();
  while (reader.remaining > 0) {
    const type = reader.uint(1);
    const section = new ByteReader(reader.sshString(), "revocations-unreadable");
    readCertificateSection(type, section, authority, into);
    if (section.remaining > 0) throw unreadable("bytes after the end of a section");
  }
}

function readCertificateSection(
  type: number,
  section: ByteReader,
  authority: Uint8Array | null,
  into: SshRevocationsBuilder,
): void {
  switch (type) {
    case CERTIFICATE_SECTION.serialList:
      while (section.remaining > 0) into.revokeSerial(authority, positive(readUint64(section)));
      return;
    case CERTIFICATE_SECTION.serialRange: {
      const [first, last] = [positive(readUint64(section)), readUint64(section)];
      if (first > last) throw unreadable("range");
      into.revokeRange(authority, { first, last });
      return;
    }
    case CERTIFICATE_SECTION.serialBitmap: {
      const [offset, bits] = [readUint64(section), readMpint(section, "revocations-unreadable")];
      if (offset + BigInt(bitLength(bits)) - 1n > LARGEST_SERIAL) throw unreadable("bitmap");
      if (((bits.at(-1) ?? 0) & 1) === 1) positive(offset);
      into.revokeBitmap(authority, { offset, bits });
      return;
    }
    case CERTIFICATE_SECTION.keyId:
      while (section.remaining > 0) into.revokeKeyId(authority, readName(section, "revocations-unreadable"));
      return;
    case CERTIFICATE_SECTION.extension:
      refuseCritical(section);
      return;
    default:
      throw unreadable(`certificate section ${type}`);
  }
}

/** No extension is known. One that is not critical may be passed over. */
function refuseCritical(section: ByteReader): void {
  const name = readName(section, "revocations-unreadable");
  const critical = section.uint(1) !== 0;
  section.sshString();
  section.expectEnd();
  if (critical) throw unreadable(`critical extension ${JSON.stringify(name)}`);
}

function* strings(section: ByteReader): Generator<Uint8Array> {
  while (section.remaining > 0) yield section.sshString();
}

/** Bytes that are no key at all would revoke nothing, though somebody meant them to. */
function known(key: Uint8Array): Uint8Array {
  if (typeOf(key) === null) throw unreadable("key");
  return key;
}

function ofLength(digest: Uint8Array, length: number): Uint8Array {
  if (digest.length !== length) throw unreadable("length of a hash");
  return digest;
}

/** OpenSSH takes lists with the serial number 0 for damaged, for it stands for no certificate. */
function positive(serial: bigint): bigint {
  if (serial === 0n) throw unreadable("serial number 0");
  return serial;
}

/** Of a number without leading zero bytes. */
const bitLength = (bits: Uint8Array): number => bits.length * 8 + 24 - Math.clz32(bits[0] ?? 0);

const sha256Name = (digest: Uint8Array): string =>
  `SHA256:${Buffer.from(digest).toString("base64").slice(0, -1)}`;

const unreadable = (detail: string): SignatureRefusal =>
  new SignatureRefusal("revocations-unreadable", detail);
