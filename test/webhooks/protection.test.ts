import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Probot } from "probot";
import { protectionEvent, rulesetEvent } from "./payloads.js";
import { KNOWN, NOW, Ports } from "./ports.js";
import { deliver, probotWith } from "./probot.js";

let ports: Ports;
let probot: Probot;

beforeEach(async () => {
  ports = new Ports();
  probot = await probotWith(ports);
});

describe("a change of protection", () => {
  it("that was told late is kept as of when GitHub first tried to tell it", async () => {
    const occurredAt = new Date("2026-11-20T09:00:00Z");
    ports.firstAttempts.set("guid-1", occurredAt);
    await deliver(probot, protectionEvent("deleted"));
    expect(ports.protectionChanges).toMatchObject([
      { guid: "guid-1", receivedAt: NOW, occurredAt, source: "webhook" },
    ]);
  });

  it("is kept as of when its webhook came, not of when that is worked on", async () => {
    const receivedAt = new Date(NOW.getTime() - 90_000);
    ports.received.set("guid-1", receivedAt);
    await deliver(probot, protectionEvent("created"));
    expect(ports.protectionChanges).toMatchObject([{ guid: "guid-1", receivedAt, occurredAt: null }]);
  });

  it("that was told in time happened when it was heard of", async () => {
    await deliver(probot, protectionEvent("deleted"));
    expect(ports.protectionChanges).toMatchObject([{ receivedAt: NOW, occurredAt: null }]);
  });

  const audits = () => ports.queued.filter((job) => job.startsWith("audit-branch"));
  const BOTH = ["audit-branch main", "audit-branch release"];

  it.each([
    [protectionEvent("deleted"), KNOWN.repository.id, BOTH],
    [protectionEvent("deleted"), KNOWN.repository.id + 1, []],
    [rulesetEvent("edited"), KNOWN.repository.id, BOTH],
    [rulesetEvent("edited", false), KNOWN.repository.id, BOTH],
    [rulesetEvent("edited", false), KNOWN.repository.id + 1, BOTH],
  ])("has the watched branches audited that it may concern ($event)", async (example, id, queued) => {
    ports.repositories = [{ ...KNOWN, repository: { ...KNOWN.repository, id } }];
    ports.watched = ["main", "release"];
    await deliver(probot, example);
    expect(audits()).toEqual(queued);
  });
});
