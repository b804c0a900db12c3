import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { pino } from "pino";
import { Probot } from "probot";
import { registerHandlers } from "../../src/webhooks/handlers.js";
import {
  APP_ID,
  type Example,
  pushEvent,
  repositoriesEvent,
  repository,
  repositoryEvent,
} from "./payloads.js";
import { contextOf, Ports } from "./ports.js";

const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

/** What an event queues, in short. */
async function queuedBy({ event, payload }: Example): Promise<string[]> {
  const ports = new Ports();
  const probot = new Probot({ appId: APP_ID, privateKey, secret: "s", log: pino({ level: "silent" }) });
  await probot.ready();
  registerHandlers(probot, contextOf(ports));
  const delivery: object = { id: "guid-1", name: event, payload };
  await probot.receive(delivery as Parameters<Probot["receive"]>[0]);
  return ports.queued;
}

describe("the repository that keeps the account's policy", () => {
  const keeper = { ...repository, name: ".github" };
  const push = (change: object) => pushEvent({ repository: keeper, ...change });
  const EVERYTHING = ["reconcile", "evaluate-tenant"];
  const touching = (path: string) => ({ commits: [{ modified: [path] }] });

  it.each<[string, Example]>([
    ["whose file is changed", push(touching("countersign.yml"))],
    ["that is forced back", push({ forced: true })],
    ["that is made", repositoryEvent("created", { repository: { name: ".github" } })],
    ["that comes to be called so", repositoryEvent("renamed", { repository: { name: ".GitHub" } })],
    ["that is deleted", repositoryEvent("deleted", { repository: { name: ".github" } })],
    ["that the app is given", repositoriesEvent("added", ".github")],
    ["that the app loses", repositoriesEvent("removed", ".github")],
  ])("%s has everything of the account looked at again", async (_what, example) => {
    const queued = await queuedBy(example);
    expect(queued.filter((job) => EVERYTHING.includes(job))).toEqual(EVERYTHING);
  });

  it.each<[string, Example]>([
    ["another file of it", push(touching("profile/README.md"))],
    ["the file on another branch", push({ ...touching("countersign.yml"), ref: "refs/heads/draft" })],
    ["a file of that name elsewhere", pushEvent(touching("countersign.yml"))],
    ["another repository", repositoriesEvent("removed")],
  ])("is not meant by %s", async (_what, example) => {
    const queued = await queuedBy(example);
    expect(queued.filter((job) => EVERYTHING.includes(job))).toEqual([]);
  });
});
