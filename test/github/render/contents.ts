import type { GitObject, TreeEntry } from "../world/git/git.js";
import type { Repo } from "../world/model.js";
import type { Json } from "../world/json.js";
import { notFound } from "../world/refusal.js";
import { fullName, type World } from "../world/world.js";
import { nodeId } from "./accounts.js";
import { repoApi } from "./repository.js";

/** A file with its content, or a folder's entries, at a revision. @throws Refusal 404 */
export async function contentJson(
  world: World,
  repo: Repo,
  revision: string,
  path: string,
): Promise<unknown> {
  const { git } = repo;
  const oid = await git.resolve(`${revision}:${path}`);
  const [object] = oid === null ? [] : await git.objects([oid]);
  if (object === undefined) throw notFound();
  if (object.type === "tree") {
    const entries = await git.tree(object.oid);
    const inside = (name: string) => (path === "" ? name : `${path}/${name}`);
    return entries.map((entry) =>
      item(world, repo, revision, inside(entry.name), entry.oid, kind(entry.type), 0),
    );
  }
  return {
    ...item(world, repo, revision, path, object.oid, "file", object.raw.length),
    encoding: "base64",
    content: object.raw.toString("base64").replace(/.{60}/g, "$&\n"),
  };
}

function kind(type: string): string {
  return type === "tree" ? "dir" : "file";
}

function item(
  world: World,
  repo: Repo,
  revision: string,
  path: string,
  oid: string,
  type: string,
  size: number,
): Json {
  const self = repoApi(world, repo, `/contents/${encodeURI(path)}?ref=${encodeURIComponent(revision)}`);
  const git = repoApi(world, repo, `/git/${type === "dir" ? "trees" : "blobs"}/${oid}`);
  const html = `${world.url}/${fullName(repo)}/blob/${encodeURIComponent(revision)}/${encodeURI(path)}`;
  return {
    type,
    size,
    name: path.split("/").at(-1) ?? "",
    path,
    sha: oid,
    url: self,
    git_url: git,
    html_url: html,
    download_url: type === "file" ? `${html}?raw=true` : null,
    _links: { self, git, html },
  };
}

/** A blob of the Git data API: base64 in lines, as GitHub breaks it. */
export function blobJson(world: World, repo: Repo, { oid, raw }: GitObject): Json {
  return {
    sha: oid,
    node_id: nodeId("Blob", oid),
    size: raw.length,
    url: repoApi(world, repo, `/git/blobs/${oid}`),
    content: raw.toString("base64").replace(/.{60}/g, "$&\n"),
    encoding: "base64",
  };
}

/** A tree of the Git data API; with all that is below it where asked. Cut off where it is larger than GitHub lists. */
export async function treeJson(world: World, repo: Repo, oid: string, recursive: boolean): Promise<Json> {
  const entries = await repo.git.tree(oid, recursive);
  return {
    sha: oid,
    url: repoApi(world, repo, `/git/trees/${oid}`),
    tree: entries.slice(0, world.largestTree).map((entry) => treeEntry(world, repo, entry)),
    truncated: entries.length > world.largestTree,
  };
}

/** A submodule's commit is in another repository, so it has no address here. */
function treeEntry(world: World, repo: Repo, { name, mode, type, oid, size }: TreeEntry): Json {
  return {
    path: name,
    mode,
    type,
    sha: oid,
    ...(size === null ? {} : { size }),
    ...(type === "commit" ? {} : { url: repoApi(world, repo, `/git/${type}s/${oid}`) }),
  };
}
