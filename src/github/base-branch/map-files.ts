import type { ControlFile, ControlFiles, Fact } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import {
  ALLOWED_SIGNERS_PATH,
  KEYRING_FOLDER,
  POLICY_PATH,
  REVOKED_KEYS_PATH,
  TIMESTAMP_AUTHORITIES_FOLDER,
  TRANSPARENCY_LOGS_FOLDER,
  X509_ROOTS_FOLDER,
} from "../../policy/document.js";
import type { ControlFilesNode, FileNode } from "./schemas.js";

/** Control files as the repository itself has them. */
export type BranchFiles = Omit<ControlFiles, "organization">;

type TrustEntry = NonNullable<NonNullable<ControlFilesNode["trustFolder"]>["entries"]>[number];

const CONTROL_FILE_FIELDS = /^repository\.(defaultBranchRef|defaultPolicyFile|policyFile|trustFolder)(\.|$)/;

/** A file that is there but cannot be read whole: the control files as a whole are then unknown. */
class Unreadable extends Error {
  constructor(readonly path: string) {
    super(path);
  }
}

/**
 * Maps policy file and trust folder as of `commitOid`. A file that is binary, cut, or not a file makes all of them
 * unknown: half a trust folder could hide a revocation.
 *
 * @param revocationList the list of revoked keys one character a byte, where it is binary and was read by itself
 */
export function mapControlFiles(
  node: ControlFilesNode,
  commitOid: string,
  refused: readonly string[],
  revocationList: string | null = null,
): Fact<BranchFiles> {
  // A refused file looks like one that is not there, and so does a revocation in it.
  const { defaultBranchRef } = node;
  if (defaultBranchRef === null || refused.some((path) => CONTROL_FILE_FIELDS.test(path))) {
    return unknown(
      "forbidden",
      "GitHub did not let the app read the controlled branch's policy and trusted keys.",
      "Grant the app the repository permission “Contents: read”, then re-run this check.",
    );
  }
  const find = (path: string) => findEntry(node, path);
  const trustFile = (path: string) => mapEntry(path, find(path));
  const pemFiles = (folder: string) => mapFolder(folder, ".pem", find(folder));
  return wholeFiles(() => ({
    commitOid,
    defaultBranch: defaultBranchRef.name,
    defaultPolicy: mapFile(POLICY_PATH, node.defaultPolicyFile),
    policy: mapFile(POLICY_PATH, node.policyFile),
    allowedSigners: trustFile(ALLOWED_SIGNERS_PATH),
    revokedKeys: mapRevokedKeys(find(REVOKED_KEYS_PATH), revocationList),
    keyring: mapFolder(KEYRING_FOLDER, ".asc", find(KEYRING_FOLDER)),
    x509: {
      roots: pemFiles(X509_ROOTS_FOLDER),
      timestampAuthorities: pemFiles(TIMESTAMP_AUTHORITIES_FOLDER),
      transparencyLogs: pemFiles(TRANSPARENCY_LOGS_FOLDER),
    },
  }));
}

/** The list of revoked keys where it is a binary file, as key revocation lists are; `null`: it is text, or not there. */
export function binaryRevokedKeys(node: ControlFilesNode): FileNode | null {
  const file = findEntry(node, REVOKED_KEYS_PATH)?.object ?? null;
  return file?.__typename === "Blob" && file.isBinary === true ? file : null;
}

function findEntry({ trustFolder }: ControlFilesNode, path: string): TrustEntry | undefined {
  return (trustFolder?.entries ?? []).find((entry) => path.endsWith(`/${entry.name}`));
}

function mapRevokedKeys(entry: TrustEntry | undefined, revocationList: string | null): ControlFile | null {
  const oid = entry?.object?.oid;
  if (revocationList === null || oid === undefined) return mapEntry(REVOKED_KEYS_PATH, entry);
  return { path: REVOKED_KEYS_PATH, oid, text: revocationList };
}

/** A file that a pull request's head commit would bring; `null` where it has none. `field`: what it was asked for as. */
export function mapProposed(
  path: string,
  field: "proposedPolicy" | "proposedOrganization",
  node: FileNode | null,
  refused: readonly string[],
): Fact<ControlFile | null> {
  if (refused.some((one) => one.split(".").includes(field))) {
    return unknown(
      "forbidden",
      `GitHub did not let the app read the head commit's ${path}.`,
      "Grant the app the repository permission “Contents: read”, then re-run this check.",
    );
  }
  return wholeFiles(() => mapFile(path, node));
}

/** What `read` maps, or unknown where it comes to a file that cannot be read whole. */
export function wholeFiles<T>(read: () => T): Fact<T> {
  try {
    return known(read());
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const orKrl = error.path === REVOKED_KEYS_PATH ? " or a key revocation list (`ssh-keygen -k`)" : "";
    return unknown(
      "malformed",
      `${error.path} is not a readable text file.`,
      `Make ${error.path} a plain text file${orKrl} of less than 512 kB.`,
    );
  }
}

function mapFolder(path: string, suffix: string, folder: TrustEntry | undefined): ControlFile[] {
  return (folder?.object?.entries ?? [])
    .filter((entry) => entry.name.endsWith(suffix))
    .flatMap((entry) => mapEntry(`${path}/${entry.name}`, entry) ?? []);
}

/** An entry without an object (a submodule) is there all the same. */
function mapEntry(path: string, entry: Pick<TrustEntry, "object"> | undefined): ControlFile | null {
  if (entry?.object === null) throw new Unreadable(path);
  return mapFile(path, entry?.object ?? null);
}

/** A file; `null`: there is none. To be called within `wholeFiles`. */
export function mapFile(path: string, node: FileNode | null): ControlFile | null {
  if (node === null) return null;
  const readable = node.__typename === "Blob" && node.isBinary !== true && node.isTruncated !== true;
  if (!readable || typeof node.text !== "string") throw new Unreadable(path);
  return { path, oid: node.oid, text: node.text };
}
