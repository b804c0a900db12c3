import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { AppProcess } from "../../test/demo/app-process.js";
import { type LoopbackGitHub, readManifest, startLoopbackGitHub } from "../../test/github/loopback.js";
import { type PostgresServer, startPostgres } from "../../test/support/database/server.js";

const MANIFEST = readManifest(new URL("../../app.yml", import.meta.url));

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
      LOG_LEVEL: "error",
    };
    const logFile = join(this.folder, `app-${this.#processes.length}.log`);
    const app = await AppProcess.start({ environment, folder: this.folder, logFile, aheadMs: null });
    this.#processes.push(app);
    await app.healthy();
    return app;
  }

  /** Ends everything and removes its files. @throws if GitHub would not have taken a request of the app's */
  async dispose(): Promise<void> {
    for (const app of this.#processes) app.kill();
    await this.#postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
    await this.github.close();
  }
}
