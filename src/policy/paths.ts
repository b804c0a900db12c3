/** Where the controlled branch keeps its policy and the keys it trusts. Fixed by convention, not configurable. */
export const POLICY_PATH = ".github/countersign.yml";
export const TRUST_FOLDER = ".github/countersign";
export const ALLOWED_SIGNERS_PATH = `${TRUST_FOLDER}/allowed_signers`;
export const REVOKED_KEYS_PATH = `${TRUST_FOLDER}/revoked_keys`;
export const KEYRING_FOLDER = `${TRUST_FOLDER}/keyring`;
export const X509_ROOTS_FOLDER = `${TRUST_FOLDER}/x509-roots`;
export const TIMESTAMP_AUTHORITIES_FOLDER = `${TRUST_FOLDER}/timestamp-authorities`;
export const TRANSPARENCY_LOGS_FOLDER = `${TRUST_FOLDER}/transparency-logs`;
