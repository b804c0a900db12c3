import type { FileDiff } from "../world/git/file-diffs.js";
import type { CommitObject } from "../world/git/commit-object.js";
import type { Repo } from "../world/model.js";
import type { Json } from "../world/json.js";
import { fullName, type World } from "../world/world.js";
import { commitWithAccounts } from "./commits.js";
import { repoApi } from "./repository.js";

/** What two commits are to each other. */
export interface Comparison {
  readonly base: CommitObject;
  readonly head: CommitObject;
  readonly mergeBase: CommitObject;
  readonly ahead: number;
  readonly behind: number;
}

/** A comparison with the commits of one page, and with files on the first page only. */
export async function comparisonJson(
  world: World,
  repo: Repo,
  comparison: Comparison,
  commits: readonly CommitObject[],
  files: readonly FileDiff[] | null,
): Promise<Json> {
  const { base, head, mergeBase, ahead, behind } = comparison;
  const html = `${world.url}/${fullName(repo)}/compare/${base.oid}...${head.oid}`;
  const show = async (commit: CommitObject) => await commitWithAccounts(world, repo, commit);
  return {
    url: repoApi(world, repo, `/compare/${base.oid}...${head.oid}`),
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: await show(base),
    merge_base_commit: await show(mergeBase),
    status: statusOf(ahead, behind),
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: await Promise.all(commits.map(show)),
    ...(files === null ? {} : { files: files.map((file) => fileJson(world, repo, head.oid, file)) }),
  };
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return "diverged";
  if (ahead > 0) return "ahead";
  return behind > 0 ? "behind" : "identical";
}

function fileJson(world: World, repo: Repo, oid: string, file: FileDiff): Json {
  const html = `${world.url}/${fullName(repo)}`;
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: file.oid,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${oid}/${path}`,
    raw_url: `${html}/raw/${oid}/${path}`,
    contents_url: `${repoApi(world, repo, `/contents/${path}`)}?ref=${oid}`,
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}
