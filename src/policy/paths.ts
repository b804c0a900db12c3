/** Where the controlled branch keeps its policy and the keys it trusts. Fixed by convention, not configurable. */
export const POLICY_PATH = ".github/countersign.yml";
export const TRUST_FOLDER = ".github/countersign";
export const ALLOWED_SIGNERS_PATH = `${TRUST_FOLDER}/allowed_signers`;
export const REVOKED_KEYS_PATH = `${TRUST_FOLDER}/revoked_keys`;
export const KEYRING_FOLDER = `${TRUST_FOLDER}/keyring`;
export const X509_ROOTS_FOLDER = `${TRUST_FOLDER}/x509-roots`;
export const TIMESTAMP_AUTHORITIES_FOLDER = `${TRUST_FOLDER}/timestamp-authorities`;
export const TRANSPARENCY_LOGS_FOLDER = `${TRUST_FOLDER}/transparency-logs`;

/** Where the account keeps what holds for all of its repositories: a file of the default branch of one of them. */
export const ORGANIZATION_REPOSITORY = ".github";
export const ORGANIZATION_POLICY_PATH = "countersign.yml";

/** Whether a repository is the one that keeps its account's policy. GitHub takes names in any case for the same. */
export const keepsOrganizationPolicy = ({ name }: { readonly name: string }): boolean =>
  name.toLowerCase() === ORGANIZATION_REPOSITORY;
