import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { randomBytes } from "node:crypto";
import { AppProcess } from "../../test/demo/app-process.js";
import { type LoopbackGitHub, readManifest, startLoopbackGitHub } from "../../test/github/loopback.js";
import { type PostgresServer, startPostgres } from "../../test/support/database/server.js";

const MANIFEST = readManifest(new URL("../../app.yml", import.meta.url));
const QUIET_POLL_MS = 50;

/**
 * Where Countersign runs as in service: processes of what is built, on a PostgreSQL server that keeps what it promises,
 * beside a loopback GitHub in this process.
 */
export class Service {
  readonly github: LoopbackGitHub;
  /** With which webhooks are signed. */
  readonly secret: string;
  /** For whatever programs write. */
  readonly folder: string;
  readonly #postgres: PostgresServer;
  readonly #processes: AppProcess[] = [];
  #started = 0;

  private constructor(github: LoopbackGitHub, secret: string, folder: string, postgres: PostgresServer) {
    this.github = github;
    this.secret = secret;
    this.folder = folder;
    this.#postgres = postgres;
  }

  static async create(): Promise<Service> {
    const secret = randomBytes(32).toString("hex");
    const github = await startLoopbackGitHub({ manifest: MANIFEST, webhookSecret: secret });
    const folder = await mkdtemp(join(tmpdir(), "countersign-bench-"));
    return new Service(github, secret, folder, await startPostgres({ durable: true }));
  }

  /** What an app is told to be this GitHub's. */
  get credentials(): Record<string, string> {
    return {
      APP_ID: String(this.github.appId),
      PRIVATE_KEY: this.github.privateKey,
      WEBHOOK_SECRET: this.secret,
    };
  }

  /** An empty database, as a URL. */
  async newDatabase(): Promise<string> {
    return await this.#postgres.createDatabase();
  }

  /** Starts a process of Countersign on a database, and waits until it serves. */
  async start(database: string): Promise<AppProcess> {
    const environment = {
      ...this.credentials,
      GITHUB_API_URL: this.github.apiUrl,
      DATABASE_URL: database,
      GITHUB_LIMITS: "none",
      LOG_LEVEL: "error",
    };
    const logFile = join(this.folder, `app-${this.#started}.log`);
    const app = await AppProcess.start({ environment, folder: this.folder, logFile, aheadMs: null });
    this.#started += 1;
    this.#processes.push(app);
    await app.healthy();
    return app;
  }

  /** Resolves when every webhook was taken and every job done. @throws where a job failed for good */
  async quiet(): Promise<void> {
    await this.github.webhooks.quiet(async () => {
      for (const app of this.#processes) await drained(app);
    });
  }

  /** Ends the processes of Countersign, as a lost machine does. */
  endProcesses(): void {
    for (const app of this.#processes.splice(0)) app.kill();
  }

  /** Ends everything and removes its files. @throws if GitHub would not have taken a request of the app's */
  async dispose(): Promise<void> {
    this.endProcesses();
    await this.#postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
    await this.github.close();
  }
}

/** Resolves when no job of a process waits or runs. @throws where one failed for good */
export async function drained(app: AppProcess): Promise<void> {
  for (;;) {
    const { waiting, running, dead } = await app.queue();
    if (dead > 0) throw new Error(`${dead} of the app's jobs failed for good.`);
    if (waiting + running === 0) return;
    await delay(QUIET_POLL_MS);
  }
}
