import type { ControlFile } from "../../../facts/control-files.js";
import type { GitRepository } from "../../../git/repository.js";
import {
  ALLOWED_SIGNERS_PATH,
  KEYRING_FOLDER,
  POLICY_PATH,
  REVOKED_KEYS_PATH,
  TIMESTAMP_AUTHORITIES_FOLDER,
  TRANSPARENCY_LOGS_FOLDER,
  TRUST_FOLDER,
  X509_ROOTS_FOLDER,
} from "../../../policy/paths.js";
import type { TrustMaterial } from "../../../signatures/trust.js";
import { controlFile } from "./texts.js";

/** What a commit says of keys and rules, in the files by which the app judges its branch. */
export interface CommitFiles {
  readonly commit: string;
  readonly material: TrustMaterial;
  /** `null`: the commit has no policy file. */
  readonly policy: ControlFile | null;
}

/**
 * Reads the keys and the policy of the commit that `revision` names.
 * @throws CountersignError `revision-unknown`, or `file-unreadable`: half a trust folder could hide a revocation
 */
export async function readCommitFiles(repository: GitRepository, revision: string): Promise<CommitFiles> {
  const commit = await repository.commitAt(revision);
  const files = (await repository.filesAt(commit, [POLICY_PATH, TRUST_FOLDER])).map(
    ({ path, oid, bytes }) => ({
      ...controlFile(path, bytes),
      oid,
    }),
  );
  const at = (path: string): ControlFile | null => files.find((file) => file.path === path) ?? null;
  const within = (folder: string, suffix: string): ControlFile[] =>
    files.filter(({ path }) => isChild(folder, path) && path.endsWith(suffix));
  return {
    commit,
    policy: at(POLICY_PATH),
    material: {
      allowedSigners: at(ALLOWED_SIGNERS_PATH),
      revokedKeys: at(REVOKED_KEYS_PATH),
      keyring: within(KEYRING_FOLDER, ".asc"),
      registered: [],
      x509: {
        roots: within(X509_ROOTS_FOLDER, ".pem"),
        timestampAuthorities: within(TIMESTAMP_AUTHORITIES_FOLDER, ".pem"),
        transparencyLogs: within(TRANSPARENCY_LOGS_FOLDER, ".pem"),
      },
    },
  };
}

/** Directly in the folder, as the app sees it. */
const isChild = (folder: string, path: string): boolean =>
  path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes("/");
