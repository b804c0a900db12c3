import type { Account, Fact } from "./facts.js";

/** A file as it stands in the controlled branch. */
export interface ControlFile {
  readonly path: string;
  readonly oid: string;
  /** Its text; of a binary file (an OpenSSH key revocation list) one character a byte (latin1). */
  readonly text: string;
}

export interface ControlFiles {
  /** The commit they were read from. */
  readonly commitOid: string;
  readonly defaultBranch: string;
  /** The default branch's policy file: it says which branches are controlled. `null`: there is none. */
  readonly defaultPolicy: ControlFile | null;
  /** The policy file of the branch the change goes to. `null`: there is none. */
  readonly policy: ControlFile | null;
  readonly allowedSigners: ControlFile | null;
  readonly revokedKeys: ControlFile | null;
  readonly keyring: readonly ControlFile[];
  readonly x509: X509Files;
  /** What the repository's account asks of all of its repositories. */
  readonly organization: Fact<OrganizationReading>;
}

/** The account's own policy file, as GitHub shows it, and what is known of it from before. */
export interface OrganizationReading {
  /** The repository that it is kept in, as `OWNER/.github`. */
  readonly place: string;
  /** `null`: GitHub shows the app no such file or no such repository. */
  readonly file: OrganizationFile | null;
  /** The highest revision of it that has judged; `null`: none that we know of. */
  readonly used: UsedRevision | null;
}

/** A file with the commit that it was read from. */
export interface OrganizationFile extends ControlFile {
  readonly commitOid: string;
}

/** A revision of a policy file that has judged. */
export interface UsedRevision {
  readonly revision: number;
  /** Lower-case hex SHA-256 over the canonical JSON of what the file says. */
  readonly digest: string;
  /** The commit that it was read from when it first judged. */
  readonly commitOid: string;
  /** When it first judged (ISO 8601, UTC). */
  readonly usedAt: string;
}

/** Whom X.509 signatures (S/MIME, gitsign) are checked with: PEM files, each of which may hold several items. */
export interface X509Files {
  /** Certificates of root authorities. */
  readonly roots: readonly ControlFile[];
  /** Certificates of timestamp authorities (RFC 3161): their roots. */
  readonly timestampAuthorities: readonly ControlFile[];
  /** Public keys of transparency logs (Rekor). */
  readonly transparencyLogs: readonly ControlFile[];
}

/** Public keys that one account registered on GitHub. */
export interface RegisteredKeys {
  readonly account: Account;
  /** `member`: has write access to the repository; `forge`: GitHub's own `web-flow`. */
  readonly kind: "member" | "forge";
  /** OpenSSH public keys registered for signing, one line each. */
  readonly ssh: readonly string[];
  /** ASCII-armored OpenPGP public keys. */
  readonly gpg: readonly string[];
}
