import { createSign } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { startLoopbackGitHub } from "./loopback.js";
import {
  asApp,
  asInstallation,
  asUser,
  MANIFEST,
  refusal,
  SECRET,
  setStage,
  type Stage,
} from "./support/stage.js";

const HERE = { owner: "acme", repo: "deploy" };
const MINUTE = 60_000;

let stage: Stage;

beforeEach(async () => {
  stage = await setStage();
});

afterEach(async () => {
  await stage.github.close();
});

function jwt(claims: object, key = stage.github.privateKey): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createSign("sha256").update(signed).sign(key).toString("base64url")}`;
}

async function statusFor(authorization: string, path = "/app"): Promise<number> {
  return (await fetch(`${stage.github.apiUrl}${path}`, { headers: { authorization } })).status;
}

describe("an app's JWT", () => {
  const now = () => Math.floor(stage.clock.now().getTime() / 1_000);
  const claims = (change: object = {}) => ({
    iat: now() - 30,
    exp: now() + 300,
    iss: stage.github.appId,
    ...change,
  });

  it("is accepted with the right key and times", async () => {
    expect(await statusFor(`Bearer ${jwt(claims())}`)).toBe(200);
  });

  it.each([
    ["expired", () => ({ exp: now() - 1 })],
    ["issued in the future", () => ({ iat: now() + 120 })],
    ["good for longer than ten minutes", () => ({ exp: now() + 720 })],
    ["without times", () => ({ iat: undefined, exp: undefined })],
    ["of another app", () => ({ iss: 4_711 })],
  ])("is refused when %s", async (_, change) => {
    expect(await statusFor(`Bearer ${jwt(claims(change()))}`)).toBe(401);
  });

  it("is refused when signed by another app's key", async () => {
    const other = stage.github.otherApp("other");
    expect(await statusFor(`Bearer ${jwt(claims(), other.keys().privateKey)}`)).toBe(401);
  });

  it("does not open what an installation may do", async () => {
    expect(await statusFor(`Bearer ${jwt(claims())}`, "/repos/acme/deploy")).toBe(403);
  });

  it("shows the app with the permissions of its manifest", async () => {
    const { data } = await asApp(stage.github).rest.apps.getAuthenticated();
    expect(data?.permissions).toMatchObject(MANIFEST.permissions);
  });
});

describe("an installation token", () => {
  it("is longer than tokens used to be, and expires after an hour", async () => {
    const app = asApp(stage.github);
    const request = { installation_id: stage.installation.id };
    const { data } = await app.rest.apps.createInstallationAccessToken(request);
    expect(data.token).toMatch(new RegExp(`^ghs_${stage.github.appId}_`));
    expect(data.token.length).toBeGreaterThan(200);
    expect(await statusFor(`token ${data.token}`, "/repos/acme/deploy")).toBe(200);
    stage.clock.advance(60 * MINUTE - 1);
    expect(await statusFor(`token ${data.token}`, "/repos/acme/deploy")).toBe(200);
    stage.clock.advance(1);
    expect(await statusFor(`token ${data.token}`, "/repos/acme/deploy")).toBe(401);
  });

  it("sees every public app, and of the private ones those of its own account", async () => {
    const { github, octokit } = stage;
    const bySlug = (slug: string) => octokit.rest.apps.getBySlug({ app_slug: slug });
    const scanner = github.otherApp("scanner");
    expect((await bySlug("scanner")).data).toMatchObject({ id: scanner.id, slug: "scanner" });
    github.renameApp(scanner, "scanned");
    expect((await refusal(bySlug("scanner"))).status).toBe(404);
    expect((await bySlug("scanned")).data).toMatchObject({ id: scanner.id });
    const own = github.world.addApp(stage.organization.account, { slug: "own", private: true });
    expect((await bySlug("own")).data).toMatchObject({ id: own.id });
    github.otherApp("hidden", { private: true });
    expect((await refusal(bySlug("hidden"))).status).toBe(404);
  });

  it("reaches no repository outside its installation", async () => {
    const elsewhere = await stage.github.organization("rival").repository("secret");
    const { owner, name } = elsewhere.repo;
    expect((await refusal(stage.octokit.rest.repos.get({ owner: owner.login, repo: name }))).status).toBe(
      404,
    );
  });

  it("reaches only selected repositories, and loses one that is taken away", async () => {
    const other = await stage.organization.repository("other");
    stage.installation.uninstall();
    const installation = stage.github.install(stage.organization, [stage.repository]);
    const octokit = asInstallation(stage.github, installation.id);
    expect((await octokit.rest.repos.get(HERE)).status).toBe(200);
    expect((await refusal(octokit.rest.repos.get({ owner: "acme", repo: other.name }))).status).toBe(404);
    installation.select("removed", stage.repository);
    expect((await refusal(octokit.rest.repos.get(HERE))).status).toBe(404);
  });

  it("can be narrowed to less than the installation has, never widened", async () => {
    const app = asApp(stage.github);
    const request = { installation_id: stage.installation.id };
    const { data } = await app.rest.apps.createInstallationAccessToken({
      ...request,
      permissions: { checks: "read" },
    });
    expect(data.permissions).toEqual({ metadata: "read", checks: "read" });
    const wider = app.rest.apps.createInstallationAccessToken({
      ...request,
      permissions: { contents: "write" },
    });
    expect((await refusal(wider)).status).toBe(422);
    const strange = app.rest.apps.createInstallationAccessToken({ ...request, repositories: ["nowhere"] });
    expect((await refusal(strange)).status).toBe(422);
  });

  it("is worth nothing once the installation is suspended or gone", async () => {
    await stage.octokit.rest.repos.get(HERE);
    stage.installation.suspend(stage.admin);
    expect((await refusal(stage.octokit.rest.repos.get(HERE))).status).toBe(403);
    stage.installation.unsuspend();
    expect((await stage.octokit.rest.repos.get(HERE)).status).toBe(200);
    const request = { installation_id: stage.installation.id };
    const { data } = await asApp(stage.github).rest.apps.createInstallationAccessToken(request);
    stage.installation.uninstall();
    expect(await statusFor(`token ${data.token}`, "/repos/acme/deploy")).toBe(401);
  });
});

describe("a permission that the manifest does not ask for", () => {
  const without = async (name: string) => {
    const kept = Object.entries(MANIFEST.permissions).filter(([permission]) => permission !== name);
    const permissions = Object.fromEntries(kept);
    const github = await startLoopbackGitHub({
      manifest: { ...MANIFEST, permissions, events: [] },
      webhookSecret: SECRET,
      clock: stage.clock,
    });
    const organization = github.organization("acme");
    const repository = await organization.repository("deploy");
    return { github, repository, octokit: asInstallation(github, github.install(organization).id) };
  };

  it("refuses the operation", async () => {
    const { github, repository, octokit } = await without("checks");
    const ref = await repository.tip();
    const refused = await refusal(octokit.rest.checks.listForRef({ ...HERE, ref })).finally(async () => {
      await github.close();
    });
    expect(refused).toEqual({
      status: 403,
      message: expect.stringContaining("Resource not accessible by integration"),
    });
  });

  it("refuses to write with a permission to read", async () => {
    const request = { ...HERE, sha: await stage.repository.tip(), state: "success", context: "x" } as const;
    expect((await refusal(stage.octokit.rest.repos.createCommitStatus(request))).status).toBe(403);
  });

  it("refuses a manifest whose events it does not reach", async () => {
    const manifest = { ...MANIFEST, permissions: { metadata: "read" } as const };
    await expect(startLoopbackGitHub({ manifest, webhookSecret: SECRET })).rejects.toThrow(/check_run needs/);
  });
});

describe("a user's token", () => {
  it("may do what the user's role allows", async () => {
    const outsider = stage.github.user("eve");
    expect((await refusal(asUser(stage.github, outsider).rest.repos.get(HERE))).status).toBe(404);
    stage.repository.grant(outsider, "read");
    const octokit = asUser(stage.github, outsider);
    expect((await octokit.rest.repos.get(HERE)).status).toBe(200);
    const status = { ...HERE, sha: await stage.repository.tip(), state: "success" } as const;
    expect((await refusal(octokit.rest.repos.createCommitStatus(status))).status).toBe(403);
  });

  it("is not taken for an app's", async () => {
    const octokit = asUser(stage.github, stage.author);
    const head_sha = await stage.repository.tip();
    expect((await refusal(octokit.rest.checks.create({ ...HERE, name: "x", head_sha }))).status).toBe(403);
    expect(await statusFor(`token ${stage.author.token}`)).toBe(401);
    expect(await statusFor("token ghp_wrong", "/repos/acme/deploy")).toBe(401);
    expect(await statusFor("", "/repos/acme/deploy")).toBe(401);
  });
});
