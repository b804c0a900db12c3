import { fingerprintOf } from "../ssh.js";
import { readPublicKeyLine } from "../openssh/public-key-line.js";
import type { LineProblem } from "../openssh/allowed-signers.js";

export interface RevokedKeys {
  /** `SHA256:…` of SSH keys. */
  readonly ssh: ReadonlySet<string>;
  /** Upper-case hex of OpenPGP primary keys and subkeys. */
  readonly openpgp: ReadonlySet<string>;
  /**
   * Not empty: some key may be revoked that we do not know of. Leaving a line out would trust more than its author
   * does, so nothing may be good until it is mended.
   */
  readonly problems: readonly LineProblem[];
}

/**
 * Reads a list of revoked keys: an OpenSSH public key (or certificate, for the key in it), an SSH fingerprint (`SHA256:…`) or an OpenPGP fingerprint a
 * line; `#` starts a comment line. What is listed is refused whenever it signed.
 */
export function readRevokedKeys(text: string): RevokedKeys {
  const [ssh, openpgp] = [new Set<string>(), new Set<string>()];
  const problems: LineProblem[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const entry = readEntry(line);
    if (entry === null)
      problems.push({ line: index + 1, message: "The line names no key that can be revoked." });
    else (entry.kind === "ssh" ? ssh : openpgp).add(entry.fingerprint);
  }
  return { ssh, openpgp, problems };
}

function readEntry(line: string): { kind: "ssh" | "openpgp"; fingerprint: string } | null {
  const key = readPublicKeyLine(line);
  if (key !== null) return readKey(key.blob);
  const fingerprint = /^(SHA256:[A-Za-z0-9+/]{43})=?(?:\s+\S.*)?$/.exec(line)?.[1];
  if (fingerprint !== undefined) return { kind: "ssh", fingerprint };
  const hex = line
    .replace(/\s+#.*$/, "")
    .replaceAll(/\s/g, "")
    .toUpperCase();
  return /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(hex) ? { kind: "openpgp", fingerprint: hex } : null;
}

function readKey(publicKey: Uint8Array): { kind: "ssh"; fingerprint: string } | null {
  try {
    return { kind: "ssh", fingerprint: fingerprintOf(publicKey) };
  } catch {
    return null;
  }
}
