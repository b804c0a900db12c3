import type { VerdictKind } from "./verdict.js";

interface Reason {
  readonly verdict: VerdictKind;
  /** One sentence: what was found. */
  readonly meaning: string;
  /** One sentence: what mends it; empty where nothing is to be mended. */
  readonly remedy: string;
}

const reason = (verdict: VerdictKind, meaning: string, remedy: string): Reason => ({
  verdict,
  meaning,
  remedy,
});

const SIGN_AGAIN = "Sign the commit again with `git commit --amend --no-edit -S` and push it.";
const SIGN_REBASE =
  "Sign every commit of the branch again with `git rebase --exec 'git commit --amend --no-edit -S' <base>`.";
const ASK_OWNER =
  "Find out who made this object: it is not what the key's owner signed. Then recreate it with your own `git`.";
const ASK_CERTIFICATE = "Get a new certificate for your key from its authority, and sign again with it.";
const NEW_KEY = "Make a new key, have it added to the trusted keys, and sign again with it.";
const REWRITE = "Recreate the commit with plain `git commit -S`, which writes no such object.";

/**
 * Every reason code, the verdict it stands for, what it means and what mends it. Codes are a public contract
 * (`countersign verify --json`, merge records): they are added to, never renamed. `docs/signatures.md` lists them.
 */
