import { rm } from "node:fs/promises";
import { createRepository, type CommitOptions, type Repository } from "../../../support/git.js";
import { parseCommit, type CommitObject } from "./commit-object.js";

const NO_OBJECT = "0".repeat(40);

export interface GitObject {
  readonly oid: string;
  readonly type: "commit" | "tree" | "blob" | "tag";
  readonly raw: Buffer;
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly oid: string;
  /** Bytes of a blob; `null` for what is none. */
  readonly size: number | null;
  readonly name: string;
}

export interface DiffSize {
  readonly additions: number;
  readonly deletions: number;
  readonly files: number;
}

/** One bare repository on disk: real objects, real refs, real git. Objects never change, so they are kept once read. */
export class GitStore {
  readonly #repository: Repository;
  readonly #objects = new Map<string, GitObject>();
  readonly #commits = new Map<string, CommitObject>();
  readonly #ranges = new Map<string, readonly string[]>();
  readonly #histories = new Map<string, readonly string[]>();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  static async create(path: string): Promise<GitStore> {
    const store = new GitStore(await createRepository({ bare: true, path }));
    await store.run("config", "http.receivepack", "true");
    return store;
  }

  get path(): string {
    return this.#repository.gitDir;
  }

  async run(...args: string[]): Promise<string> {
    return await this.#repository.run(...args);
  }

  async git(...args: Parameters<Repository["git"]>): Promise<Buffer> {
    return await this.#repository.git(...args);
  }

  async commit(options: CommitOptions): Promise<string> {
    return await this.#repository.commit(options);
  }

  async dispose(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  /** Every ref with the object it points at. */
  async refs(prefix = "refs/"): Promise<Map<string, string>> {
    const listed = await this.run("for-each-ref", "--format=%(objectname) %(refname)", prefix);
    const lines = listed === "" ? [] : listed.split("\n");
    return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
  }

  /** The object a ref points at, or `null`. */
  async tip(ref: string): Promise<string | null> {
    return (await this.refs(ref)).get(ref) ?? null;
  }

  /** Moves, makes or (with `null`) deletes a ref. */
  async setRef(ref: string, oid: string | null): Promise<void> {
    await this.run("update-ref", ...(oid === null ? ["-d", ref] : [ref, oid]));
  }

  /** What a revision expression (`main`, an OID, `main:path`) means, or `null`. */
  async resolve(expression: string): Promise<string | null> {
    if (expression.startsWith("-") || expression === NO_OBJECT) return null;
    const found = await this.run("rev-parse", "--quiet", "--verify", "--end-of-options", expression).catch(
      () => null,
    );
    return found !== null && (await this.objects([found])).length === 1 ? found : null;
  }

  /** The objects with these OIDs in their order; those that are not there are left out. */
  async objects(oids: readonly string[]): Promise<GitObject[]> {
    const missing = oids.filter((oid) => !this.#objects.has(oid));
    if (missing.length > 0) await this.#read(missing);
    return oids.flatMap((oid) => this.#objects.get(oid) ?? []);
  }

  async commits(oids: readonly string[]): Promise<CommitObject[]> {
    const objects = await this.objects(oids);
    return objects.filter(({ type }) => type === "commit").map((object) => this.#parsed(object));
  }

  /** @throws if there is no such commit */
  async commitObject(oid: string): Promise<CommitObject> {
    const [commit] = await this.commits([oid]);
    if (commit === undefined) throw new Error(`no commit ${oid}`);
    return commit;
  }

  async isCommit(oid: string): Promise<boolean> {
    return /^[0-9a-f]{40}$/.test(oid) && (await this.commits([oid])).length === 1;
  }

  /** The entries of a tree; with `recursive` also of all trees below it, named by their path from here. */
  async tree(oid: string, recursive = false): Promise<TreeEntry[]> {
    const listed = await this.git(["ls-tree", "-z", "-l", ...(recursive ? ["-r", "-t"] : []), oid]);
    const lines = listed.toString("utf8").split("\0").slice(0, -1);
    return lines.map((line) => {
      const [mode = "", type = "", entry = "", size = ""] = line.slice(0, line.indexOf("\t")).split(/ +/);
      const name = line.slice(line.indexOf("\t") + 1);
      return { mode, type, oid: entry, size: size === "-" ? null : Number(size), name };
    });
  }

  /** Commits reachable from `head` and not from `base` (both OIDs, so the answer never changes), parents first. */
  async between(base: string, head: string): Promise<string[]> {
    const range = `${base}..${head}`;
    const known = this.#ranges.get(range);
    if (known !== undefined) return [...known];
    const listed = await this.run("rev-list", "--topo-order", "--reverse", range);
    const oids = listed === "" ? [] : listed.split("\n");
    this.#ranges.set(range, oids);
    return [...oids];
  }

  /** A commit and all its ancestors in the order of `git log`: the newest first. */
  async history(oid: string): Promise<readonly string[]> {
    const known = this.#histories.get(oid);
    if (known !== undefined) return known;
    const oids = (await this.run("rev-list", oid)).split("\n");
    this.#histories.set(oid, oids);
    return oids;
  }

  /** The best common ancestor, or `null` where there is none. */
  async mergeBase(one: string, other: string): Promise<string | null> {
    const found = await this.run("merge-base", one, other).catch(() => "");
    return found === "" ? null : found;
  }

  /** Whether git would take this as the full name of a ref. */
  async isRefName(name: string): Promise<boolean> {
    return await this.run("check-ref-format", name).then(
      () => true,
      () => false,
    );
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return (await this.run("rev-list", "--max-count=1", ancestor, `^${descendant}`)) === "";
  }

  /** Size of the change from the merge base of both to `head`. */
  async diffSize(base: string, head: string): Promise<DiffSize> {
    const listed = await this.run("diff", "--numstat", `${base}...${head}`);
    const lines = listed === "" ? [] : listed.split("\n");
    const sum = (column: number) =>
      lines.reduce((total, line) => total + (Number(line.split("\t")[column]) || 0), 0);
    return { additions: sum(0), deletions: sum(1), files: lines.length };
  }

  /** The tree that merging both gives, or `null` where they conflict. */
  async mergedTree(ours: string, theirs: string): Promise<string | null> {
    return await this.run("merge-tree", "--write-tree", ours, theirs).catch(() => null);
  }

  /** Copies a ref of another repository here: how the head of a fork gets to the base repository. */
  async fetch(from: GitStore, ref: string, to: string): Promise<void> {
    await this.run("fetch", "--quiet", "--no-tags", from.path, `+${ref}:${to}`);
  }

  async #read(oids: readonly string[]): Promise<void> {
    const output = await this.git(["cat-file", "--batch"], { input: oids.map((oid) => `${oid}\n`).join("") });
    let at = 0;
    while (at < output.length) {
      const line = output.indexOf(10, at);
      const [oid = "", type = "", size = ""] = output.toString("latin1", at, line).split(" ");
      at = line + 1;
      if (!isObjectType(type)) continue;
      this.#objects.set(oid, { oid, type, raw: output.subarray(at, at + Number(size)) });
      at += Number(size) + 1;
    }
  }

  #parsed({ oid, raw }: GitObject): CommitObject {
    const known = this.#commits.get(oid);
    if (known !== undefined) return known;
    const commit = parseCommit(oid, raw);
    this.#commits.set(oid, commit);
    return commit;
  }
}

function isObjectType(type: string): type is GitObject["type"] {
  return ["commit", "tree", "blob", "tag"].includes(type);
}
