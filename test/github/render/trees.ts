import type { TreeEntry } from "../world/git.js";
import type { Repo } from "../world/model.js";
import type { Json } from "../world/json.js";
import type { World } from "../world/world.js";
import { repoApi } from "./repository.js";

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
