import { CountersignError } from "../../../errors.js";
import type { ControlFile } from "../../../facts/control-files.js";
import { visible } from "../../../report/escape.js";

/** PROTOCOL.krl: how an OpenSSH key revocation list begins. */
const KRL = Buffer.from("SSHKRL\n\0");
/** gpg's own store (pubring.kbx) has this at byte 8. */
const KEYBOX = Buffer.from("KBXf");
const ARMOR_LINE = 64;

/** The bytes of a file as `ControlFile` holds them: UTF-8 where they are, else a character a byte. */
export function controlFile(path: string, bytes: Uint8Array): ControlFile {
  return { path, oid: "", text: textOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) };
}

function textOf(bytes: Buffer): string {
  if (bytes.subarray(0, KRL.length).equals(KRL)) return bytes.toString("latin1");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}

/**
 * As `controlFile`, for OpenPGP keys: what `gpg --export` writes without `--armor` is armored (RFC 9580, section 6.2).
 * @throws CountersignError `file-unreadable` for gpg's own store, which nobody but gpg can read
 */
export function keyringFile(path: string, bytes: Uint8Array): ControlFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.subarray(8, 8 + KEYBOX.length).equals(KEYBOX)) {
    throw new CountersignError("file-unreadable", `${visible(path)} is gpg's own store of keys.`, {
      remedy: `Export the keys, and name that file: gpg --armor --export > keys.asc`,
    });
  }
  // Every OpenPGP packet begins with a byte whose highest bit is set (RFC 9580, section 4.2); no text does.
  const binary = ((buffer[0] ?? 0) & 0x80) !== 0;
  return binary ? { path, oid: "", text: armored(buffer) } : controlFile(path, bytes);
}

function armored(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(new RegExp(`.{1,${ARMOR_LINE}}`, "g")) ?? [];
  return [
    "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    "",
    ...lines,
    "-----END PGP PUBLIC KEY BLOCK-----",
    "",
  ].join("\n");
}
