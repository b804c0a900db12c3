import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp, type RunningApp } from "../../src/app.js";
import { type Clock, systemClock } from "../../src/clock.js";
import { type LoopbackGitHub, readManifest, startLoopbackGitHub } from "../github/loopback.js";

export const MANIFEST = readManifest(new URL("../../app.yml", import.meta.url));
export const WEBHOOK_SECRET = "a-secret-that-only-this-test-knows";

export interface SceneOptions {
  /** `null`: the embedded database. */
  readonly databaseUrl: string | null;
  readonly clock?: Clock;
}

/** The unmodified app beside a loopback GitHub, both listening, joined by webhooks and HTTP only. */
export interface Scene {
  readonly github: LoopbackGitHub;
  readonly app: RunningApp;
  /** Resolves when every webhook was taken and no job is due: nothing will change any more by itself. */
  settled(): Promise<void>;
  /** Fails if anything was sent that GitHub would not have taken. */
  close(): Promise<void>;
}

export async function startScene({ databaseUrl, clock = systemClock }: SceneOptions): Promise<Scene> {
  const dataDir = await mkdtemp(join(tmpdir(), "countersign-scene-"));
  const github = await startLoopbackGitHub({ manifest: MANIFEST, webhookSecret: WEBHOOK_SECRET, clock });
  const app = await startApp(
    {
      app: { id: github.appId, privateKey: github.privateKey, webhookSecrets: [WEBHOOK_SECRET] },
      databaseUrl,
      dataDir,
      githubApiUrl: github.apiUrl,
      host: "127.0.0.1",
      port: 0,
      logLevel: "fatal",
    },
    clock,
  );
  await github.setWebhookUrl(`${app.url}/api/github/webhooks`);
  return {
    github,
    app,
    settled: () => settle(github, app),
    close: async () => {
      await app.stop();
      await github.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Jobs post check runs, which make webhooks, which make jobs: quiet is when a round brought no webhook. */
async function settle(github: LoopbackGitHub, app: RunningApp): Promise<void> {
  for (let seen = -1; seen !== github.webhooks.deliveries.length;) {
    seen = github.webhooks.deliveries.length;
    await github.webhooks.settled();
    await app.drained();
  }
}
