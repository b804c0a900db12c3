import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { freePort, type PostgresServer, sharedPostgres } from "../support/postgres.js";
import { AppProcess } from "../support/process.js";
import { MANIFEST } from "../support/scene.js";
import { until } from "../support/until.js";
import { CHECK_NAMES, Killable, PATIENCE_MS } from "./killable.js";

jest.setTimeout(PATIENCE_MS);

const APP_YML = fileURLToPath(new URL("../../app.yml", import.meta.url));

describe("the app as a process", () => {
  let postgres: PostgresServer;
  let killable: Killable;
  let cwd: string;

  beforeAll(async () => {
    postgres = await sharedPostgres();
    killable = await Killable.create(await postgres.createDatabase());
    cwd = await mkdtemp(join(tmpdir(), "countersign-start-"));
    await copyFile(APP_YML, join(cwd, "app.yml"));
  });
  afterAll(async () => {
    await killable.close();
    await postgres.stop();
    await rm(cwd, { recursive: true, force: true });
  });

  it("refuses to start without a webhook secret, and says how to set one", async () => {
    const env = { ...killable.environment(), WEBHOOK_SECRET: "" };
    const app = AppProcess.spawn({ cwd, env });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.output).toContain("WEBHOOK_SECRET is not set");
    expect(app.output).toContain("openssl rand -hex 32");
  });

  it("shows the set-up page without any credentials, which asks GitHub for what app.yml says", async () => {
    const app = AppProcess.spawn({ cwd, env: { HOST: "127.0.0.1", PORT: String(await freePort()) } });
    try {
      const url = await app.saying(/Listening on (http:\S+)/);
      const page = await (await fetch(`${url}/probot`)).text();
      const manifest: unknown = JSON.parse(/name="manifest"[^>]* value='([^']*)'/.exec(page)?.[1] ?? "null");
      expect(manifest).toMatchObject({
        name: MANIFEST.name,
        public: false,
        hook_attributes: { url: `${url}/` },
        default_permissions: MANIFEST.permissions,
        default_events: MANIFEST.events,
      });
    } finally {
      await app.kill();
    }
  });

  it("takes no more webhooks after SIGTERM, finishes the jobs that run, leaves the others, and exits 0", async () => {
    const app = await killable.start();
    const { faults } = killable.github;
    const audit = faults.next({ operation: "BaseBranch" }, { kind: "slow" });
    const facts = faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
    const pull = await killable.openPull("stopped");
    await Promise.all([audit.met, facts.met]);
    // What protects the branch is audited while the pull request into it is looked at for the first time.
    audit.release();
    await until(
      async () => {
        const { waiting, running } = await app.health();
        return waiting === 0 && running === 1 ? true : null;
      },
      () => `More than that one look is left. The app said:\n${app.lastWords}`,
    );

    const ended = app.terminate();
    await until(
      () =>
        fetch(`${app.url}/healthz`).then(
          () => null,
          () => true,
        ),
      () => `The app serves on. It said:\n${app.lastWords}`,
    );
    facts.release();
    expect(await ended).toEqual({ code: 0, signal: null });

    await killable.settled(await killable.start());
    expect(killable.checkRuns(pull).map(({ name }) => name)).toEqual(CHECK_NAMES);
    // The decision was made before the end, and nothing has changed since.
    expect(killable.github.count("PullRequestFacts")).toBe(1);
  });
});
