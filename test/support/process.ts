import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { shippedMain } from "./shipped.js";
import { until } from "./until.js";

export interface ProcessOptions {
  /** What the app is told; of our own environment it gets nothing but the path to programs. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it runs. Not the project's folder, whose `.env` would have its say. */
  readonly cwd: string;
  /** How far ahead of the machine's clock it runs, in milliseconds; as shipped, which knows no other clock, without. */
  readonly aheadMs?: number;
}

/** How a process ended: one of the two is `null`. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What `GET /healthz` counts. */
export interface QueueCounts {
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
}

const LAST_WORDS = 4_000;
/** Those of `npm start`; and no app here lives long enough for optimized WebAssembly to pay. */
const NODE_OPTIONS = ["--enable-source-maps", "--liftoff-only"];
const BY_MOVED_CLOCK = fileURLToPath(new URL("../demo/break-glass/app.mjs", import.meta.url));

/** The app as a process of its own, started as `npm start` starts it. */
export class AppProcess {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #output = "";
  #url = "";

  private constructor({ env, cwd, aheadMs }: ProcessOptions) {
    const shipped = shippedMain();
    const script = aheadMs === undefined ? [shipped] : [BY_MOVED_CLOCK, String(aheadMs)];
    const child = spawn(process.execPath, [...NODE_OPTIONS, ...script], {
      cwd,
      env: { PATH: process.env["PATH"], NODE_ENV: "test", ...env },
      stdio: ["ignore", "pipe", "pipe", ...(aheadMs === undefined ? [] : (["ipc"] as const))],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    // Not "exit": by "close" all that it printed has come, too.
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        resolve({ code, signal });
      });
    });
    this.#child = child;
  }

  /** Starts the app without waiting for anything. */
  static spawn(options: ProcessOptions): AppProcess {
    return new AppProcess(options);
  }

  /** Starts the app and resolves once it serves: it has said where, and its health is good. */
  static async start(options: ProcessOptions): Promise<AppProcess> {
    const app = new AppProcess(options);
    app.#url = await app.saying(/"url":"(http:[^"]+)".*"Countersign is ready"/);
    await app.health();
    return app;
  }

  /** Where it listens. */
  get url(): string {
    return this.#url;
  }

  /** All that it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** The end of what it printed, short enough to be read in a test's complaint. */
  get lastWords(): string {
    return this.#output.slice(-LAST_WORDS);
  }

  /** Resolves with the first group of `pattern` once that is printed. @throws if the process ends before */
  async saying(pattern: RegExp): Promise<string> {
    const complaint = () => `The app did not say ${String(pattern)}. It said:\n${this.lastWords}`;
    return await until(() => {
      const said = pattern.exec(this.#output);
      if (said === null && this.#ended) throw new Error(complaint());
      return said?.[1] ?? null;
    }, complaint);
  }

  /** The queue's counts. @throws if the app is not healthy */
  async health(): Promise<QueueCounts> {
    const response = await fetch(`${this.#url}/healthz`);
    const health: unknown = await response.json();
    if (!response.ok || !isHealth(health)) throw new Error(`The app is ill: ${JSON.stringify(health)}`);
    return health.queue;
  }

  /** Moves its clock, where it was started by one that can be moved; resolves when what that made due is in its queue. */
  async moveClock(aheadMs: number): Promise<void> {
    const looked = once(this.#child, "message");
    this.#child.send(aheadMs);
    await looked;
  }

  /** Ends it in the middle of whatever it does, as a crash or a lost machine does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  /** Asks it to end, as an operator or a scheduler does. */
  async terminate(): Promise<Exit> {
    this.#child.kill("SIGTERM");
    return await this.exited;
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

function isHealth(value: unknown): value is { readonly queue: QueueCounts } {
  return typeof value === "object" && value !== null && "queue" in value;
}
