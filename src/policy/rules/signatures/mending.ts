import { REASONS, type ReasonCode } from "../../../signatures/reasons.js";
import { ALLOWED_SIGNERS_PATH, REVOKED_KEYS_PATH } from "../../document.js";
import type { Remedy } from "../../finding.js";
import { advice } from "../build.js";

/**
 * What has to be done about a commit that does not pass.
 *
 * - `sign`: sign it again; nothing else is wrong
 * - `recreate`: make the commit anew, for signing it again would carry over what is wrong with it
 * - `prepare`: first what the reason's remedy says (a clock, a key, a certificate), then sign again
 * - `vouch`: have the key added to the trust files, or sign again with another
 * - `allowed-signers`, `revoked-keys`: that file is wrong, and signing again would change nothing
 * - `nothing`: there is nothing to mend
 */
export type Mending =
  "sign" | "recreate" | "prepare" | "vouch" | "allowed-signers" | "revoked-keys" | "nothing";

/** Closed over all reason codes: a new one does not compile until someone has thought about what mends it. */
export const MENDING: Readonly<Record<ReasonCode, Mending>> = {
  good: "nothing",
  "good-key-expired-since": "nothing",
  "good-key-retired-since": "nothing",
  "good-weak-algorithm": "nothing",

  unsigned: "sign",

  "unknown-key": "vouch",
  "namespace-not-allowed": "allowed-signers",
  "certificate-authority-as-key": "allowed-signers",
  "certificate-principal-mismatch": "prepare",
  "x509-unsupported": "prepare",
  "x509-untrusted": "prepare",
  "x509-certificate-missing": "prepare",
  "x509-principal-not-allowed": "prepare",
  "x509-time-unproven": "prepare",

  "oid-mismatch": "recreate",
  "object-malformed": "recreate",
  "duplicate-header": "recreate",
  "nul-in-header": "recreate",
  "multiple-signatures": "sign",
  "unknown-signature-header": "recreate",
  "signature-format-unknown": "sign",
  "signature-malformed": "sign",
  "signature-invalid": "recreate",
  "signature-type": "sign",
  "signature-without-time": "sign",
  "signature-without-issuer": "sign",
  "signature-expired": "sign",
  "signed-in-future": "prepare",
  "critical-subpacket-unknown": "sign",
  "namespace-mismatch": "sign",
  "user-presence-missing": "prepare",
  "user-verification-missing": "prepare",

  "certificate-invalid": "prepare",
  "certificate-restricted": "prepare",
  "certificate-expired": "prepare",
  "certificate-not-yet-valid": "prepare",
  "certificate-revoked": "prepare",
  "x509-certificate-invalid": "prepare",
  "x509-not-for-signing": "prepare",

  "weak-digest": "prepare",
  "weak-key": "prepare",
  "algorithm-unsupported": "prepare",

  "key-expired": "prepare",
  "key-not-yet-valid": "prepare",
  "key-revoked": "prepare",
  "key-listed-as-revoked": "prepare",
  "key-not-for-signing": "prepare",
  "revocations-unreadable": "revoked-keys",
  "internal-error": "recreate",
};

const SIGNED_AGAIN: ReadonlySet<Mending> = new Set<Mending>(["sign", "recreate", "prepare"]);

/** Whether the commit has to be signed again before it can pass. */
export const needsSigning = (mending: Mending): boolean => SIGNED_AGAIN.has(mending);

/**
 * What mends a signature that was refused for `code`, in the words of its reason. The commands that sign commits
 * again are not in it: they are the same for all commits of a pull request (`resignRemedy`).
 */
export function reasonRemedy(code: ReasonCode): Remedy {
  const { remedy } = REASONS[code];
  switch (MENDING[code]) {
    case "prepare":
      return advice(`${remedy} Once that is in place, these commands sign the commits again.`);
    case "allowed-signers":
      return advice(
        `${remedy} Change ${ALLOWED_SIGNERS_PATH} on the base branch, by a pull request of its own.`,
      );
    case "revoked-keys":
      return advice(
        `${remedy} The file is ${REVOKED_KEYS_PATH} on the base branch. Until it is mended nothing passes, the change that mends it included: someone who may bypass the protection has to merge that.`,
      );
    default:
      return advice(remedy);
  }
}
