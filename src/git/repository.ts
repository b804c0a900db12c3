import { CountersignError } from "../errors.js";
import { gitEnvironment } from "./environment.js";
import { readObjects, type Found, type Names, type ReadOptions } from "./objects.js";
import { gitOutput, GitProcess, type GitLaunch } from "./process.js";
import { readFilesAt, type TreeFile } from "./tree-files.js";

/** Settings that hold whatever the repository's own configuration says. */
const SETTINGS: readonly (readonly [string, string])[] = [
  // The file repeats parents outside of what is hashed: a false one could hide commits from a range.
  ["core.commitGraph", "false"],
  ["core.useReplaceRefs", "false"],
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["protocol.allow", "never"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["advice.graftFileDeprecated", "false"],
];

/** More than a name resolves to. */
const SMALL_OUTPUT = 1_000_000;

/** Ids are handed on as they come from git, a pipe's content at a time. */
type Ids = AsyncGenerator<readonly string[]>;

/** A git repository, read by git's own plumbing. Nothing of it is ever changed, and nothing in it is run. */
export class GitRepository {
  readonly #launch: GitLaunch;
  readonly #notes: string[] = [];
  /** History ends here, though it goes on where this was cloned from. */
  readonly shallow: boolean;

  private constructor(launch: GitLaunch, shallow: boolean) {
    this.#launch = launch;
    this.shallow = shallow;
  }

  /**
   * Opens the repository that `folder` is in; `null`: the one of the working directory, or that a hook runs for.
   * @throws CountersignError `git-missing` or `repository-unusable`, with what mends it
   */
  static async open(folder: string | null): Promise<GitRepository> {
    const settings = SETTINGS.flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const where = folder === null ? [] : ["-C", folder];
    const launch = {
      globalArguments: [...where, "--no-pager", "--no-replace-objects", "--literal-pathspecs", ...settings],
      environment: gitEnvironment(folder === null),
    };
    try {
      const args = ["rev-parse", "--git-dir", "--is-shallow-repository"];
      const lines = (await gitOutput(launch, args, SMALL_OUTPUT)).toString("utf8").trimEnd().split("\n");
      return new GitRepository(launch, lines.at(-1) === "true");
    } catch (error) {
      if (!(error instanceof CountersignError) || error.code !== "git-failed") throw error;
      const details = error.remedy === undefined ? {} : { remedy: error.remedy };
      throw new CountersignError("repository-unusable", error.message, { ...details, cause: error });
    }
  }

  /** What git complained of without failing, for people. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** The id of the commit that `revision` names. @throws CountersignError `revision-unknown` */
  async commitAt(revision: string): Promise<string> {
    refuseOption(revision);
    try {
      const args = ["rev-parse", "--verify", `${revision}^{commit}`];
      return (await gitOutput(this.#launch, args, SMALL_OUTPUT)).toString("latin1").trim();
    } catch (cause) {
      if (!(cause instanceof CountersignError) || cause.code !== "git-failed") throw cause;
      throw new CountersignError("revision-unknown", `No commit is known by the name ${revision}.`, {
        remedy: "See what git knows by it: git rev-parse NAME. A shallow clone may lack it: git fetch.",
        cause,
      });
    }
  }

  /** The commits of a range, as git-rev-list(1) reads `revisions`, the newest first. */
  commitsIn(revisions: readonly string[]): Ids {
    revisions.forEach(refuseOption);
    // What follows `--` are paths, so a revision is never taken for one.
    return this.#lines(["rev-list", ...revisions, "--"]);
  }

  /** Every commit that HEAD or any ref leads to, the newest first. */
  allCommits(): Ids {
    return this.#lines(["rev-list", "--all", "--"]);
  }

  /** The tag objects that refs name, in the order of the refs; one that several refs name comes several times. */
  async *tagObjects(): Ids {
    for await (const lines of this.#lines(["for-each-ref", "--format=%(objecttype) %(objectname)"])) {
      yield lines.flatMap((line) => (line.startsWith("tag ") ? [line.slice("tag ".length)] : []));
    }
  }

  /** What git has by each of `names`; see `readObjects`. */
  objects(names: Names, options: ReadOptions): AsyncGenerator<readonly Found[]> {
    return readObjects(this.#launch, names, options);
  }

  /** The files of `commit` at or below `paths`. @throws CountersignError where one is not a plain file, or too large */
  filesAt(commit: string, paths: readonly string[]): Promise<readonly TreeFile[]> {
    return readFilesAt(this.#launch, commit, paths);
  }

  async *#lines(args: readonly string[]): Ids {
    const git = new GitProcess(this.#launch, args);
    git.endInput();
    try {
      let rest = "";
      for await (const piece of git.output()) {
        const lines = (rest + piece.toString("latin1")).split("\n");
        rest = lines.pop() ?? "";
        if (lines.length > 0) yield lines;
      }
      await git.ended();
      if (rest !== "") throw git.failure("ended in the middle of a line");
      this.#notes.push(...git.complaints);
    } finally {
      git.kill();
    }
  }
}

/** No ref begins so, and git would take it for an option. */
function refuseOption(revision: string): void {
  if (!revision.startsWith("-")) return;
  throw new CountersignError(
    "revision-unknown",
    `${revision} cannot be a revision: it begins like an option.`,
    {
      remedy: "Give the ref by its full name: refs/heads/….",
    },
  );
}
