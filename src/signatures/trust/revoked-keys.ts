import { isKrl, readKrl } from "../openssh/krl.js";
import { readPublicKeyLine } from "../openssh/public-key-line.js";
import { SignatureRefusal } from "../reasons.js";
import { SshRevocationsBuilder, type SshRevocations } from "./ssh-revocations.js";

export interface RevokedKeys {
  readonly ssh: SshRevocations;
  /** Upper-case hex of OpenPGP primary keys and subkeys. */
  readonly openpgp: ReadonlySet<string>;
  /**
   * Not empty: some key may be revoked that we do not know of. Leaving a part out would trust more than its author
   * does, so nothing may be good until it is mended.
   */
  readonly problems: readonly RevocationProblem[];
}

export interface RevocationProblem {
  /** `null`: the list as a whole. */
  readonly line: number | null;
  readonly message: string;
}

/**
 * Reads a list of revoked keys: an OpenSSH key revocation list (its bytes one character each), or lines. A line holds an
 * OpenSSH public key or certificate (for the key in it), an SSH fingerprint (`SHA256:…`), an OpenPGP fingerprint, or
 * what `ssh-keygen -k` reads (ssh-keygen(1), KEY REVOCATION LISTS), where `serial:` and `id:` hold for whatever
 * authority; `#` starts a comment line. What is listed is refused whenever it signed.
 */
export function readRevokedKeys(text: string): RevokedKeys {
  return isKrl(text) ? readBinary(text) : readLines(text);
}

function readBinary(text: string): RevokedKeys {
  const builder = new SshRevocationsBuilder();
  try {
    // Text that was decoded from UTF-8 has lost bytes.
    if (/[^\0-\xff]/.test(text)) throw new SignatureRefusal("revocations-unreadable", "not read as bytes");
    readKrl(Buffer.from(text, "latin1"), builder);
    return { ssh: builder.build(), openpgp: new Set(), problems: [] };
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    const message = `The key revocation list cannot be read (${error.detail ?? error.code}): make it anew with \`ssh-keygen -k -f revoked_keys <keys>\`.`;
    return {
      ssh: new SshRevocationsBuilder().build(),
      openpgp: new Set(),
      problems: [{ line: null, message }],
    };
  }
}

function readLines(text: string): RevokedKeys {
  const [ssh, openpgp] = [new SshRevocationsBuilder(), new Set<string>()];
  const problems: RevocationProblem[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (!readLine(line, ssh, openpgp))
      problems.push({ line: index + 1, message: "The line names no key that can be revoked." });
  }
  return { ssh: ssh.build(), openpgp, problems };
}

/** Whether the line was understood. */
function readLine(line: string, ssh: SshRevocationsBuilder, openpgp: Set<string>): boolean {
  const [, keyword, value] = /^(serial|id|hash|key|sha1|sha256):[ \t]*(.*)$/is.exec(line) ?? [];
  const fingerprint = fingerprintIn(line);
  if (fingerprint !== null) ssh.revokeFingerprint(fingerprint);
  else if (keyword !== undefined && value !== undefined)
    return readSpecified(keyword.toLowerCase(), value, ssh);
  else if (!readKey(line, ssh)) return readOpenPgp(line, openpgp);
  return true;
}

/** A line of a KRL specification (ssh-keygen(1)). Which hash lists a key makes no difference to what is refused. */
function readSpecified(keyword: string, value: string, ssh: SshRevocationsBuilder): boolean {
  const content = value.replace(/#.*$/s, "").trim();
  switch (keyword) {
    case "serial":
      return readSerials(content, ssh);
    case "id":
      if (content !== "") ssh.revokeKeyId(null, Buffer.from(content).toString("latin1"));
      return content !== "";
    case "hash": {
      const fingerprint = fingerprintIn(content);
      if (fingerprint !== null) ssh.revokeFingerprint(fingerprint);
      return fingerprint !== null;
    }
    default:
      return readKey(value, ssh);
  }
}

function readSerials(content: string, ssh: SshRevocationsBuilder): boolean {
  const ends = content.split("-").map(readSerial);
  const [first, last = first] = ends;
  if (first === undefined || last === undefined || ends.length > 2) return false;
  if (first === null || last === null || first > last) return false;
  ssh.revokeRange(null, { first, last });
  return true;
}

/** As C's `strtoull` with any base: a leading 0 makes a number octal. */
function readSerial(text: string): bigint | null {
  if (!/^(?:0x[0-9a-f]{1,16}|0[0-7]{1,22}|[1-9][0-9]{0,19})$/i.test(text)) return null;
  const serial = BigInt(/^0[0-7]/.test(text) ? `0o${text.slice(1)}` : text);
  return serial > 0n && serial < 2n ** 64n ? serial : null;
}

function readKey(text: string, ssh: SshRevocationsBuilder): boolean {
  const key = readPublicKeyLine(text);
  if (key === null) return false;
  try {
    ssh.revokeKey(key.blob);
    return true;
  } catch {
    return false;
  }
}

const fingerprintIn = (text: string): string | null =>
  /^(SHA256:[A-Za-z0-9+/]{43})=?(?:\s.*)?$/s.exec(text)?.[1] ?? null;

function readOpenPgp(line: string, openpgp: Set<string>): boolean {
  const comment = line.search(/\s#/);
  const hex = line
    .slice(0, comment === -1 ? line.length : comment)
    .replaceAll(/\s/g, "")
    .toUpperCase();
  const isFingerprint = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(hex);
  if (isFingerprint) openpgp.add(hex);
  return isFingerprint;
}
