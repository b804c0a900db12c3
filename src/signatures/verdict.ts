import type { Account } from "../facts/facts.js";
import type { ReasonCode } from "./reasons.js";

export type VerdictKind = "good" | "unsigned" | "unknown-key" | "bad";
export type SignatureFormat = "openpgp" | "ssh" | "x509";

/** What we found out about the signature of one Git object. Contract of `countersign verify --json`. */
export interface SignatureVerdict {
  readonly oid: string;
  readonly type: "commit" | "tag";
  readonly verdict: VerdictKind;
  readonly format: SignatureFormat | null;
  /** Stable kebab-case code, documented in `docs/signatures.md`. */
  readonly reason: ReasonCode;
  readonly signer: Signer | null;
  /** Whether the trusted key's person is the committer (tagger for a tag), someone else, or the forge. */
  readonly identity: "committer" | "other" | "forge" | null;
  /** When the signature says it was made (OpenPGP) or the committer time (SSH); ISO 8601 UTC. */
  readonly signedAt: string | null;
}

export interface Signer {
  /** OpenPGP: upper-case hex (of an unknown key perhaps its key id only); SSH: `SHA256:` and unpadded base64. */
  readonly fingerprint: string;
  /** The trusted identity: an allowed_signers principal, a user id's e-mail, or a GitHub login. */
  readonly principal: string | null;
  readonly source: "allowed-signers" | "keyring" | "github-member" | "forge" | null;
  readonly account: Account | null;
}
