import type { Octokit } from "@octokit/rest";
import type { TreeEntry } from "../../facts/case-source.js";
import { type Fact, known, type RepositoryRef, type Unknown } from "../../facts/facts.js";
import { filesOf, listTree, notWhole, pathTwice, readTree, type TreeNode } from "./tree.js";

/** More requests for the files of one commit cost more than it is worth to know them. */
const MOST_REQUESTS = 60;

/** See `TreeSource.readReached`. */
export async function readReached(
  client: Octokit,
  repository: RepositoryRef,
  commitOid: string,
  reaches: (folder: string) => boolean,
): Promise<Fact<ReadonlyMap<string, TreeEntry>>> {
  const whole = await readTree(client, repository, commitOid);
  if (whole.known || whole.reason.code !== "truncated") return whole;
  const walk = new Walk(reaches, (oid, recursive) => listTree(client, repository, oid, recursive));
  return (await walk.openFolder("", commitOid)) ?? known(walk.found);
}

/** Goes down from folder to folder where one that is listed with all below it is cut off. */
class Walk {
  readonly found = new Map<string, TreeEntry>();
  readonly #reaches: (folder: string) => boolean;
  readonly #list: (oid: string, recursive: boolean) => Promise<Fact<TreeNode>>;
  #requests = 0;

  constructor(
    reaches: (folder: string) => boolean,
    list: (oid: string, recursive: boolean) => Promise<Fact<TreeNode>>,
  ) {
    this.#reaches = reaches;
    this.#list = list;
  }

  /** Takes what is right in a folder, and all of those in it that are reached. `prefix` ends in a slash; why it cannot. */
  async openFolder(prefix: string, oid: string): Promise<Unknown | null> {
    const listed = await this.#listed(oid, false);
    if (!listed.known) return listed;
    if (listed.value.truncated) return notWhole(oid);
    if (!this.#take(prefix, listed.value)) return pathTwice(oid);
    for (const { path, mode, sha } of listed.value.tree.filter(({ type }) => type === "tree")) {
      const folder = `${prefix}${path}`;
      if (!this.#reaches(folder)) {
        this.found.set(folder, { mode, oid: sha });
        continue;
      }
      const failed = await this.#takeFolder(`${folder}/`, sha);
      if (failed !== null) return failed;
    }
    return null;
  }

  async #takeFolder(prefix: string, oid: string): Promise<Unknown | null> {
    const listed = await this.#listed(oid, true);
    if (!listed.known) return listed;
    if (listed.value.truncated) return this.openFolder(prefix, oid);
    return this.#take(prefix, listed.value) ? null : pathTwice(oid);
  }

  async #listed(oid: string, recursive: boolean): Promise<Fact<TreeNode>> {
    this.#requests += 1;
    return this.#requests > MOST_REQUESTS ? notWhole(oid) : this.#list(oid, recursive);
  }

  #take(prefix: string, node: TreeNode): boolean {
    const files = filesOf(node);
    for (const [path, entry] of files ?? []) this.found.set(`${prefix}${path}`, entry);
    return files !== null;
  }
}
