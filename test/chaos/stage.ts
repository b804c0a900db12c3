import pg from "pg";
import { type RunningApp, startApp } from "../../src/app.js";
import type { Clock } from "../../src/clock.js";
import { systemClock } from "../../src/clock.js";
import { type LoopbackGitHub, startLoopbackGitHub } from "../github/loopback.js";
import { LOOPBACK, MANIFEST, type Scene, WEBHOOK_SECRET } from "../support/scene.js";
import { until } from "../support/until.js";

export interface StageOptions {
  /** Where the app finds its database. */
  readonly databaseUrl: string;
  /** Where the test finds it, should the app's way to it be cut. */
  readonly directUrl?: string;
  /** The app's clock. */
  readonly clock: Clock;
  /** GitHub's, where it is another one. */
  readonly githubClock?: Clock;
}

/** A scene whose app can be stopped, started and doubled while GitHub and the database stay. */
export class Stage implements Scene {
  readonly github: LoopbackGitHub;
  readonly pool: pg.Pool;
  readonly #options: StageOptions;
  readonly #apps: RunningApp[] = [];

  private constructor(options: StageOptions, github: LoopbackGitHub) {
    this.#options = options;
    this.github = github;
    this.pool = new pg.Pool({ connectionString: options.directUrl ?? options.databaseUrl, max: 4 });
    this.pool.on("error", () => undefined);
  }

  /** GitHub and one app. */
  static async open(options: StageOptions): Promise<Stage> {
    const { clock, githubClock = clock } = options;
    const github = await startLoopbackGitHub({
      manifest: MANIFEST,
      webhookSecret: WEBHOOK_SECRET,
      clock: githubClock,
      accessClock: systemClock,
    });
    const stage = new Stage(options, github);
    await stage.start();
    return stage;
  }

  /** The one that was started first of those that run. */
  get app(): RunningApp {
    const [app] = this.#apps;
    if (app === undefined) throw new Error("no app runs");
    return app;
  }

  get running(): number {
    return this.#apps.length;
  }

  /** Starts an app, beside the others if there are any; webhooks go to the newest. */
  async start(): Promise<void> {
    const { github } = this;
    const app = await startApp(
      {
        app: { id: github.appId, privateKey: github.privateKey, webhookSecrets: [WEBHOOK_SECRET] },
        databaseUrl: this.#options.databaseUrl,
        dataDir: "/nonexistent",
        githubApiUrl: github.apiUrl,
        host: "127.0.0.1",
        port: 0,
        logLevel: "fatal",
        channels: [],
        privateTargets: LOOPBACK,
        opensPullRequests: false,
        deliveriesKeptDays: 30,
        docsUrl: null,
        limits: null,
      },
      this.#options.clock,
    );
    this.#apps.push(app);
    // The database client loads parts of itself at its first query, which Jest lets it do only while a test or hook runs.
    await app.lookForDue();
    github.webhooks.url = `${app.url}/api/github/webhooks`;
  }

  /** Stops the app that was started first; webhooks go to the newest of the others. */
  async stop(): Promise<void> {
    const app = this.#apps.shift();
    const heir = this.#apps.at(-1);
    // With none left the address stays: nobody answers there.
    if (heir !== undefined) this.github.webhooks.url = `${heir.url}/api/github/webhooks`;
    await app?.stop();
  }

  /** As it was in the beginning: one app runs, nothing is held up, and no job of an earlier history is left. */
  async renew(): Promise<void> {
    const { faults, webhooks } = this.github;
    faults.clear();
    webhooks.pending.splice(0);
    await webhooks.resume();
    while (this.running > 1) await this.stop();
    if (this.running === 0) await this.start();
    await this.drained();
    await this.sql("DELETE FROM graphile_worker._private_jobs WHERE locked_at IS NULL");
  }

  /** Breaks every connection of the apps to the database, as a restart of it would. */
  async cut(): Promise<void> {
    await this.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'countersign'`,
    );
  }

  /** Delivers what is to be delivered and waits for the jobs that are due, until neither brings anything new. */
  async rest(): Promise<void> {
    await this.github.webhooks.quiet(() => this.drained());
  }

  /** Resolves when no job runs or is due. */
  async drained(): Promise<void> {
    await until(
      async () => ((await this.pool.query(BUSY)).rowCount === 0 ? true : null),
      () => "the queue did not come to rest",
    );
  }

  async settled(): Promise<void> {
    const errors = await this.troubles();
    if (errors.length > 0) throw new Error(`jobs failed:\n${errors.join("\n")}`);
  }

  async troubles(): Promise<string[]> {
    await this.rest();
    return (await this.sql<{ last_error: string }>(FAILED)).map(({ last_error: error }) => error);
  }

  async hurried(): Promise<void> {
    await this.hurry();
    await this.rest();
  }

  /** Makes the jobs that wait for a later time due now. */
  async hurry(): Promise<void> {
    await this.sql(MAKE_DUE);
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  async close(): Promise<void> {
    while (this.running > 0) await this.stop();
    await this.github.close().finally(() => this.pool.end());
  }
}

const BUSY = `
  SELECT 1 FROM graphile_worker.jobs
   WHERE locked_at IS NOT NULL OR (attempts < max_attempts AND run_at <= now()) LIMIT 1`;

/** With the word by which graphile-worker tells its workers that there is work. */
const MAKE_DUE = `
  WITH due AS (UPDATE graphile_worker._private_jobs SET run_at = now() WHERE run_at > now() RETURNING id)
  SELECT pg_notify('jobs:insert', json_build_object('r', random()::text, 'count', count(*))::text) FROM due`;

/** A job that was replaced while it ran has lost its key, and its successor does the work. */
const FAILED = `
  SELECT last_error FROM graphile_worker.jobs WHERE last_error IS NOT NULL AND key IS NOT NULL ORDER BY id`;
