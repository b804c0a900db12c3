import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.js";
import type { StoredRecord } from "../../src/store/store.js";
import { openStore } from "../../src/store/open.js";
import { type LoopbackGitHub, startLoopbackGitHub } from "../github/loopback.js";
import type { CheckRun } from "../github/world/model.js";
import type {
  OrganizationHandle,
  PullRequestHandle,
  RepositoryHandle,
  UserHandle,
} from "../github/scenario.js";
import { silentLogger } from "../support/logger.js";
import { AppProcess } from "../support/process.js";
import { MANIFEST, type RunningClock, WEBHOOK_SECRET } from "../support/scene.js";
import { until } from "../support/until.js";

/** A test starts real processes several times over, each some seconds on a busy machine. */
export const PATIENCE_MS = 240_000;

export const CHECK_NAMES = [
  "countersign",
  "countersign/policy",
  "countersign/protection",
  "countersign/review",
  "countersign/signatures",
];

export interface KillableOptions {
  /** What the operator set up besides. */
  readonly environment?: Readonly<Record<string, string>>;
  /** GitHub's and the app's; the machine's unless given. */
  readonly clock?: RunningClock;
}

/** A loopback GitHub with one repository, and a database: what outlives the app's processes. */
export class Killable {
  readonly github: LoopbackGitHub;
  readonly organization: OrganizationHandle;
  readonly repository: RepositoryHandle;
  readonly alice: UserHandle;
  readonly #databaseUrl: string | null;
  readonly #folder: string;
  readonly #options: KillableOptions;
  readonly #processes: AppProcess[] = [];

  private constructor(
    github: LoopbackGitHub,
    organization: OrganizationHandle,
    repository: RepositoryHandle,
    databaseUrl: string | null,
    folder: string,
    options: KillableOptions,
  ) {
    this.github = github;
    this.organization = organization;
    this.repository = repository;
    this.alice = github.user("alice");
    this.#databaseUrl = databaseUrl;
    this.#folder = folder;
    this.#options = options;
    repository.grant(this.alice, "write");
    github.install(organization);
  }

  /** @param databaseUrl `null` for the embedded database */
  static async create(databaseUrl: string | null, options: KillableOptions = {}): Promise<Killable> {
    const folder = await mkdtemp(join(tmpdir(), "countersign-kill-"));
    const github = await startLoopbackGitHub({
      ...{ manifest: MANIFEST, webhookSecret: WEBHOOK_SECRET },
      ...{ clock: options.clock ?? systemClock, accessClock: systemClock },
    });
    const organization = github.organization("acme");
    const repository = await organization.repository("infra");
    return new Killable(github, organization, repository, databaseUrl, folder, options);
  }

  /** Starts the app on the database, whatever the last one left there, and has webhooks sent to it. */
  async start(): Promise<AppProcess> {
    const { clock } = this.#options;
    const options = { cwd: this.#folder, env: this.environment() };
    const app = await AppProcess.start(
      clock === undefined ? options : { ...options, aheadMs: clock.aheadMs },
    );
    this.#processes.push(app);
    await this.github.setWebhookUrl(`${app.url}/api/github/webhooks`);
    return app;
  }

  /** `null` where it is the machine's. */
  get clock(): RunningClock | null {
    return this.#options.clock ?? null;
  }

  /** The configuration of the app. */
  environment(): Record<string, string> {
    return {
      APP_ID: String(this.github.appId),
      PRIVATE_KEY: this.github.privateKey,
      WEBHOOK_SECRET,
      GITHUB_API_URL: this.github.apiUrl,
      HOST: "127.0.0.1",
      PORT: "0",
      COUNTERSIGN_DATA_DIR: join(this.#folder, "data"),
      ...(this.#databaseUrl === null ? {} : { DATABASE_URL: this.#databaseUrl }),
      ...this.#options.environment,
    };
  }

  /** Alice opens a pull request with one commit; its webhooks are answered when this resolves. */
  async openPull(branch: string): Promise<PullRequestHandle> {
    const { repository, alice } = this;
    await repository.push(alice, branch, { message: "Change", files: { [`${branch}.yaml`]: "a: 1\n" } });
    const pull = await repository.openPullRequest(alice, { head: branch, base: "main", title: "Change" });
    await this.webhooksTaken();
    return pull;
  }

  /** Resolves when every webhook was answered. @throws if one was not taken */
  async webhooksTaken(): Promise<void> {
    await this.github.webhooks.settled();
    const last = this.github.webhooks.deliveries.at(-1);
    if (last !== undefined && last.statusCode !== 202)
      throw new Error(`${last.envelope.event} was not taken: ${last.status}`);
  }

  /** Resolves when every webhook was taken and the queue is empty: nothing will change any more by itself. */
  async settled(app: AppProcess): Promise<void> {
    const state = () => `The app did not come to rest. It said:\n${app.lastWords}`;
    const isEmpty = async () => {
      const { waiting, running, dead } = await app.health();
      if (dead > 0) throw new Error(`A job is dead. The app said:\n${app.lastWords}`);
      return waiting + running === 0 ? true : null;
    };
    await this.github.webhooks.quiet(async () => {
      await until(isEmpty, state);
    });
  }

  /** Every check run of the app on the head of a pull request, also those that another of the same name has replaced. */
  checkRuns({ headOid }: PullRequestHandle): CheckRun[] {
    const { app } = this.github;
    const runs = this.repository.repo.checkRuns.filter(
      ({ suite }) => suite.oid === headOid && suite.app === app,
    );
    return runs.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The records of merges, read as another process would. Embedded: only while no app runs. */
  async mergeRecords(): Promise<StoredRecord[]> {
    return (await this.records()).filter(({ kind }) => kind === "merge");
  }

  /** The evidence of the organization, read as another process would. Embedded: only while no app runs. */
  async records(): Promise<StoredRecord[]> {
    const store = await openStore({
      databaseUrl: this.#databaseUrl,
      dataDir: join(this.#folder, "data"),
      logger: silentLogger,
      clock: systemClock,
    });
    try {
      return await store.listRecords(this.organization.account.id, 0, 100);
    } finally {
      await store.close();
    }
  }

  /** Ends all that still runs. @throws if anything was sent that GitHub would not have taken */
  async close(): Promise<void> {
    for (const app of this.#processes) await app.kill();
    await this.github.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
