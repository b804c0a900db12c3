import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Probot } from "probot";
import {
  type Example,
  installationEvent,
  memberEvent,
  membershipEvent,
  organizationEvent,
  PLACE,
  repositoriesEvent,
  repositoryEvent,
  targetEvent,
  teamAddEvent,
  teamEvent,
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
    ["created", ["watch-repository", "evaluate-tenant"]],
    ["unsuspend", ["reconcile", "evaluate-tenant"]],
    ["new_permissions_accepted", ["reconcile", "evaluate-tenant"]],
    ["suspend", []],
    ["deleted", []],
  ])("that is %s has looked at what happened meanwhile", async (action, queued) => {
    expect(await queuedBy(installationEvent(action))).toEqual(queued);
  });

  it("that is given a repository has it looked at", async () => {
    expect(await queuedBy(repositoriesEvent("added"))).toEqual(["watch-repository", ...ALL_OPEN]);
  });

  it("that loses a repository keeps what is known of it", async () => {
    expect(await queuedBy(repositoriesEvent("removed"))).toEqual([]);
    expect(ports.repositories).toEqual([{ ...KNOWN, gone: true, asOf: NOW }]);
  });

  it("that loses a repository which was never known learns nothing by it", async () => {
    ports.repositories = [];
    await receive(repositoriesEvent("removed"));
    expect(ports.repositories).toEqual([]);
  });
});

describe("an account that is renamed", () => {
  it.each([targetEvent("acme-two"), organizationEvent("renamed", "acme-two")])(
    "is a tenant under its new name, and its repositories are looked for ($event)",
    async (example) => {
      expect(await queuedBy(example)).toEqual(["reconcile"]);
      expect(ports.tenants).toEqual([{ ...TENANT, login: "acme-two", asOf: NOW }]);
    },
  );

  it("is nobody's where the app is not known to be installed", async () => {
    ports.tenants = [];
    expect(await queuedBy(targetEvent("acme-two"))).toEqual([]);
  });
});

describe("a repository", () => {
  const RENAMED = { ...PLACE.repository, name: "platform" };

  it.each([
    ["renamed", ["watch-repository", ...ALL_OPEN]],
    ["privatized", ["watch-repository", ...ALL_OPEN]],
    ["publicized", ["watch-repository", ...ALL_OPEN]],
    ["unarchived", ["watch-repository", ...ALL_OPEN]],
    ["created", ["watch-repository"]],
    ["archived", []],
    ["deleted", []],
  ])("that is %s", async (action, queued) => {
    expect(await queuedBy(repositoryEvent(action))).toEqual(queued);
  });

  it("that is renamed is kept under its new name, as of when GitHub says", async () => {
    await receive(repositoryEvent("renamed", { repository: { name: "platform" } }));
    expect(ports.repositories).toEqual([{ ...KNOWN, repository: RENAMED }]);
    expect(ports.jobs[0]).toEqual({
      task: "watch-repository",
      payload: { tenantId: 7, repository: RENAMED },
    });
  });

  it("that has another default branch now has everything looked at", async () => {
    const example = repositoryEvent("edited", {
      repository: { default_branch: "trunk" },
      changes: { default_branch: { from: "main" } },
    });
    expect(await queuedBy(example)).toEqual(["watch-repository", ...ALL_OPEN]);
    expect(ports.repositories).toEqual([{ ...KNOWN, defaultBranch: "trunk" }]);
  });

  it("that only says something else of itself is the same as before", async () => {
    const changes = { description: { from: "old" } };
    expect(await queuedBy(repositoryEvent("edited", { changes }))).toEqual([]);
  });

  it("that is deleted is gone", async () => {
    await receive(repositoryEvent("deleted"));
    expect(ports.repositories).toEqual([{ ...KNOWN, gone: true, asOf: NOW }]);
  });

  it.each([{ organization: { id: 70 } }, { user: { id: 70 } }])(
    "that is given away is gone where it was, and begins anew where it is (%j)",
    async (from) => {
      ports.repositories = [{ ...KNOWN, tenantId: 70 }];
      expect(await queuedBy(repositoryEvent("transferred", { changes: { owner: { from } } }))).toEqual([
        "watch-repository",
        ...ALL_OPEN,
      ]);
      expect(ports.repositories).toContainEqual({ ...KNOWN, tenantId: 70, gone: true, asOf: NOW });
    },
  );
});

describe("people", () => {
  it.each([
    ["a collaborator comes", memberEvent("added"), ALL_OPEN],
    ["a collaborator may do more or less", memberEvent("edited"), ALL_OPEN],
    ["a collaborator goes", memberEvent("removed"), ALL_OPEN],
    ["a team gets a repository", teamEvent("added_to_repository"), ALL_OPEN],
    ["a team may do more or less there", teamEvent("edited"), ALL_OPEN],
    ["a team loses a repository", teamEvent("removed_from_repository"), ALL_OPEN],
    ["a team is edited otherwise", teamEvent("edited", false), ["evaluate-tenant"]],
    ["a team ends", teamEvent("deleted", false), ["evaluate-tenant"]],
    ["a team begins, with nobody in it", teamEvent("created", false), []],
    ["a repository gets a team", teamAddEvent(), ALL_OPEN],
    ["someone joins a team", membershipEvent("added"), ["evaluate-tenant"]],
    ["someone leaves a team", membershipEvent("removed"), ["evaluate-tenant"]],
    ["someone joins the organization", organizationEvent("member_added"), ["evaluate-tenant"]],
    ["someone leaves the organization", organizationEvent("member_removed"), ["evaluate-tenant"]],
    ["someone is invited", organizationEvent("member_invited"), []],
  ])("%s", async (_what, example, queued) => {
    expect(await queuedBy(example)).toEqual(queued);
  });
});
