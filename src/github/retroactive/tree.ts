import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import type { TreeEntry } from "../../facts/case-source.js";
import type { Fact, RepositoryRef, Unknown, UnknownReason } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const tree = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});
export type TreeNode = z.infer<typeof tree>;

/** See `TreeSource.readTree`. */
export async function readTree(
  client: Octokit,
  repository: RepositoryRef,
  commitOid: string,
): Promise<Fact<ReadonlyMap<string, TreeEntry>>> {
  const listed = await listTree(client, repository, commitOid, true);
  if (!listed.known) return listed;
  if (listed.value.truncated) return notWhole(commitOid);
  const files = filesOf(listed.value);
  return files === null ? pathTwice(commitOid) : known(files);
}

/**
 * What a commit or a tree holds: with `recursive` also what is in its folders, of which GitHub cuts off a part where they
 * are many. https://docs.github.com/rest/git/trees#get-a-tree
 */
export async function listTree(
  client: Octokit,
  { owner, name }: RepositoryRef,
  oid: string,
  recursive: boolean,
): Promise<Fact<TreeNode>> {
  try {
    const { data } = await client.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
      owner,
      repo: name,
      tree_sha: oid,
      // Any value asks for it.
      ...(recursive && { recursive: "1" }),
    });
    return known(parseAnswer(tree, data, "a commit's files"));
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) {
      return noTree(oid, "not-found", "it is gone", "Push a branch that has it.");
    }
    if (!isCountersignError(error, "github-forbidden")) throw error;
    const remedy = "Grant the app the repository permission “Contents: read”.";
    return noTree(oid, "forbidden", "GitHub did not let the app read them", remedy);
  }
}

const noTree = (oid: string, code: UnknownReason["code"], why: string, remedy: string) =>
  unknown(code, `The files of ${oid.slice(0, 12)} cannot be compared: ${why}.`, remedy);

export const notWhole = (oid: string): Unknown =>
  noTree(oid, "truncated", "GitHub does not list all of them", "Have it reviewed on the tracking issue.");

export const pathTwice = (oid: string): Unknown =>
  noTree(oid, "malformed", "a path is there twice", "Write the tree anew with git.");

/**
 * Files, links and submodules by path. A tree may be made by hand to hold a path twice, and then Git's tools do not agree
 * on which is meant: `null`.
 */
export function filesOf({ tree: entries }: TreeNode): ReadonlyMap<string, TreeEntry> | null {
  const files = entries.filter(({ type }) => type !== "tree");
  const byPath = new Map(files.map(({ path, mode, sha }) => [path, { mode, oid: sha }]));
  return byPath.size === files.length ? byPath : null;
}
