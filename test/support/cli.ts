import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { buildSources } from "./built.js";
import type { Exit } from "./process.js";

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** All of standard input; nothing where it is left out. */
  readonly input?: string;
}

export interface CliOutcome extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line as its users do: a process of its own, from built files. Its input stays open. */
export function startCli(args: readonly string[], options: CliOptions = {}): ChildProcessWithoutNullStreams {
  const main = join(buildSources(), "cli/main.js");
  return spawn(process.execPath, [main, ...args], {
    cwd: options.cwd ?? "/",
    // Nothing of the user's own settings.
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      ...options.env,
    },
  });
}

/** Runs the command line to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const child = startCli(args, options);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const exit = await exitOf(child);
  return { ...exit, stdout: stdout(), stderr: stderr() };
}

/** How it ends, with all that it wrote read. */
export function exitOf(child: ChildProcessWithoutNullStreams): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve({ code, signal });
    });
  });
}

/** Reads a stream; gives what has come so far. */
export function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  return () => text;
}
