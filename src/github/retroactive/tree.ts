import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import type { TreeEntry } from "../../facts/case-source.js";
import type { Fact, RepositoryRef, UnknownReason } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const tree = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});
type TreeNode = z.infer<typeof tree>;

/** See `RetroactiveSource.readTree`. https://docs.github.com/rest/git/trees#get-a-tree */
export async function readTree(
  client: Octokit,
  { owner, name }: RepositoryRef,
  commitOid: string,
): Promise<Fact<ReadonlyMap<string, TreeEntry>>> {
  const noTree = (code: UnknownReason["code"], why: string, remedy: string) =>
    unknown(code, `The files of commit ${commitOid.slice(0, 12)} cannot be compared: ${why}.`, remedy);
  try {
    const { data } = await client.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
      owner,
      repo: name,
      tree_sha: commitOid,
      recursive: "1",
    });
    const node = parseAnswer(tree, data, "a commit's files");
    if (node.truncated) {
      return noTree(
        "truncated",
        "GitHub does not list all of them",
        "Have it reviewed on the tracking issue.",
      );
    }
    const files = mapTree(node);
    if (files !== null) return known(files);
    return noTree("malformed", "a path is there twice", "Write the tree anew with git.");
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) {
      return noTree("not-found", "it is gone", "Push a branch that has it.");
    }
    if (!isCountersignError(error, "github-forbidden")) throw error;
    const remedy = "Grant the app the repository permission “Contents: read”.";
    return noTree("forbidden", "GitHub did not let the app read them", remedy);
  }
}

/**
 * Files, links and submodules by path. A tree may be made by hand to hold a path twice, and then Git's tools do not agree
 * on which is meant: `null`.
 */
function mapTree({ tree: entries }: TreeNode): ReadonlyMap<string, TreeEntry> | null {
  const files = entries.filter(({ type }) => type !== "tree");
  const byPath = new Map(files.map(({ path, mode, sha }) => [path, { mode, oid: sha }]));
  return byPath.size === files.length ? byPath : null;
}
