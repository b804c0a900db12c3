import { generateKeyPairSync } from "node:crypto";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { pino } from "pino";
import { Probot } from "probot";
import { ManualClock } from "../../src/clock.js";
import type { FlowContext } from "../../src/flows/context.js";
import type { Installation } from "../../src/github/github.js";
import { silentLogger } from "../../src/logger.js";
import type { Job } from "../../src/store/jobs.js";
import type { HeadPush, KnownPullRequest, Store, Tenant } from "../../src/store/store.js";
import { registerHandlers } from "../../src/webhooks/handlers.js";
import { accountOf, placeOf } from "../../src/webhooks/subjects.js";
import {
  ada,
  alertEvent,
  APP_ID,
  checkRunEvent,
  checkSuiteEvent,
  type Example,
  HEAD,
  installationEvent,
  PLACE,
  protectionEvent,
  pullRequestEvent,
  pushEvent,
  reviewEvent,
  rulesetEvent,
  statusEvent,
  UPDATED_AT,
} from "./payloads.js";

const NOW = new Date("2026-11-20T12:00:00Z");
const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

const TENANT: Tenant = { id: 7, login: "acme", installationId: 55, suspended: false, asOf: UPDATED_AT };
/** Pull requests that we know to have HEAD as their head. */
const AT_HEAD = [12, 13];
/** Open pull requests by the branch they go to. */
const OPEN = new Map([
  ["main", [12]],
  ["release", [20, 21]],
]);

/** What handlers may touch, in memory; anything else they call fails the test. */
class Ports {
  readonly jobs: Job[] = [];
  readonly pushes: (HeadPush & { mode: string })[] = [];
  tenants: Tenant[] = [TENANT];

  readonly notes: KnownPullRequest[] = [];
  readonly renewed: string[] = [];

  readonly store: Pick<
    Store,
    | "enqueue"
    | "savePusher"
    | "saveTenant"
    | "findTenant"
    | "notePullRequest"
    | "openPullRequestsAt"
    | "openPullRequests"
    | "renewChecks"
  > = {
    notePullRequest: (pull) => {
      this.notes.push(pull);
      return Promise.resolve();
    },
    openPullRequestsAt: ({ oid }) => {
      const closed = this.notes.filter(({ open }) => !open).map(({ number }) => number);
      const open = oid === HEAD ? AT_HEAD.filter((number) => !closed.includes(number)) : [];
      return Promise.resolve(open.map(openPullRequest));
    },
    openPullRequests: () => Promise.resolve(AT_HEAD.map(openPullRequest)),
    renewChecks: ({ oid }) => {
      this.renewed.push(oid);
      return Promise.resolve();
    },
    enqueue: (job) => {
      this.jobs.push(job);
      return Promise.resolve();
    },
    savePusher: (push, mode = "replace") => {
      this.pushes.push({ ...push, mode });
      return Promise.resolve();
    },
    findTenant: (id) => Promise.resolve(this.tenants.find((tenant) => tenant.id === id) ?? null),
    saveTenant: (tenant) => {
      this.tenants = [...this.tenants.filter(({ id }) => id !== tenant.id), tenant];
      return Promise.resolve();
    },
  };

  readonly installation: Pick<Installation, "openPullRequests"> = {
    openPullRequests: (_repository, base) =>
      Promise.resolve(base === null ? [...OPEN.values()].flat() : (OPEN.get(base) ?? [])),
  };

  /** The jobs in short: `evaluate-pull-request 12`. */
  get queued(): string[] {
    return this.jobs.map((job) => ("number" in job.payload ? `${job.task} ${job.payload.number}` : job.task));
  }
}

const openPullRequest = (number: number): KnownPullRequest => ({
  tenantId: PLACE.tenantId,
  repository: PLACE.repository,
  number,
  headOid: HEAD,
  baseRef: "main",
  open: true,
  asOf: NOW,
});

/** The ports as the whole of what handlers are handed: a call of anything else is a TypeError. */
function contextOf(ports: Ports): FlowContext {
  const context: object = {
    appId: APP_ID,
    store: ports.store,
    github: { forInstallation: () => ports.installation },
    clock: new ManualClock(NOW),
    logger: silentLogger,
  };
  return context as FlowContext;
}

let ports: Ports;
let probot: Probot;

beforeEach(async () => {
  ports = new Ports();
  probot = new Probot({ appId: APP_ID, privateKey, secret: "s", log: pino({ level: "silent" }) });
  await probot.ready();
  registerHandlers(probot, contextOf(ports));
});

async function receive({ event, payload }: Example): Promise<void> {
  const delivery: object = { id: "guid-1", name: event, payload };
  await probot.receive(delivery as Parameters<Probot["receive"]>[0]);
}

/** What an event queues, in short. */
async function queuedBy(example: Example): Promise<string[]> {
  await receive(example);
  return ports.queued;
}

