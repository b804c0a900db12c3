import type { Account } from "../facts/facts.js";
import type { ReasonCode } from "./reasons.js";
import type { Weakness } from "./rules.js";

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
  readonly standing: Standing;
  /** Algorithms below today's strength, by name. A good verdict with any was allowed by the policy. */
  readonly weaknesses: readonly Weakness[];
  /** What a FIDO security key says of the one who signed; `null`: no such key signed. */
  readonly securityKey: SecurityKeyUse | null;
}

/** The same signature at two instants: an end of validity or a revocation may lie between them. */
export interface Standing {
  /** As it was found when it was made, by its own time. */
  readonly atSigning: ReasonCode;
  /** As it would be found, had it been made at the evaluation. */
  readonly atEvaluation: ReasonCode;
}

export interface SecurityKeyUse {
  /** Somebody touched the device. */
  readonly userPresent: boolean;
  /** The device checked a PIN or finger. */
  readonly userVerified: boolean;
}

export interface Signer {
  /**
   * OpenPGP: upper-case hex (of an unknown key perhaps its key id only); SSH: `SHA256:` and unpadded base64; X.509:
   * upper-case hex of the certificate's SHA-256.
   */
  readonly fingerprint: string;
  /** The trusted identity: an allowed_signers principal, a user id's or certificate's e-mail, or a GitHub login. */
  readonly principal: string | null;
  readonly source: "allowed-signers" | "keyring" | "certificate" | "github-member" | "forge" | null;
  readonly account: Account | null;
}
