import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { startApp, type RunningApp } from "../../src/app.js";
import { type Clock, systemClock } from "../../src/clock.js";
import type { SecondaryLimits } from "../../src/github/budget/limits.js";
import type { ChannelConfig } from "../../src/notify/channel.js";
import { parsePrivateTargets, type PrivateTargets } from "../../src/notify/net/addresses.js";
import { Database } from "../../src/store/database.js";
import { embeddedFolder } from "./database/shared.js";
import { type LoopbackGitHub, readManifest, startLoopbackGitHub } from "../github/loopback.js";

/** Receivers of alerts in tests listen here. */
export const LOOPBACK: PrivateTargets = loopback();

function loopback(): PrivateTargets {
  const targets = parsePrivateTargets("127.0.0.1");
  if ("unreadable" in targets) throw new Error(`${targets.unreadable} cannot be read`);
  return targets;
}

export const MANIFEST = readManifest(new URL("../../app.yml", import.meta.url));
export const WEBHOOK_SECRET = "a-secret-that-only-this-test-knows";

/** The machine's clock, which a test can move ahead, and hold. */
export class RunningClock implements Clock {
  #ahead = 0;
  #held: number | null = null;

  now(): Date {
    return new Date((this.#held ?? Date.now()) + this.#ahead);
  }

  /** Time stands still until `work` is done, so that all of it happens at one instant. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#held = Date.now();
    try {
      return await work();
    } finally {
      this.#held = null;
    }
  }

  /** How far it is ahead of the machine's. */
  get aheadMs(): number {
    return this.#ahead;
  }

  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
}

export interface SceneOptions {
  /** `null`: the embedded database. */
  readonly databaseUrl: string | null;
  readonly clock?: Clock;
  /** Where alerts go; to nobody unless given. */
  readonly channels?: readonly ChannelConfig[];
  /** Whether the operator lets the app open retroactive pull requests. */
  readonly opensPullRequests?: boolean;
  /** Where the documentation can be read; nowhere that the app knows of unless given. */
  readonly docsUrl?: string | null;
  /** GitHub's secondary limits that the app keeps to; none unless given. */
  readonly limits?: SecondaryLimits | null;
}

/** The unmodified app beside a loopback GitHub, both listening, joined by webhooks and HTTP only. */
export interface Scene {
  readonly github: LoopbackGitHub;
  readonly app: RunningApp;
  /** Resolves when every webhook was taken and no job is due: nothing will change any more by itself. Throws if a job failed. */
  settled(): Promise<void>;
  /** Settles where jobs may fail: gives the errors of those that wait for another try. */
  troubles(): Promise<string[]>;
  /** Makes the jobs that wait for a later time due now, as the time would, and settles. */
  hurried(): Promise<void>;
  /** Runs raw SQL, as an operator or an intruder with the app's own rights would. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Fails if anything was sent that GitHub would not have taken. */
  close(): Promise<void>;
}

export async function startScene({
  databaseUrl,
  clock = systemClock,
  channels = [],
  opensPullRequests = false,
  docsUrl = null,
  limits = null,
}: SceneOptions): Promise<Scene> {
  const dataDir =
    databaseUrl === null ? await embeddedFolder() : await mkdtemp(join(tmpdir(), "countersign-scene-"));
  const github = await startLoopbackGitHub({
    manifest: MANIFEST,
    webhookSecret: WEBHOOK_SECRET,
    clock,
    accessClock: systemClock,
  });
  const app = await startApp(
    {
      app: { id: github.appId, privateKey: github.privateKey, webhookSecrets: [WEBHOOK_SECRET] },
      databaseUrl,
      dataDir,
      githubApiUrl: github.apiUrl,
      host: "127.0.0.1",
      port: 0,
      logLevel: "fatal",
      channels,
      privateTargets: LOOPBACK,
      opensPullRequests,
      deliveriesKeptDays: 30,
      docsUrl,
      limits,
    },
    clock,
  );
  // The database client loads parts of itself at its first query, which Jest lets it do only while a test or hook runs.
  await app.lookForDue();
  await github.setWebhookUrl(`${app.url}/api/github/webhooks`);
  const { pool } = databaseOf(app);
  const settle = () => github.webhooks.quiet(() => app.drained());
  const troubles = async () => {
    await settle();
    return (await pool.query<{ last_error: string }>(FAILED)).rows.map(({ last_error: error }) => error);
  };
  return {
    github,
    app,
    settled: async () => {
      const errors = await troubles();
      if (errors.length > 0) throw new Error(`jobs failed:\n${errors.join("\n")}`);
    },
    troubles,
    hurried: async () => {
      // First, so that nothing is put off again by what was before.
      await pool.query("DELETE FROM rate_budgets");
      await pool.query(MAKE_DUE);
      await settle();
    },
    sql: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    close: async () => {
      await app.stop();
      await github.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** With the word by which graphile-worker tells its workers that there is work. */
const MAKE_DUE = `
  WITH due AS (UPDATE graphile_worker._private_jobs SET run_at = now() WHERE run_at > now() RETURNING id)
  SELECT pg_notify('jobs:insert', json_build_object('r', random()::text, 'count', count(*))::text) FROM due`;

/** A job that was replaced while it ran has lost its key, and its successor does the work. */
const FAILED = `
  SELECT last_error FROM graphile_worker.jobs WHERE last_error IS NOT NULL AND key IS NOT NULL ORDER BY id`;

function databaseOf({ store }: RunningApp): Database {
  if ("database" in store && store.database instanceof Database) return store.database;
  throw new Error("the app's store is not on a database");
}