const evaluate = (...numbers: number[]): string[] =>
  numbers.map((number) => `evaluate-pull-request ${number}`);
const ALL_OPEN = evaluate(12, 20, 21);

describe("a pull request", () => {
  it.each(["opened", "reopened", "synchronize", "edited", "ready_for_review", "converted_to_draft"])(
    "that is %s is looked at",
    async (action) => {
      await receive(pullRequestEvent(action));
      expect(ports.jobs).toEqual([{ task: "evaluate-pull-request", payload: { ...PLACE, number: 12 } }]);
    },
  );

  it("that is opened is noted with its head and base, as of when GitHub says", async () => {
    await receive(pullRequestEvent("opened"));
    const { tenantId, repository } = PLACE;
    expect(ports.notes).toEqual([
      { tenantId, repository, number: 12, headOid: HEAD, baseRef: "main", open: true, asOf: UPDATED_AT },
    ]);
  });

  it.each(["labeled", "assigned", "auto_merge_enabled"])(
    "that is %s is the same as before",
    async (action) => {
      expect(await queuedBy(pullRequestEvent(action))).toEqual([]);
    },
  );

  it("that is merged is recorded, and those with the same head are looked at", async () => {
    expect(await queuedBy(pullRequestEvent("closed", { merged: true }))).toEqual([
      "record-merge 12",
      ...evaluate(13),
    ]);
  });

  it("that is closed unmerged leaves no record", async () => {
    expect(await queuedBy(pullRequestEvent("closed"))).toEqual(evaluate(13));
  });

  const PUSHED = {
    tenantId: 7,
    repositoryId: 100,
    branch: "change",
    oid: HEAD,
    pusher: ada,
    at: NOW,
    mode: "replace",
  };
  const FORK_PUSHED = { ...PUSHED, branch: "pull:12" };
  // Whoever opened may not have pushed: a push that told more stays.
  const FORK_OPENED = { ...FORK_PUSHED, mode: "fill" };
  it.each([
    ["its head was pushed", pullRequestEvent("synchronize"), [PUSHED]],
    ["a fork's head was pushed", pullRequestEvent("synchronize", { headRepository: 101 }), [FORK_PUSHED]],
    ["it was opened from a fork", pullRequestEvent("opened", { headRepository: 101 }), [FORK_OPENED]],
    [
      "it was opened from a fork that is gone",
      pullRequestEvent("opened", { headRepository: null }),
      [FORK_OPENED],
    ],
    ["it was opened by whoever did not push it", pullRequestEvent("opened"), []],
    ["it was edited", pullRequestEvent("edited", { headRepository: 101 }), []],
    ["it was reopened", pullRequestEvent("reopened", { headRepository: 101 }), []],
  ])("tells who pushed where %s", async (_what, example, pushes) => {
    await receive(example);
    expect(ports.pushes).toEqual(pushes);
  });
});

describe("reviews and results", () => {
  it.each(["submitted", "edited", "dismissed"])("a review that is %s counts anew", async (action) => {
    expect(await queuedBy(reviewEvent(action))).toEqual(evaluate(12));
  });

  it.each([
    ["another app's check run starts", checkRunEvent("created", 5), evaluate(12, 13)],
    ["another app's check run ends", checkRunEvent("completed", 5), evaluate(12, 13)],
    ["a check run of nobody ends", checkRunEvent("completed", null), evaluate(12, 13)],
    ["our own check run ends", checkRunEvent("completed", APP_ID), []],
    ["our own check run starts", checkRunEvent("created", APP_ID), []],
    [
      "someone asks for ours again",
      checkRunEvent("rerequested", APP_ID),
      [...evaluate(12, 13), "publish-checks"],
    ],
    ["someone asks for another's again", checkRunEvent("rerequested", 5), []],
    ["another app's suite ends", checkSuiteEvent("completed", 5), evaluate(12, 13)],
    ["our own suite ends", checkSuiteEvent("completed", APP_ID), []],
    [
      "someone asks for our suite again",
      checkSuiteEvent("rerequested", APP_ID),
      [...evaluate(12, 13), "publish-checks"],
    ],
    ["someone asks for another's suite again", checkSuiteEvent("rerequested", 5), []],
    ["a status is set", statusEvent(), evaluate(12, 13)],
  ])("%s", async (_what, example, queued) => {
    expect(await queuedBy(example)).toEqual(queued);
  });

  it("that is asked for again is posted again, whatever it says", async () => {
    await receive(checkRunEvent("rerequested", APP_ID));
    expect(ports.renewed).toEqual([HEAD]);
  });

  it("a result on a commit that heads no pull request is nobody's", async () => {
    const status = statusEvent();
    expect(await queuedBy({ ...status, payload: { ...status.payload, sha: "9".repeat(40) } })).toEqual([]);
  });

  it.each(["created", "appeared_in_branch", "fixed", "closed_by_user", "reopened", "reopened_by_user"])(
    "an alert that is %s may be anyone's",
    async (action) => {
      expect(await queuedBy(alertEvent(action))).toEqual(ALL_OPEN);
    },
  );
});

