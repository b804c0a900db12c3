import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { type RunningApp, startApp } from "../../../../src/app.js";
import { type CaseFile, caseIdOf, changeKeys, readCaseFile } from "../../../../src/breakglass/stored.js";
import { openCase } from "../../../../src/breakglass/transition.js";
import { CaseDraft } from "../../../../src/flows/case/core/draft.js";
import { storeDraft } from "../../../../src/flows/case/core/store-draft.js";
import { workCase } from "../../../../src/flows/case/work-case.js";
import type { Handling } from "../../../../src/policy/break-glass.js";
import type { CaseSubject } from "../../../../src/store/jobs.js";
import { TERMS } from "../../../breakglass/make.js";
import type { RepositoryHandle, UserHandle } from "../../../github/scenario.js";
import type { IssueHandle } from "../../../github/scenario/issue.js";
import { type PostgresServer, sharedPostgres } from "../../../support/postgres.js";
import { LOOPBACK, RunningClock, type Scene, startScene, WEBHOOK_SECRET } from "../../../support/scene.js";
import { caseIdIn, clockKeys, HOUR, story } from "./cases.js";
import { Receiver } from "./receiver.js";

jest.setTimeout(300_000);

/** Each has 13 timers that are due after 40 hours: more than a thousand in all. */
const CASES = 77;
/** What of these is told: the others were overtaken. */
const TOLD = [
  "acknowledge/breach",
  "acknowledge/escalation-3",
  "document/breach",
  "document/escalation-3",
  "review/reminder-50/0",
];

const HANDLING: Handling = {
  routes: [{ channels: ["pager"], mention: [] }],
  issue: { repository: null, labels: [] },
  retroactivePullRequest: "team",
  freeze: false,
  budget: { percent: 100, days: 30 },
};

const clock = new RunningClock();
let postgres: PostgresServer;
let receiver: Receiver;
let scene: Scene;
let second: RunningApp;
let repository: RepositoryHandle;
let pusher: UserHandle;

beforeAll(async () => {
  postgres = await sharedPostgres();
  receiver = await Receiver.start();
  const databaseUrl = await postgres.createDatabase();
  const channels = [receiver.channel("pager")];
  scene = await startScene({ databaseUrl, clock, channels });
  const { github } = scene;
  second = await startApp(
    {
      app: { id: github.appId, privateKey: github.privateKey, webhookSecrets: [WEBHOOK_SECRET] },
      databaseUrl,
      dataDir: "/nonexistent",
      githubApiUrl: github.apiUrl,
      host: "127.0.0.1",
      port: 0,
      logLevel: "fatal",
      channels,
      privateTargets: LOOPBACK,
      opensPullRequests: false,
      deliveriesKeptDays: 30,
      docsUrl: null,
      limits: null,
    },
    clock,
  );
  const organization = github.organization("acme");
  repository = await organization.repository("shop");
  pusher = github.user("root");
  github.install(organization);
  await scene.settled();
});
afterAll(async () => {
  await second.stop();
  await scene.close();
  await receiver.close();
  await postgres.stop();
});

/** Opens cases as their landings do, without a webhook and a look at GitHub for each. */
async function openCases(count: number): Promise<CaseSubject[]> {
  const tenantId = repository.repo.owner.id;
  const drafts = Array.from({ length: count }, (_, index) => draftOf(tenantId, index));
  for (const draft of drafts) await scene.app.store.transaction((tx) => storeDraft(tx, draft));
  return drafts.map(({ id }) => ({ tenantId, caseId: id }));
}

function draftOf(tenantId: number, index: number): CaseDraft {
  const { id, name, owner } = repository.repo;
  const afterOid = index.toString(16).padStart(40, "a");
  const change = changeKeys.forward(id, "main", afterOid);
  const at = clock.now().toISOString();
  const opening = openCase(
    { id: caseIdOf(change), change, terms: TERMS },
    {
      id: `landed:${change}`,
      kind: "landed",
      at,
      why: "It was pushed.",
      source: { kind: "delivery", url: null },
      by: { id: pusher.account.id, login: pusher.login, type: "User" },
      change,
      landedAt: at,
      beforeOid: "b".repeat(40),
      afterOid,
      headOid: afterOid,
      involvement: { people: [], unread: null },
    },
  );
  if (!opening.ok) throw new Error(opening.refusal.message);
  const place = {
    tenantId,
    changeKey: change,
    repository: { id, owner: owner.login, name },
    branch: "main",
    pullNumber: null,
  };
  const file: CaseFile = {
    version: 1,
    case: opening.case,
    handling: HANDLING,
    policyDigest: null,
    successor: null,
    repositoryUrl: `${scene.github.url}/${repository.fullName}`,
    how: "push",
    decision: null,
    changeRecordDigest: null,
    offer: null,
    appOpens: false,
  };
  return CaseDraft.opened(place, file, opening.step);
}

it("two replicas do each of 1,000 timers that are due at once, once", async () => {
  const subjects = await openCases(CASES);
  await scene.settled();
  const issues = new Map<string, IssueHandle>(
    repository.issues().map((issue) => [caseIdIn(issue.title), issue]),
  );
  expect(issues.size).toBe(CASES);
  expect(repository.issues()).toHaveLength(CASES);

  clock.advance(40 * HOUR);
  const apps = [scene.app, second];
  const looks = [1, 2, 3].flatMap(() => apps.map((app) => app.lookForDue()));
  // Beside the queue, which lets one worker at a time have a case: here both have it at the very same time.
  for (const subject of subjects)
    await Promise.all(apps.map(({ store }) => workCase({ store, clock }, subject)));
  await Promise.all(looks);
  for (const app of apps) await app.lookForDue();
  await scene.settled();

  let done = 0;
  for (const { tenantId, caseId } of subjects) {
    const timers = await second.store.timersOf(tenantId, caseId);
    const due = timers.filter(({ at }) => Date.parse(at) <= clock.now().getTime());
    expect(due.every(({ doneAt }) => doneAt !== null)).toBe(true);
    done += due.length;
    const issue = issues.get(caseId);
    expect(issue && clockKeys(issue, caseId).sort()).toEqual(TOLD);
    const told = receiver.about(caseId).filter(({ kind }) => kind !== "opened");
    expect(told.map(({ id }) => id).sort()).toEqual(TOLD.map((key) => `${caseId}/${key}/pager`));
    const stored = await second.store.findCase(tenantId, caseId);
    expect(stored && story(readCaseFile(stored.body, stored.digest).case)).toEqual([
      "landed",
      "breached",
      "breached",
    ]);
    expect(await second.store.recordsOfCase(tenantId, caseId)).toHaveLength(3);
  }
  expect(done).toBeGreaterThanOrEqual(1_000);
});
