import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, type RunOptions } from "./run.js";
import { gpgTime, type SigningKey } from "./signing.js";

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface CommitOptions {
  readonly message: string;
  readonly author: Person;
  /** The author where it is left out. */
  readonly committer?: Person;
  /** Author, committer and signature time; now where it is left out. */
  readonly date?: Date;
  /** Path → content, over the tree of the first parent; `null` removes the path. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  readonly key?: SigningKey | null;
  /** The tip of `branch` where it is left out. */
  readonly parents?: readonly string[];
  /** `main` where it is left out; made if it is not there. */
  readonly branch?: string;
}

export interface TagOptions {
  readonly name: string;
  readonly message: string;
  readonly tagger: Person;
  readonly target: string;
  readonly date?: Date;
  readonly key?: SigningKey | null;
}

export interface RepositoryOptions {
  readonly bare?: boolean;
  readonly objectFormat?: "sha1" | "sha256";
  /** Where it goes; a fresh temporary folder where it is left out. */
  readonly path?: string;
}

/** A real git repository whose commits are made by git's own plumbing, so it needs no work tree. */
export class Repository {
  readonly path: string;
  readonly gitDir: string;

  constructor(path: string, bare: boolean) {
    this.path = path;
    this.gitDir = bare ? path : join(path, ".git");
  }

  /** Runs git here and gives its output without the trailing newline. */
  async run(...args: string[]): Promise<string> {
    return (await this.git(args)).toString("utf8").replace(/\n$/, "");
  }

  /** Runs git here and gives its output's bytes. */
  async git(args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
    return await run("git", args, {
      ...options,
      cwd: this.path,
      env: { GIT_DIR: this.gitDir, ...options.env },
    });
  }

  /** The bytes of an object as they are hashed, without git's header. */
  async rawObject(oid: string): Promise<Buffer> {
    return await this.git(["cat-file", await this.run("cat-file", "-t", oid), oid]);
  }

  /** Stores bytes as an object, however odd they are, and gives its id. */
  async writeObject(type: "commit" | "tag" | "blob" | "tree", raw: Uint8Array): Promise<string> {
    const written = await this.git(["hash-object", "-t", type, "-w", "--stdin", "--literally"], {
      input: raw,
    });
    return written.toString("latin1").trim();
  }

  /** Makes a commit, moves `branch` to it, and gives its id. */
  async commit(options: CommitOptions): Promise<string> {
    const branch = `refs/heads/${options.branch ?? "main"}`;
    const tip = await this.#tip(branch);
    const parents = options.parents ?? (tip === null ? [] : [tip]);
    const tree = await this.#tree(parents[0] ?? null, options.files ?? {});
    const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
    const { config, flags, env } = signingArguments(options.key ?? null, "-S", options.date);
    const made = await this.git([...config, ...args, ...flags], {
      env: {
        ...env,
        ...identityEnvironment(options.author, options.committer ?? options.author, options.date),
      },
      input: `${options.message}\n`,
    });
    const oid = made.toString("latin1").trim();
    await this.run("update-ref", branch, oid);
    return oid;
  }

  /** Makes an annotated tag and gives the id of the tag object. */
  async tag(options: TagOptions): Promise<string> {
    const { config, flags, env } = signingArguments(options.key ?? null, "-s", options.date);
    const kind = flags.length === 0 ? ["-a"] : flags;
    await this.git([...config, "tag", ...kind, "-F", "-", options.name, options.target], {
      env: { ...env, ...identityEnvironment(options.tagger, options.tagger, options.date) },
      input: `${options.message}\n`,
    });
    return await this.run("rev-parse", `refs/tags/${options.name}`);
  }

  async dispose(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async #tip(ref: string): Promise<string | null> {
    const tip = await this.run("for-each-ref", "--format=%(objectname)", ref);
    return tip === "" ? null : tip;
  }

  async #tree(parent: string | null, files: NonNullable<CommitOptions["files"]>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "index-"));
    const env = { GIT_INDEX_FILE: join(folder, "index") };
    try {
      if (parent !== null) await this.git(["read-tree", parent], { env });
      const noBlob = "0".repeat(parent?.length ?? 40);
      const lines: string[] = [];
      for (const [path, content] of Object.entries(files)) {
        const blob = content === null ? null : await this.writeObject("blob", Buffer.from(content));
        lines.push(blob === null ? `0 ${noBlob}\t${path}` : `100644 ${blob}\t${path}`);
      }
      await this.git(["update-index", "--index-info"], {
        env,
        input: lines.map((line) => `${line}\n`).join(""),
      });
      return (await this.git(["write-tree"], { env })).toString("latin1").trim();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Makes an empty repository whose first branch is `main`. */
export async function createRepository(options: RepositoryOptions = {}): Promise<Repository> {
  const bare = options.bare ?? false;
  const path = options.path ?? (await mkdtemp(join(tmpdir(), "repo-")));
  const format = `--object-format=${options.objectFormat ?? "sha1"}`;
  await run("git", ["init", "-q", ...(bare ? ["--bare"] : []), format, "--initial-branch=main", path]);
  return new Repository(path, bare);
}

function identityEnvironment(
  author: Person,
  committer: Person,
  date: Date | undefined,
): Record<string, string> {
  const people = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  };
  if (date === undefined) return people;
  const time = `${Math.floor(date.getTime() / 1000)} +0000`;
  return { ...people, GIT_AUTHOR_DATE: time, GIT_COMMITTER_DATE: time };
}

interface SigningArguments {
  readonly config: string[];
  readonly flags: string[];
  readonly env: Record<string, string>;
}

function signingArguments(
  key: SigningKey | null,
  flag: "-S" | "-s",
  date: Date | undefined,
): SigningArguments {
  if (key === null) return { config: [], flags: [], env: {} };
  const config = Object.entries(key.gitConfig).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const clock: Record<string, string> = date === undefined ? {} : { GPG_CLOCK: gpgTime(date) };
  return { config, flags: [flag], env: { ...key.env, ...clock } };
}
