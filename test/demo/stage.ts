import { rmSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { randomBytes } from "node:crypto";
import { systemClock } from "../../src/clock.js";
import { type LoopbackGitHub, readManifest, startLoopbackGitHub } from "../github/loopback.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import { AppProcess } from "./app-process.js";
import { StoryClock } from "./clock.js";
import { AlertReceiver } from "./break-glass/receiver.js";

const MANIFEST = readManifest(new URL("../../app.yml", import.meta.url));
const QUIET_LIMIT_MS = 180_000;

interface Props {
  readonly clock: StoryClock;
  readonly github: LoopbackGitHub;
  readonly receiver: AlertReceiver;
  readonly keyring: Keyring;
  readonly folder: string;
  readonly secret: string;
}

/**
 * A loopback GitHub, the app as a process of its own, a receiver of its alerts, a keyring, and one temporary folder for
 * all that they write.
 */
export class Stage {
  readonly clock: StoryClock;
  readonly github: LoopbackGitHub;
  readonly receiver: AlertReceiver;
  readonly keyring: Keyring;
  readonly folder: string;
  readonly #secret: string;
  #app: AppProcess | null = null;

  constructor({ clock, github, receiver, keyring, folder, secret }: Props) {
    this.clock = clock;
    this.github = github;
    this.receiver = receiver;
    this.keyring = keyring;
    this.folder = folder;
    this.#secret = secret;
  }

  static async set(): Promise<Stage> {
    const clock = new StoryClock();
    const secret = randomBytes(32).toString("hex");
    const folder = await mkdtemp(join(tmpdir(), "countersign-demo-"));
    const github = await startLoopbackGitHub({
      manifest: MANIFEST,
      webhookSecret: secret,
      clock,
      accessClock: systemClock,
    });
    const receiver = await AlertReceiver.start(clock);
    const stage = new Stage({ clock, github, receiver, keyring: await createKeyring(), folder, secret });
    await mkdir(stage.dataDir);
    return stage;
  }

  get dataDir(): string {
    return join(this.folder, "data");
  }

  get logFile(): string {
    return join(this.folder, "app.log");
  }

  /** @throws where the app does not run */
  get app(): AppProcess {
    if (this.#app === null) throw new Error("The app does not run.");
    return this.#app;
  }

  /**
   * Starts the app on the database of this stage, as shipped or by the story's clock; GitHub then delivers what waited
   * for it.
   */
  async startApp({ byStoryClock = false } = {}): Promise<void> {
    this.#app = await AppProcess.start({
      environment: {
        APP_ID: String(this.github.appId),
        PRIVATE_KEY: this.github.privateKey,
        WEBHOOK_SECRET: this.#secret,
        GITHUB_API_URL: this.github.apiUrl,
        COUNTERSIGN_DATA_DIR: this.dataDir,
        LOG_LEVEL: "warn",
        ...this.receiver.environment,
      },
      folder: this.folder,
      logFile: this.logFile,
      aheadMs: byStoryClock ? this.clock.aheadMs : null,
    });
    await this.app.healthy();
    await this.github.setWebhookUrl(`${this.app.url}/api/github/webhooks`);
  }

  async stopApp(): Promise<void> {
    const app = this.app;
    this.github.webhooks.url = null;
    await app.stop();
    this.#app = null;
  }

  /** Moves the story's clock, by which GitHub and the app run; resolves with its time when all that this brought is done. */
  async pass(minutes: number): Promise<Date> {
    this.clock.advance(minutes);
    await this.app.moveClock(this.clock.aheadMs);
    await this.quiet();
    return this.clock.now();
  }

  /**
   * Does something on GitHub that the app hears of when it is done. GitHub tells of a merge before its log has it, and
   * who looks in between looks again half a minute later.
   */
  async inOneGo<T>(work: () => Promise<T>): Promise<T> {
    const { webhooks } = this.github;
    const { url } = webhooks;
    webhooks.url = null;
    const result = await work();
    if (url !== null) await this.github.setWebhookUrl(url);
    return result;
  }

  /** Resolves when every webhook was taken and every job done: jobs post check runs, which make webhooks again. */
  async quiet(): Promise<void> {
    const { webhooks } = this.github;
    const limit = Date.now() + QUIET_LIMIT_MS;
    await webhooks.quiet(async () => {
      for (let queue = await this.app.queue(); queue.waiting + queue.running > 0;) {
        if (Date.now() > limit) throw new Error("The app's queue does not come to rest.");
        await delay(60);
        queue = await this.app.queue();
        if (queue.dead > 0) throw new Error(`${queue.dead} of the app's jobs failed for good.`);
      }
    });
    const lost = webhooks.deliveries.find(({ statusCode }) => statusCode < 200 || statusCode > 299);
    if (lost !== undefined) {
      throw new Error(`The app answered ${lost.statusCode} to a webhook ${lost.envelope.event}.`);
    }
  }

  /** Ends everything in order and removes its files. @throws if GitHub would not have taken a request of the app's */
  async close(): Promise<void> {
    if (this.#app !== null) await this.stopApp();
    await this.keyring.dispose();
    await this.github.close();
    await this.receiver.close();
    this.removeFiles();
  }

  /** Ends everything however it stands; the app's log stays. */
  async abandon(): Promise<void> {
    this.#app?.kill();
    this.#app = null;
    rmSync(this.dataDir, { recursive: true, force: true });
    const ends = [this.keyring.dispose(), this.github.close({ check: false }), this.receiver.close()];
    await Promise.allSettled(ends);
  }

  removeFiles(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
