import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Probot } from "probot";
import { accountOf, placeOf } from "../../src/webhooks/subjects.js";
import {
  ada,
  alertEvent,
  APP_ID,
  BASE,
  GROUP_HEAD,
  checkRunEvent,
  checkSuiteEvent,
  type Example,
  HEAD,
  mergeGroupEvent,
  PLACE,
  protectionEvent,
  pullRequestEvent,
  pushEvent,
  repository,
  reviewEvent,
  rulesetEvent,
  statusEvent,
  UPDATED_AT,
} from "./payloads.js";
import { KNOWN, NOW, Ports, TENANT } from "./ports.js";
import { deliver, probotWith } from "./probot.js";

let ports: Ports;
let probot: Probot;

beforeEach(async () => {
  ports = new Ports();
  probot = await probotWith(ports);
});

const receive = (example: Example): Promise<void> => deliver(probot, example);

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
      {
        tenantId,
        repository,
        number: 12,
        headOid: HEAD,
        baseRef: "main",
        open: true,
        autoMerge: false,
        asOf: UPDATED_AT,
      },
    ]);
  });

  it("that GitHub is to merge by itself is noted as such, and looked at before others", async () => {
    await receive(pullRequestEvent("auto_merge_enabled", { autoMerge: true }));
    expect(ports.notes).toMatchObject([{ number: 12, autoMerge: true }]);
    expect([ports.queued, ports.urgencies]).toEqual([evaluate(12), ["merging"]]);
  });

  it("that GitHub is to merge no more is noted, and no verdict changes", async () => {
    expect(await queuedBy(pullRequestEvent("auto_merge_disabled"))).toEqual([]);
    expect(ports.notes).toMatchObject([{ number: 12, autoMerge: false }]);
  });

  it("that has a new head is approved no more", async () => {
    await receive(pullRequestEvent("synchronize"));
    expect(ports.notes).toMatchObject([{ approved: false }]);
  });

  it.each(["labeled", "assigned"])("that is %s is the same as before", async (action) => {
    expect(await queuedBy(pullRequestEvent(action))).toEqual([]);
  });

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

describe("a merge group", () => {
  const { tenantId, repository } = PLACE;
  const group = {
    tenantId,
    repository,
    headRef: `gh-readonly-queue/main/pr-12-${BASE}`,
    headOid: GROUP_HEAD,
    baseRef: "main",
    baseOid: BASE,
    pullNumbers: [],
  };
  const looked = [{ task: "evaluate-merge-group", payload: { tenantId, repository, oid: GROUP_HEAD } }];

  it("whose checks are asked for is noted and looked at", async () => {
    await receive(mergeGroupEvent("checks_requested"));
    expect(ports.groups).toMatchObject([{ ...group, ended: null }]);
    expect(ports.jobs).toEqual(looked);
  });

  it.each([
    ["merged", "merged"],
    ["dequeued", "dequeued"],
    ["invalidated", "invalidated"],
    [undefined, "invalidated"],
  ])("that ends as %s has ended (%s)", async (reason, ended) => {
    await receive(mergeGroupEvent("destroyed", reason));
    expect(ports.groups).toMatchObject([{ ...group, ended }]);
    expect(ports.jobs).toEqual(looked);
  });
});

