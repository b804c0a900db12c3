import { spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array | string;
}

/** The environment every tool of the tests runs in: nothing of the user's own git, gpg or ssh settings. */
const HERMETIC: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
};

/** Runs a program to its end and gives its standard output; a non-zero exit throws with its standard error. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Buffer> {
  const child = spawn(program, args, { cwd: options.cwd, env: { ...HERMETIC, ...options.env } });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  // A program that ends without reading its input must fail by its exit code, not by a broken pipe here.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return Buffer.concat(out);
  const detail = Buffer.concat(err).toString("utf8").trim();
  throw new Error(`${program} ${args.join(" ")} exited with ${code ?? "a signal"}: ${detail}`);
}

/** As `run`, for text: the output without its trailing newline. */
export async function runText(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return (await run(program, args, options)).toString("utf8").replace(/\n$/, "");
}