export const REASONS = {
  good: reason("good", "The signature is valid and its key is trusted.", ""),
  "good-key-expired-since": reason(
    "good",
    "The signature is valid and its key was valid at the time of signing, but has expired since.",
    "Renew the key, or let the policy refuse signatures of keys that have expired since.",
  ),
  "good-key-retired-since": reason(
    "good",
    "The signature is valid and older than its key's retirement or replacement.",
    "Sign with the new key from now on.",
  ),
  "good-weak-algorithm": reason(
    "good",
    "The signature is valid, but uses an algorithm that is refused today and that the policy allows for history.",
    "Sign new commits with SHA-256 or better and a key that is not DSA or RSA below 2048 bits.",
  ),

  unsigned: reason("unsigned", "The object carries no signature.", SIGN_REBASE),

  "unknown-key": reason(
    "unknown-key",
    "The key that signed is in no allowed_signers file, no keyring and on no member's account.",
    "Add the public key to the trusted keys, or sign again with a key that is trusted.",
  ),
  "namespace-not-allowed": reason(
    "unknown-key",
    "The SSH key is listed in allowed_signers, but not for the namespace `git`.",
    'Add `namespaces="git"` to the key\'s line in allowed_signers.',
  ),
  "certificate-authority-as-key": reason(
    "unknown-key",
    "The SSH key is listed only as a certificate authority, so it may not sign by itself.",
    "List the key in a line of its own without `cert-authority`, or sign with a key that is listed so.",
  ),
  "certificate-principal-mismatch": reason(
    "unknown-key",
    "The SSH certificate names nobody for whom allowed_signers trusts its authority.",
    "Have a certificate made with your e-mail as its principal (`ssh-keygen -s <ca> -I <id> -n <e-mail> <key>`).",
  ),
  "x509-unsupported": reason(
    "unknown-key",
    "The X.509/CMS signature (S/MIME or gitsign) is of a form or uses an algorithm that is not supported.",
    "Sign with an OpenPGP or SSH key, or with gitsign or S/MIME in their usual forms.",
  ),
  "x509-untrusted": reason(
    "unknown-key",
    "The certificate that signed leads to none of the trusted root authorities.",
    "Add the root certificate (PEM) to the trusted roots, or sign with an OpenPGP or SSH key that is trusted.",
  ),
  "x509-certificate-missing": reason(
    "unknown-key",
    "The X.509/CMS signature does not hold the certificate that made it.",
    "Have the signing certificate included in the signature, then sign again.",
  ),
  "x509-principal-not-allowed": reason(
    "unknown-key",
    "The certificate is of a trusted authority, but the policy lets it vouch for nobody whom the certificate names.",
    "Add the identity to `signatures.x509.principals` (and its issuer to `issuers`) in the policy.",
  ),
  "x509-time-unproven": reason(
    "unknown-key",
    "The certificate is not valid now, and no verified timestamp or log proof shows that it was when it signed.",
    "Sign with a timestamp or transparency-log proof included, and add its authority's keys to the trusted ones.",
  ),

  "oid-mismatch": reason(
    "bad",
    "Payload and signature cannot be put together to the bytes that the object's id is the hash of.",
    REWRITE,
  ),
  "object-malformed": reason(
    "bad",
    "The object lacks a header that Git requires, or has it in the wrong place.",
    REWRITE,
  ),
  "duplicate-header": reason(
    "bad",
    "A header that may occur once occurs twice: readers differ on which one counts.",
    REWRITE,
  ),
  "nul-in-header": reason(
    "bad",
    "There is a NUL byte in the headers, where C programs stop reading.",
    REWRITE,
  ),
  "multiple-signatures": reason("bad", "The object carries more than one signature.", SIGN_AGAIN),
  "unknown-signature-header": reason(
    "bad",
    "A header starting with `gpgsig` is neither payload nor a signature for Git: it would ride along unsigned.",
    REWRITE,
  ),
  "signature-format-unknown": reason(
    "bad",
    "The signature starts with no armor line that Git knows.",
    SIGN_AGAIN,
  ),
  "signature-malformed": reason("bad", "The signature cannot be read as its format prescribes.", SIGN_AGAIN),
  "signature-invalid": reason("bad", "The signature does not belong to this object and key.", ASK_OWNER),
  "signature-type": reason(
    "bad",
    "The OpenPGP signature is of a type that does not cover documents.",
    SIGN_AGAIN,
  ),
  "signature-without-time": reason("bad", "The OpenPGP signature does not say when it was made.", SIGN_AGAIN),
  "signature-without-issuer": reason(
    "bad",
    "The OpenPGP signature does not say which key made it.",
    SIGN_AGAIN,
  ),
  "signature-expired": reason(
    "bad",
    "The signature itself carries an expiry date that has passed.",
    SIGN_AGAIN,
  ),
  "signed-in-future": reason(
    "bad",
    "The signature or the commit is dated more than ten minutes into the future.",
    "Set the machine's clock (`timedatectl set-ntp true`), then sign again.",
  ),
  "critical-subpacket-unknown": reason(
    "bad",
    "The signature demands that a property be understood that we do not know (RFC 9580, section 5.2.3.7).",
    SIGN_AGAIN,
  ),
  "namespace-mismatch": reason(
    "bad",
    "The SSH signature was made for another purpose than Git (its namespace is not `git`).",
    SIGN_AGAIN,
  ),
  "user-presence-missing": reason(
    "bad",
    "The security key signed without anybody touching it.",
    "Make a security key without `no-touch-required`, and sign again with it.",
  ),
  "user-verification-missing": reason(
    "bad",
    "The security key signed without checking a PIN or finger, which the policy or its certificate requires.",
    "Make a key with `ssh-keygen -t ed25519-sk -O verify-required`, have it added to the trusted keys, and sign again.",
  ),

  "certificate-invalid": reason(
    "bad",
    "The SSH certificate cannot be read, is not a user's, or was not signed by its authority.",
    ASK_CERTIFICATE,
  ),
  "certificate-restricted": reason(
    "bad",
    "The SSH certificate may only be used under conditions (critical options) that a signature cannot meet.",
    "Have a certificate made without critical options.",
  ),
  "certificate-expired": reason(
    "bad",
    "The SSH certificate had expired at the commit's time.",
    ASK_CERTIFICATE,
  ),
  "certificate-not-yet-valid": reason(
    "bad",
    "The SSH certificate becomes valid only after the commit's time.",
    "Set the machine's clock, or wait; then sign again.",
  ),
  "certificate-revoked": reason(
    "bad",
    "The SSH certificate is on the list of revoked keys, by its serial number or key id.",
    ASK_CERTIFICATE,
  ),
  "x509-certificate-invalid": reason(
    "bad",
    "The X.509 certificate or one above it cannot be read, or breaks the rules of RFC 5280.",
    ASK_CERTIFICATE,
  ),
  "x509-not-for-signing": reason(
    "bad",
    "The X.509 certificate may not sign data: its key usage does not allow it.",
    "Get a certificate for signing (key usage digitalSignature; e-mail protection or code signing), and sign again.",
  ),

  "weak-digest": reason(
    "bad",
    "The signature uses MD5, SHA-1 or RIPEMD-160, for which forgeries can be made.",
    "Put `digest-algo SHA256` into `gpg.conf` (or sign with `rsa-sha2-512`), then sign again.",
  ),
  "weak-key": reason("bad", "The key is DSA or RSA, shorter than 2048 bits.", NEW_KEY),
  "algorithm-unsupported": reason(
    "bad",
    "The key or signature uses an algorithm that is not supported.",
    NEW_KEY,
  ),

  "key-expired": reason(
    "bad",
    "The key had expired when the signature was made.",
    "Renew the key (`gpg --quick-set-expire <fingerprint> 1y`), publish it, and sign again.",
  ),
  "key-not-yet-valid": reason(
    "bad",
    "The signature is dated before its key was made or became valid.",
    "Set the machine's clock, or correct `valid-after` in allowed_signers; then sign again.",
  ),
  "key-revoked": reason("bad", "The key has been revoked.", NEW_KEY),
  "key-listed-as-revoked": reason("bad", "The key is on the list of revoked keys.", NEW_KEY),
  "key-not-for-signing": reason(
    "bad",
    "The key may not sign data: its flags do not allow it, or the signing subkey did not confirm its primary key.",
    "Sign with a signing (sub)key; `gpg --edit-key <fingerprint> cross-certify` confirms an old one.",
  ),
  "revocations-unreadable": reason(
    "bad",
    "The list of revoked keys cannot be read in full, so no key can be said not to be revoked.",
    "Mend what the trust problems name: a line (one key or fingerprint each), or a KRL (`ssh-keygen -k -f <file> <keys>`).",
  ),
  "internal-error": reason(
    "bad",
    "Verification failed in a way that was not foreseen, so nothing is believed.",
    "Report it with the object (`git cat-file -p <oid>`), and sign again meanwhile.",
  ),
} as const satisfies Record<string, Reason>;

export type ReasonCode = keyof typeof REASONS;

/** The verdict a reason stands for. */
export const verdictOf = (code: ReasonCode): VerdictKind => REASONS[code].verdict;

/**
 * Thrown by the parsers and checks of this folder, and turned into a verdict in `verify.ts`. `code` is the
 * reason; `detail` is for people who debug, and nothing decides on it.
 */
export class SignatureRefusal extends Error {
  override readonly name = "SignatureRefusal";
  readonly code: ReasonCode;
  readonly detail: string | undefined;

  constructor(code: ReasonCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}
