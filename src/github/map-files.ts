import type { ControlFile, ControlFiles, Fact } from "../facts/facts.js";
import { known, unknown } from "../facts/facts.js";
import { ALLOWED_SIGNERS_PATH, KEYRING_FOLDER, POLICY_PATH, REVOKED_KEYS_PATH } from "../policy/document.js";
import type { ControlFilesNode, FileNode } from "./responses.js";

type TrustEntry = NonNullable<NonNullable<ControlFilesNode["trustFolder"]>["entries"]>[number];

/** A file that is there but cannot be read whole: the control files as a whole are then unknown. */
class Unreadable extends Error {
  constructor(readonly path: string) {
    super(path);
  }
}

/**
 * Maps policy file and trust folder as of `commitOid`. A file that is binary, cut, or not a file makes all of them
 * unknown: half a trust folder could hide a revocation.
 */
export function mapControlFiles(node: ControlFilesNode, commitOid: string): Fact<ControlFiles> {
  const entries = node.trustFolder?.entries ?? [];
  const find = (path: string) => entries.find((entry) => path.endsWith(`/${entry.name}`));
  const trustFile = (path: string) => mapFile(path, find(path)?.object ?? null);
  try {
    return known({
      commitOid,
      defaultBranch: node.defaultBranchRef?.name ?? "",
      defaultPolicy: mapFile(POLICY_PATH, node.defaultPolicyFile),
      policy: mapFile(POLICY_PATH, node.policyFile),
      allowedSigners: trustFile(ALLOWED_SIGNERS_PATH),
      revokedKeys: trustFile(REVOKED_KEYS_PATH),
      keyring: mapKeyring(find(KEYRING_FOLDER)),
    });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return unknown(
      "malformed",
      `${error.path} on the controlled branch is not a readable text file.`,
      `Replace ${error.path} by a plain text file of less than 512 kB.`,
    );
  }
}

function mapKeyring(folder: TrustEntry | undefined): ControlFile[] {
  return (folder?.object?.entries ?? [])
    .filter((entry) => entry.name.endsWith(".asc"))
    .flatMap((entry) => mapFile(`${KEYRING_FOLDER}/${entry.name}`, entry.object) ?? []);
}

function mapFile(path: string, node: FileNode | null): ControlFile | null {
  if (node === null) return null;
  const readable = node.__typename === "Blob" && node.isBinary !== true && node.isTruncated !== true;
  if (!readable || typeof node.text !== "string") throw new Unreadable(path);
  return { path, oid: node.oid, text: node.text };
}
