import { createHash } from "node:crypto";
import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import { type ControlFiles, type Fact, known, type RepositoryRef } from "../../facts/facts.js";
import { isKrl } from "../../signatures/index.js";
import { parseAnswer } from "../client/parse.js";
import { binaryRevokedKeys, type BranchFiles, mapControlFiles } from "./map-files.js";
import { mapOrganization } from "./map-organization.js";
import type { ControlFilesNode, FileNode, OrganizationPolicyNode } from "./schemas.js";

/** As much as GraphQL gives of a text, though REST would give out 100 MB: other readers of the branch stop there, too. */
const LARGEST_LIST = 512_000;

const blob = z.object({ encoding: z.literal("base64"), content: z.string() });

/** What came back of the control files, and of which commit they are. */
export interface ControlFilesRead {
  readonly commitOid: string;
  readonly organization: OrganizationPolicyNode;
  /** Paths of the fields that GitHub refused. */
  readonly refused: readonly string[];
}

/**
 * Maps control files (see `mapControlFiles`, `mapOrganization`) as they came with another answer. GraphQL gives no binary
 * file, so a list of revoked keys that is one costs a request of its own.
 */
export async function readControlFiles(
  client: Octokit,
  repository: RepositoryRef,
  node: ControlFilesNode,
  { commitOid, organization, refused }: ControlFilesRead,
): Promise<Fact<ControlFiles>> {
  const files = await readBranchFiles(client, repository, node, { commitOid, refused });
  if (!files.known) return files;
  return known({ ...files.value, organization: mapOrganization(repository.owner, organization, refused) });
}

async function readBranchFiles(
  client: Octokit,
  repository: RepositoryRef,
  node: ControlFilesNode,
  { commitOid, refused }: Pick<ControlFilesRead, "commitOid" | "refused">,
): Promise<Fact<BranchFiles>> {
  const file = binaryRevokedKeys(node);
  if (file === null) return mapControlFiles(node, commitOid, refused);
  try {
    const list = await readRevocationList(client, repository, file);
    return mapControlFiles(node, commitOid, refused, list);
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return mapControlFiles(node, commitOid, refused);
    if (!isCountersignError(error, "github-forbidden")) throw error;
    return mapControlFiles(node, commitOid, [...refused, "repository.trustFolder"]);
  }
}

/**
 * The list one character a byte; `null` where the file is no key revocation list, larger than any, or not what its id
 * says. https://docs.github.com/rest/git/blobs#get-a-blob
 */
async function readRevocationList(
  client: Octokit,
  { owner, name }: RepositoryRef,
  { oid, byteSize }: FileNode,
): Promise<string | null> {
  if (byteSize === undefined || byteSize > LARGEST_LIST) return null;
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", {
    owner,
    repo: name,
    file_sha: oid,
  });
  const bytes = Buffer.from(parseAnswer(blob, data, "the list of revoked keys").content, "base64");
  const text = bytes.toString("latin1");
  return isBlob(oid, bytes) && isKrl(text) ? text : null;
}

/** The commit that was reviewed names the bytes, so nothing but these can be the file. */
function isBlob(oid: string, bytes: Uint8Array): boolean {
  const hash = createHash(oid.length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex") === oid;
}
