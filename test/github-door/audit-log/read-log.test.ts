import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import type { AuditLogSource } from "../../../src/facts/audit-log.js";
import { connectGitHub } from "../../../src/github/github.js";
import { silentLogger } from "../../../src/logger.js";
import { MANIFEST, setStage, type Stage } from "../../github/support/stage.js";

const MINUTE_MS = 60_000;
const GRANTED = {
  ...MANIFEST,
  permissions: { ...MANIFEST.permissions, organization_administration: "read" as const },
};

let stage: Stage;
/** The app's; GitHub's stands still, so that tokens last. */
let clock: ManualClock;
let source: () => AuditLogSource;

beforeEach(async () => {
  stage = await setStage(GRANTED);
  clock = new ManualClock(stage.clock.now());
  const { appId, privateKey, apiUrl } = stage.github;
  const door = connectGitHub({ appId, privateKey, apiUrl }, clock, silentLogger);
  source = () => door.forInstallation(stage.installation.id).auditLog;
});

afterEach(async () => {
  await stage.github.close();
});

const read = async (since: Date) => await source().protectionChanges("acme", since);
const requests = () => stage.github.count("orgs/get-audit-log");

it("an audit log tells of rules and rulesets since an instant, page by page", async () => {
  const { organization, repository } = stage;
  organization.onEnterprise();
  repository.protect("too-old");
  stage.clock.advance(MINUTE_MS);
  const since = stage.clock.now();
  for (let n = 0; n < 101; n += 1) repository.protect(`release/${n}`);
  organization.ruleset({ name: "everywhere", rules: [{ type: "deletion" }] });
  const changes = (await read(since)) ?? [];
  expect(changes).toHaveLength(102);
  expect(changes.at(0)).toMatchObject({ kind: "classic", action: "created", name: "release/100" });
  expect(changes.at(100)).toMatchObject({
    name: "release/0",
    repository: { id: repository.repo.id, fullName: "acme/deploy" },
    by: { login: "acme" },
    at: since,
  });
  expect(changes.at(101)).toMatchObject({ kind: "ruleset", name: "everywhere", repository: null });
  expect(requests()).toBe(3);
});

it("no audit log in the plan is no error, and is asked for again after an hour", async () => {
  const { organization } = stage;
  const since = clock.now();
  expect(await read(since)).toBeNull();
  clock.advance(59 * MINUTE_MS);
  expect(await read(since)).toBeNull();
  expect(requests()).toBe(1);
  organization.onEnterprise();
  clock.advance(MINUTE_MS);
  expect(await read(since)).toEqual([]);
});
