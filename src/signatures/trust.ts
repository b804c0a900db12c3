import { createHash } from "node:crypto";
import type { Account, ControlFile, RegisteredKeys, X509Files } from "../facts/facts.js";
import { readAllowedSigners, type AllowedSigner } from "./openssh/allowed-signers.js";
import { readPublicKeyLine } from "./openssh/public-key-line.js";
import { plainFingerprint } from "./openssh/wire.js";
import { mergeCertificates, type Certificate, type ComponentKey } from "./pgp/certificate.js";
import { readRevokedKeys, type RevokedKeys } from "./trust/revoked-keys.js";
import type { SshKeyMaterial } from "./openssh/key-material.js";
import { readSshKey } from "./ssh.js";
import { readX509Trust, type X509Trust } from "./x509/trust.js";

/** Where trust in keys comes from: files of the controlled branch, and keys that accounts registered on GitHub. */
export interface TrustMaterial {
  readonly allowedSigners: ControlFile | null;
  readonly revokedKeys: ControlFile | null;
  readonly keyring: readonly ControlFile[];
  readonly registered: readonly RegisteredKeys[];
  readonly x509: X509Files;
}

/** Nobody vouches for any certificate. */
export const NO_X509: X509Files = { roots: [], timestampAuthorities: [], transparencyLogs: [] };

export interface TrustProblem {
  /** A file's path, or `github:<login>` for registered keys. */
  readonly path: string;
  readonly line: number | null;
  /** One sentence: what could not be used. */
  readonly message: string;
}

/** Who vouches that a key is someone's. */
export type Holder =
  | { readonly source: "allowed-signers"; readonly entry: AllowedSigner }
  | {
      readonly source: "keyring";
      /** The addresses in the file that was reviewed: what the owner adds elsewhere binds nobody new. */
      readonly emails: readonly string[];
    }
  | { readonly source: "github-member" | "forge"; readonly account: Account };

export interface TrustedSshKey {
  readonly material: SshKeyMaterial;
  /** `SHA256:…` of the bytes by which it is listed. */
  readonly fingerprint: string;
  readonly holders: readonly Holder[];
}

export interface TrustedCertificate {
  readonly certificate: Certificate;
  readonly holders: readonly Holder[];
}

/** A key that may have made an OpenPGP signature. */
export interface PgpCandidate extends TrustedCertificate {
  readonly key: ComponentKey;
}

/** Everything known about keys at one instant. Immutable; verdicts may be cached by object id and `digest`. */
export interface Trust {
  /** SHA-256 (hex) over all material, in an order that does not depend on how it was listed. */
  readonly digest: string;
  readonly problems: readonly TrustProblem[];
  readonly revoked: RevokedKeys;
  /** By `sshKeyName` of the public key. */
  readonly ssh: ReadonlyMap<string, TrustedSshKey>;
  /** By key id in lower-case hex. Key ids can be made to collide, so each may stand for several keys. */
  readonly openpgp: ReadonlyMap<string, readonly PgpCandidate[]>;
  readonly x509: X509Trust;
}

/** Under what name an SSH public key is found in `Trust.ssh`: its bytes, so that nothing but the whole key matches. */
export const sshKeyName = (publicKey: Uint8Array): string => Buffer.from(publicKey).toString("base64");

/**
 * Reads all trust material. Whatever cannot be used is left out and named in `problems`: a malformed line or key
 * never widens trust, and a malformed line in the revocation list makes every verdict bad until it is mended.
 */
export async function buildTrust(material: TrustMaterial): Promise<Trust> {
  const problems: TrustProblem[] = [];
  const revoked = readRevokedKeys(material.revokedKeys?.text ?? "");
  append(
    problems,
    revoked.problems.map((problem) => ({ path: material.revokedKeys?.path ?? "", ...problem })),
  );
  const x509 = readX509Trust(material.x509);
  append(problems, x509.problems);
  return {
    digest: digestOf(material),
    revoked,
    ssh: trustedSshKeys(material, problems),
    openpgp: await trustedPgpKeys(material, problems),
    x509: x509.trust,
    problems,
  };
}