describe("reviews and results", () => {
  it.each(["submitted", "edited", "dismissed"])("a review that is %s counts anew", async (action) => {
    expect(await queuedBy(reviewEvent(action))).toEqual(evaluate(12));
    expect(ports.urgencies).toEqual(["ordinary"]);
  });

  it("an approval is looked at before others", async () => {
    await receive(reviewEvent("submitted", "approved"));
    expect(ports.urgencies).toEqual(["merging"]);
  });

  it("what concerns all open pull requests comes after the others", async () => {
    expect(await queuedBy(protectionEvent("edited"))).toEqual(ALL_OPEN);
    expect(ports.urgencies).toEqual(ALL_OPEN.map(() => "bulk"));
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
    expect(ports.queued).toEqual(["watch-branch main"]);
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
    expect(await queuedBy(example)).toEqual(["watch-branch main", "watch-repository", ...ALL_OPEN]);
  });

  it("other: its control files are for the pull requests into it", async () => {
    const push = touching(".github/countersign.yml");
    const release = { ...push, payload: { ...push.payload, ref: "refs/heads/release" } };
    expect(await queuedBy(release)).toEqual(["watch-branch release", ...evaluate(20, 21)]);
  });

  it.each([
    [touching("README.md")],
    [touching("docs/.github/countersign.yml")],
    [touching(".github/countersign.yaml")],
  ])("that changes otherwise changes no verdict", async (example) => {
    expect(await queuedBy(example)).toEqual(["watch-branch main"]);
  });

  it.each([
    ["forced back lists no commit that says so", { forced: true }],
    ["with more commits than GitHub lists", { commits: Array(2048).fill({ modified: ["a"] }) }],
  ])("that is %s may have other control files", async (_what, change) => {
    expect(await queuedBy(pushEvent(change))).toEqual(["watch-branch main", "watch-repository", ...ALL_OPEN]);
  });

  it("that may be controlled has its pushes kept as they were told, before it is looked at", async () => {
    await receive(pushEvent({ repository: { ...repository, pushed_at: 1_795_000_000 }, forced: true }));
    expect(ports.branchPushes).toEqual([
      {
        guid: "guid-1",
        tenantId: 7,
        repositoryId: 100,
        repository: PLACE.repository,
        branch: "main",
        before: BASE,
        after: HEAD,
        forced: true,
        pusher: ada,
        pushedAt: new Date(1_795_000_000_000),
        receivedAt: NOW,
      },
    ]);
  });

  it.each([
    ["made", { before: "0".repeat(40) }, { before: null, after: HEAD }],
    ["deleted", { after: "0".repeat(40), deleted: true }, { before: BASE, after: null }],
  ])("that is %s has no commit on one side", async (_how, change, ends) => {
    await receive(pushEvent(change));
    expect(ports.branchPushes).toMatchObject([ends]);
  });

  const pushTo = (branch: string) => pushEvent({ ref: `refs/heads/${branch}` });

  it.each([
    ["topic", []],
    ["prod/eu", ["watch-branch prod/eu"]],
    ["once-controlled", ["watch-branch once-controlled"]],
    ["prod/eu/west", []],
  ])("%s is watched or not by what is known of the repository", async (branch, queued) => {
    ports.watched = ["once-controlled"];
    expect(await queuedBy(pushTo(branch))).toEqual(queued);
    expect(ports.branchPushes).toHaveLength(queued.length);
  });

  it.each([[[]], [[{ ...KNOWN, gone: true }]]])(
    "of a repository that is not known may be controlled, whatever it is called",
    async (repositories) => {
      ports.repositories = repositories;
      expect(await queuedBy(pushTo("topic"))).toEqual(["watch-branch topic", "watch-repository"]);
      expect(ports.branchPushes).toHaveLength(1);
    },
  );

  it.each([
    [protectionEvent("deleted"), { kind: "classic", action: "deleted", name: "main", repositoryId: 100 }],
    [rulesetEvent("edited"), { kind: "ruleset", action: "edited", name: "prod", repositoryId: 100 }],
    [rulesetEvent("created", false), { kind: "ruleset", action: "created", repositoryId: null }],
  ])("has each change of its protection kept ($event)", async (example, change) => {
    await receive(example);
    expect(ports.protectionChanges).toMatchObject([
      { ...change, guid: "guid-1", tenantId: 7, by: ada, receivedAt: NOW },
    ]);
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

  it("of an organization's ruleset is not named, so all of the account is looked at", async () => {
    expect(await queuedBy(rulesetEvent("edited", false))).toEqual(["evaluate-tenant"]);
  });

  it.each([[[]], [[{ ...TENANT, suspended: true }]]])(
    "of an account where the app is not active",
    async (tenants) => {
      ports.tenants = tenants;
      expect(await queuedBy(protectionEvent("edited"))).toEqual([]);
    },
  );
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
