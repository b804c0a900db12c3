import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { CountersignError } from "../errors.js";
import { visible } from "../report/escape.js";

export interface GitLaunch {
  /** Given before any other: the repository's folder, and settings that hold whatever the repository says. */
  readonly globalArguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Git says more than anybody reads where thousands of objects are broken. */
const STDERR_LIMIT = 4_000;

/** Ended with ours, lest they outlive it. */
const running = new Set<GitProcess>();

/** Ends every git that still runs. */
export function killAllGit(): void {
  for (const process of running) process.kill();
}

/** One run of git: no shell, input and output by pipes, its complaints kept for the message if it fails. */
export class GitProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #command: string;
  readonly #ended: Promise<void>;
  #complaints = "";
  #killed = false;

  constructor({ globalArguments, environment }: GitLaunch, args: readonly string[]) {
    this.#command = args[0] ?? "";
    this.#child = spawn("git", [...globalArguments, ...args], { env: environment, windowsHide: true });
    running.add(this);
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (this.#complaints.length < STDERR_LIMIT) this.#complaints += text;
    });
    // Git that ends before it has read everything is known by its exit code.
    this.#child.stdin.on("error", () => undefined);
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once("error", (cause) => {
        running.delete(this);
        reject(cannotStart(cause));
      });
      this.#child.once("close", (code, signal) => {
        running.delete(this);
        if (code === 0 || this.#killed) resolve();
        else
          reject(
            this.#failure(code === null ? `was ended by ${signal ?? "a signal"}` : `exited with ${code}`),
          );
      });
    });
    // It is awaited only after its output has been read.
    this.#ended.catch(() => undefined);
  }

  /** Bytes as they come; ends with git's output. @throws CountersignError `git-missing` */
  async *output(): AsyncGenerator<Buffer> {
    const stdout: AsyncIterable<Buffer> = this.#child.stdout;
    try {
      yield* stdout;
    } catch (error) {
      // A program that was never started has no output to read, which is not what went wrong.
      await this.#ended;
      throw error;
    }
  }

  /** What git complained of so far, though it may not have failed; fit for a terminal. */
  get complaints(): readonly string[] {
    return this.#complaints
      .split("\n")
      .map((line) => visible(line).trim())
      .filter((line) => line !== "");
  }

  /** Writes to git's input, and resolves once there is room for more, or nobody reads any longer. */
  async write(text: string): Promise<void> {
    const { stdin } = this.#child;
    if (stdin.destroyed || stdin.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stdin.off("drain", done).off("close", done);
        resolve();
      };
      stdin.on("drain", done).on("close", done);
    });
  }

  /** Says that there is no more input. */
  endInput(): void {
    this.#child.stdin.end();
  }

  /** Resolves once git has ended well. @throws CountersignError `git-missing` or `git-failed` */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** An error that names git's command and what git said. */
  failure(what: string): CountersignError {
    return this.#failure(what);
  }

  kill(): void {
    this.#killed = true;
    this.#child.kill("SIGKILL");
    this.#child.stdout.destroy();
  }

  #failure(what: string): CountersignError {
    const said = this.complaints.join(" ");
    return new CountersignError(
      "git-failed",
      `git ${this.#command} ${what}${said === "" ? "." : `: ${said}`}`,
      {
        remedy: remedyFor(said),
      },
    );
  }
}

function cannotStart(cause: Error): CountersignError {
  return new CountersignError("git-missing", `git cannot be started: ${cause.message}.`, {
    remedy: "Install git (2.31 or newer), and see that it is in PATH.",
    cause,
  });
}

/** Git's words (in English: LC_ALL=C) → what mends it. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /dubious ownership/,
    "The folder belongs to another user, so git does not trust its settings. If you do: git config --global --add safe.directory DIR",
  ],
  [/cannot change to/, "Name a folder that is there: --repo DIR."],
  [/not a git repository/, "Run it inside a git repository, or name one: --repo DIR."],
  [
    /bad revision|unknown revision|[Nn]eeded a single revision|ambiguous argument|bad object/,
    "See what git knows by that name: git rev-parse NAME. A shallow or partial clone may lack it: git fetch.",
  ],
  [/promisor|lazy fetch/, "The clone is partial and lacks the object. Fetch it first: git fetch REMOTE OID."],
  [/corrupt|inflate|loose object|packfile|unable to read/, "Objects are damaged. See which: git fsck."],
];

const remedyFor = (said: string): string =>
  REMEDIES.find(([words]) => words.test(said))?.[1] ?? "See what git itself finds: git fsck.";

/** Runs git to its end and gives its output, up to `limit` bytes. */
export async function gitOutput(launch: GitLaunch, args: readonly string[], limit: number): Promise<Buffer> {
  const process = new GitProcess(launch, args);
  process.endInput();
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.output()) {
    pieces.push(piece);
    length += piece.length;
    if (length > limit) {
      process.kill();
      throw process.failure(`printed more than ${limit} bytes`);
    }
  }
  await process.ended();
  return Buffer.concat(pieces);
}
