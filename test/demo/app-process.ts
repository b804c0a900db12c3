import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const AS_SHIPPED = `${ROOT}dist/main.js`;
const BY_MOVED_CLOCK = `${ROOT}test/demo/break-glass/app.mjs`;
const START_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 20_000;

const health = z.object({
  status: z.literal("ok"),
  queue: z.object({ waiting: z.number(), running: z.number(), dead: z.number() }),
});
export type Queue = z.infer<typeof health>["queue"];

export interface AppOptions {
  /** What the app is told, in its own environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its working directory: one without an `.env` of the user's. */
  readonly folder: string;
  readonly logFile: string;
  /** How far ahead of the machine's clock it runs, in milliseconds; `null`: as shipped, which knows no other clock. */
  readonly aheadMs: number | null;
}

/** The built app, started as `npm start` starts it and reached as anybody reaches it: by HTTP and signals. */
export class AppProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  constructor(child: ChildProcess, url: string) {
    this.url = url;
    this.#child = child;
    this.#ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", resolve);
    });
    // However this process ends, nothing stays behind.
    process.on("exit", this.kill);
    child.on("exit", () => process.off("exit", this.kill));
  }

  /** Starts the app; it is of use once `healthy` has resolved. */
  static async start({ environment, folder, logFile, aheadMs }: AppOptions): Promise<AppProcess> {
    const port = await freePort();
    const log = await open(logFile, "a");
    const script = aheadMs === null ? [AS_SHIPPED] : [BY_MOVED_CLOCK, String(aheadMs)];
    const child = spawn(process.execPath, ["--enable-source-maps", ...script], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: String(port), ...environment },
      stdio: ["ignore", log.fd, log.fd, ...(aheadMs === null ? [] : (["ipc"] as const))],
    });
    await log.close();
    return new AppProcess(child, `http://127.0.0.1:${port}`);
  }

  /** What `GET /healthz` says of the queue. */
  async queue(): Promise<Queue> {
    const response = await fetch(`${this.url}/healthz`);
    return health.parse(await response.json()).queue;
  }

  /** Moves its clock, if it was started by one; resolves when what that made due is in its queue. */
  async moveClock(aheadMs: number): Promise<void> {
    if (!this.#child.connected) return;
    const looked = Promise.race([once(this.#child, "message"), this.#ended]);
    this.#child.send(aheadMs);
    await looked;
  }

  /** Asks it to stop, as a service manager does, and waits. @throws where it does not end well */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const code = await Promise.race([this.#ended, delay(STOP_LIMIT_MS, "too long", { ref: false })]);
    if (code !== 0) throw new Error(`The app was asked to stop and ended with ${code ?? "a signal"}.`);
  }

  /** Ends it at once. */
  readonly kill = (): void => {
    this.#child.kill("SIGKILL");
  };

  /** Waits until it answers. @throws where it ends instead, or takes too long */
  async healthy(): Promise<void> {
    const limit = Date.now() + START_LIMIT_MS;
    const ended = this.#ended.then((code) => {
      throw new Error(`The app ended with ${code ?? "a signal"} while it was starting.`);
    });
    // Once it is healthy, its end is for `stop` to judge.
    ended.catch(() => undefined);
    while (Date.now() < limit) {
      if (await Promise.race([ended, this.#answers()])) return;
    }
    throw new Error(`The app did not become healthy in ${START_LIMIT_MS / 1_000} seconds.`);
  }

  async #answers(): Promise<boolean> {
    try {
      await this.queue();
      return true;
    } catch {
      // Nobody listens yet.
      await delay(50);
      return false;
    }
  }
}

/** A countersign command, run as a user runs it. Gives its standard output. */
export async function runCli(
  args: readonly string[],
  options: Pick<AppOptions, "environment" | "folder">,
): Promise<string> {
  const child = spawn(process.execPath, [`${ROOT}bin/countersign.js`, ...args], {
    cwd: options.folder,
    env: { PATH: process.env["PATH"], ...options.environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const out: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`countersign ${args.join(" ")} ended with ${code ?? "a signal"}.`);
  return Buffer.concat(out).toString("utf8");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