function trustedSshKeys(material: TrustMaterial, problems: TrustProblem[]): Map<string, TrustedSshKey> {
  const trusted = new Map<string, TrustedSshKey & { readonly holders: Holder[] }>();
  const add = (publicKey: Uint8Array, holder: Holder): void => {
    const name = sshKeyName(publicKey);
    const known = trusted.get(name);
    if (known !== undefined) known.holders.push(holder);
    else {
      const fingerprint = plainFingerprint(publicKey);
      trusted.set(name, { material: readSshKey(publicKey), fingerprint, holders: [holder] });
    }
  };
  const path = material.allowedSigners?.path ?? "";
  const signers = readAllowedSigners(material.allowedSigners?.text ?? "");
  append(
    problems,
    signers.problems.map((problem) => ({ path, ...problem })),
  );
  for (const entry of signers.entries) add(entry.publicKey, { source: "allowed-signers", entry });
  for (const registered of material.registered) {
    for (const text of registered.ssh) {
      const line = readPublicKeyLine(text);
      if (line === null) problems.push(registeredProblem(registered, "A registered SSH key cannot be read."));
      else add(line.blob, holderOf(registered));
    }
  }
  return trusted;
}

async function trustedPgpKeys(
  material: TrustMaterial,
  problems: TrustProblem[],
): Promise<Map<string, readonly PgpCandidate[]>> {
  const trusted = new Map<string, TrustedCertificate>();
  const add = async (
    text: string,
    holder: (certificate: Certificate) => Holder,
    problem: (message: string) => TrustProblem,
  ): Promise<void> => {
    // Where nobody signs with OpenPGP, its library is not loaded: that takes longer than many a run.
    const { readCertificates } = await import("./openpgp.js");
    const reading = await readCertificates(text);
    append(problems, reading.problems.map(problem));
    for (const certificate of reading.certificates) addCertificate(trusted, certificate, holder(certificate));
  };
  for (const { path, text } of material.keyring) {
    await add(text, keyringHolder, (message) => ({ path, line: null, message }));
  }
  for (const registered of material.registered) {
    for (const text of registered.gpg) {
      await add(
        text,
        () => holderOf(registered),
        (message) => registeredProblem(registered, message),
      );
    }
  }
  return byKeyId([...trusted.values()]);
}

function addCertificate(
  trusted: Map<string, TrustedCertificate>,
  certificate: Certificate,
  holder: Holder,
): void {
  const { fingerprint } = certificate.primary;
  const known = trusted.get(fingerprint);
  trusted.set(fingerprint, {
    certificate: known === undefined ? certificate : mergeCertificates(known.certificate, certificate),
    holders: [...(known?.holders ?? []), holder],
  });
}

function byKeyId(trusted: readonly TrustedCertificate[]): Map<string, readonly PgpCandidate[]> {
  const index = new Map<string, PgpCandidate[]>();
  for (const { certificate, holders } of trusted) {
    for (const key of [certificate.primary, ...certificate.subkeys]) {
      const candidate = { certificate, holders, key };
      const known = index.get(key.keyId);
      if (known === undefined) index.set(key.keyId, [candidate]);
      else known.push(candidate);
    }
  }
  return index;
}

/** Not `push(...more)`: a long file may have more problems than a call takes arguments. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const item of more) list.push(item);
}

function keyringHolder({ userIds }: Certificate): Holder {
  return { source: "keyring", emails: userIds.flatMap(({ email }) => (email === null ? [] : [email])) };
}

function holderOf({ kind, account }: RegisteredKeys): Holder {
  return { source: kind === "forge" ? "forge" : "github-member", account };
}

function registeredProblem({ account }: RegisteredKeys, message: string): TrustProblem {
  return { path: `github:${account.login}`, line: null, message };
}

/** SHA-256 (hex) over all material, in an order that does not depend on how it was listed. */
export function digestOf(material: TrustMaterial): string {
  const registered = material.registered.map(({ account, kind, ssh, gpg }) =>
    JSON.stringify([kind, account.id, account.login, ssh.toSorted(), gpg.toSorted()]),
  );
  const texts = (files: readonly ControlFile[]): string[] => files.map(({ text }) => text).toSorted();
  const { roots, timestampAuthorities, transparencyLogs } = material.x509;
  const parts = [
    material.allowedSigners?.text ?? null,
    material.revokedKeys?.text ?? null,
    texts(material.keyring),
    registered.toSorted(),
    [roots, timestampAuthorities, transparencyLogs].map(texts),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
