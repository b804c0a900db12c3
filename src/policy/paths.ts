/** Where the policy and the keys it trusts stand on a controlled branch. Fixed by convention, so one look finds them. */
export const POLICY_PATH = ".github/countersign.yml";
export const TRUST_FOLDER = ".github/countersign";
/** In {@link TRUST_FOLDER}: Git's own `allowed_signers` format (ssh-keygen(1), ALLOWED SIGNERS). */
export const ALLOWED_SIGNERS_FILE = "allowed_signers";
/** In {@link TRUST_FOLDER}: one revoked key or fingerprint a line. */
export const REVOKED_KEYS_FILE = "revoked_keys";
/** In {@link TRUST_FOLDER}: a folder of ASCII-armored OpenPGP public keys, `*.asc`. */
export const KEYRING_FOLDER = "keyring";
