import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

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

interface Order {
  readonly id: number;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly input: Uint8Array | string;
}

interface Ended {
  readonly id: number;
  /** `null`: by a signal. */
  readonly code: number | null;
  /** Why the program could not be started. */
  readonly failure: string | null;
  readonly out: Uint8Array;
  readonly err: Uint8Array;
}

interface Waiting {
  readonly order: Order;
  /** Who was asked last. */
  by: ChildProcess | null;
  readonly resolve: (ended: Ended) => void;
  readonly reject: (error: Error) => void;
}

/** Has programs started by a small process beside this one (`runner.mjs`). */
class Runner {
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | null = null;
  #next = 0;

  run(order: Omit<Order, "id">): Promise<Ended> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const waiting = { order: { ...order, id }, by: null, resolve, reject };
      this.#waiting.set(id, waiting);
      this.#send(waiting);
    });
  }

  #send(waiting: Waiting): void {
    const child = this.#connected();
    waiting.by = child;
    // Only while something runs is there something to wait for.
    child.ref();
    child.channel?.ref();
    child.send(waiting.order, (error) => {
      // One that left because it was idle has not begun; the order is given again when it is gone. That it left may be
      // known by the broken pipe before it is known otherwise.
      if (error !== null && !left(error)) waiting.reject(error);
    });
  }

  #connected(): ChildProcess {
    if (this.#child?.connected === true) return this.#child;
    const child = fork(join(import.meta.dirname, "runner.mjs"), { serialization: "advanced", execArgv: [] });
    child.on("message", (ended: Ended) => {
      this.#end(child, ended);
    });
    child.on("exit", (code) => {
      this.#gone(child, code);
    });
    this.#child = child;
    return child;
  }

  #end(child: ChildProcess, ended: Ended): void {
    this.#waiting.get(ended.id)?.resolve(ended);
    this.#waiting.delete(ended.id);
    if (this.#waiting.size > 0) return;
    child.unref();
    child.channel?.unref();
  }

  #gone(child: ChildProcess, code: number | null): void {
    if (this.#child === child) this.#child = null;
    for (const waiting of [...this.#waiting.values()].filter(({ by }) => by === child)) {
      if (code === 0) this.#send(waiting);
      else waiting.reject(new Error(`the process that starts programs ended with ${code ?? "a signal"}`));
    }
  }
}

/** Whether an order could not be given because the process had closed its end. */
function left(error: NodeJS.ErrnoException): boolean {
  return ["EPIPE", "ECONNRESET", "ERR_IPC_CHANNEL_CLOSED"].includes(error.code ?? "");
}

const runner = new Runner();

/** Runs a program to its end and gives its standard output; a non-zero exit throws with its standard error. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Buffer> {
  const { cwd, env, input = "" } = options;
  const ended = await runner.run({ program, args, cwd, env: { ...HERMETIC, ...env }, input });
  if (ended.failure !== null) throw new Error(ended.failure);
  if (ended.code === 0) return Buffer.from(ended.out);
  const detail = Buffer.from(ended.err).toString("utf8").trim();
  throw new Error(`${program} ${args.join(" ")} exited with ${ended.code ?? "a signal"}: ${detail}`);
}

/** As `run`, for text: the output without its trailing newline. */
export async function runText(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return (await run(program, args, options)).toString("utf8").replace(/\n$/, "");
}