describe("a branch", () => {
  const touching = (path: string, how = "modified") => pushEvent({ commits: [{ [how]: [path] }] });

  it("that is pushed tells who did", async () => {
    await receive(pushEvent());
    expect(ports.pushes).toEqual([
      { tenantId: 7, repositoryId: 100, branch: "main", oid: HEAD, pusher: ada, at: NOW, mode: "replace" },
    ]);
    expect(ports.jobs).toEqual([]);
  });

  it.each([
    ["a tag", pushEvent({ ref: "refs/tags/v1" })],
    ["a deletion", pushEvent({ deleted: true, after: "0".repeat(40) })],
    ["whoever has no account", pushEvent({ sender: undefined })],
  ])("is pushed by nobody where it is %s", async (_what, example) => {
    await receive(example);
    expect(ports.pushes).toEqual([]);
  });

  it.each([
    [touching(".github/countersign.yml")],
    [touching(".github/countersign.yml", "removed")],
    [touching(".github/countersign/allowed_signers", "added")],
    [touching(".github/countersign/keyring/ada.asc")],
  ])("default: whose control files change says for all which branches are controlled", async (example) => {
    expect(await queuedBy(example)).toEqual(ALL_OPEN);
  });

  it("other: its control files are for the pull requests into it", async () => {
    const push = touching(".github/countersign.yml");
    const release = { ...push, payload: { ...push.payload, ref: "refs/heads/release" } };
    expect(await queuedBy(release)).toEqual(evaluate(20, 21));
  });

  it.each([
    [touching("README.md")],
    [touching("docs/.github/countersign.yml")],
    [touching(".github/countersign.yaml")],
  ])("that changes otherwise changes no verdict", async (example) => {
    expect(await queuedBy(example)).toEqual([]);
  });

  it("that is forced back may have other control files, and lists no commit that says so", async () => {
    expect(await queuedBy(pushEvent({ forced: true }))).toEqual(ALL_OPEN);
  });

  it("whose push has more commits than GitHub lists may have other control files", async () => {
    expect(await queuedBy(pushEvent({ commits: Array(2048).fill({ modified: ["a"] }) }))).toEqual(ALL_OPEN);
  });

  it.each([
    protectionEvent("created"),
    protectionEvent("edited"),
    protectionEvent("deleted"),
    rulesetEvent("created"),
    rulesetEvent("edited"),
    rulesetEvent("deleted"),
  ])("whose protection changes ($event) is looked at as a whole", async (example) => {
    expect(await queuedBy(example)).toEqual(ALL_OPEN);
  });

  it("of an organization's ruleset is not named, so all that are known to be open are looked at", async () => {
    expect(await queuedBy(rulesetEvent("edited", false))).toEqual(evaluate(12, 13));
  });

  it.each([[[]], [[{ ...TENANT, suspended: true }]]])(
    "of an account where the app is not active",
    async (tenants) => {
      ports.tenants = tenants;
      expect(await queuedBy(protectionEvent("edited"))).toEqual([]);
    },
  );
});

describe("an installation", () => {
  it.each([
    ["created", false],
    ["unsuspend", false],
    ["new_permissions_accepted", false],
    ["suspend", true],
    ["deleted", true],
  ])("that is %s makes its account a tenant (suspended: %s)", async (action, suspended) => {
    ports.tenants = [];
    await receive(installationEvent(action));
    expect(ports.tenants).toEqual([{ ...TENANT, suspended }]);
  });

  it.each([
    ["created", ALL_OPEN],
    ["unsuspend", evaluate(12, 13)],
    ["new_permissions_accepted", evaluate(12, 13)],
    ["suspend", []],
    ["deleted", []],
  ])("that is %s has looked at what happened meanwhile", async (action, queued) => {
    expect(await queuedBy(installationEvent(action))).toEqual(queued);
  });
});

describe("subjects", () => {
  it.each([
    [
      { id: 1, login: "ada" },
      { id: 1, login: "ada", type: "User" },
    ],
    [
      { id: 2, login: "robot[bot]", type: "Bot" },
      { id: 2, login: "robot[bot]", type: "Bot" },
    ],
    [{ id: 3, login: "x", type: "EnterpriseUserAccount" }, null],
    [null, null],
    [undefined, null],
  ])("account of %j", (user, account) => {
    expect(accountOf(user)).toEqual(account);
  });

  it("a repository without an owner has no place", () => {
    expect(() => placeOf({ repository: { id: 1, name: "r", owner: null } })).toThrow(
      expect.objectContaining({ code: "delivery-malformed" }),
    );
  });
});
