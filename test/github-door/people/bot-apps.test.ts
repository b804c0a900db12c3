import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import type { Account } from "../../../src/facts/facts.js";
import type { FactSource } from "../../../src/facts/source.js";
import type { GitHub } from "../../../src/github/github.js";
import { type Answer, StubGitHub } from "../stub.js";

let github: StubGitHub;
let clock: ManualClock;
let door: GitHub;
let facts: FactSource;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  clock = new ManualClock(new Date("2026-11-30T12:00:00Z"));
  door = github.door(clock);
  facts = door.forInstallation(55).facts;
});

const MINUTE = 60_000;
const BOT: Account = { id: 49_699_333, login: "dependabot", type: "Bot" };
const APP = { id: 29_110, slug: "dependabot" };
const USER = { id: BOT.id, login: "dependabot[bot]", type: "Bot" };

/** GitHub as it knows an account and an app; `null`: not at all. */
const knows = (user: object | null, app: object | null, status = 404): void => {
  github.answer(({ path }): Answer => {
    const json = path.startsWith("/users/") ? user : app;
    return json === null ? { status, json: { message: "no" } } : { json };
  });
};

describe("the app of a bot", () => {
  it.each([
    ["as GraphQL calls it", BOT],
    ["as REST calls it", { ...BOT, login: "dependabot[bot]" }],
  ])("is the one with the slug in the bot's login, %s", async (_how, account) => {
    knows(USER, APP);
    expect(await facts.readBotApp(account)).toEqual({ known: true, value: APP });
    expect(github.calls.map(({ path }) => path)).toEqual(["/users/dependabot%5Bbot%5D", "/apps/dependabot"]);
  });

  it.each<[string, Account, object | null, object | null, string]>([
    ["a person is called like it", { ...BOT, type: "User" }, USER, APP, "inconsistent"],
    ["the login is another account's now", BOT, { ...USER, id: 5 }, APP, "inconsistent"],
    ["the login is a person's now", BOT, { ...USER, type: "User" }, APP, "inconsistent"],
    ["the slug leads to another app's page", BOT, USER, { ...APP, slug: "renovate" }, "inconsistent"],
    ["nobody has its login", BOT, null, APP, "forbidden"],
    ["GitHub does not show the app", BOT, USER, null, "forbidden"],
  ])("is not known where %s", async (_why, account, user, app, code) => {
    knows(user, app);
    expect(await facts.readBotApp(account)).toMatchObject({
      known: false,
      reason: { code, remedy: expect.stringContaining("id of its account, 49699333") },
    });
  });

  it("is not known where GitHub refuses to tell, and asked for again where it fails", async () => {
    knows(USER, null, 403);
    expect(await facts.readBotApp(BOT)).toMatchObject({ known: false, reason: { code: "forbidden" } });
    knows(USER, null, 502);
    const other = { ...BOT, login: "dependabot[bot]" };
    await expect(facts.readBotApp(other)).rejects.toMatchObject({ code: "github-unavailable" });
    knows(USER, APP);
    expect(await facts.readBotApp(other)).toEqual({ known: true, value: APP });
  });
});

describe("what was told of a bot", () => {
  const asked = async (source = facts) => {
    const before = github.calls.length;
    await Promise.all([source.readBotApp(BOT), source.readBotApp(BOT)]);
    return github.calls.length - before;
  };

  it("holds for an hour, by one question for all who ask meanwhile", async () => {
    knows(USER, APP);
    expect(await asked()).toBe(2);
    clock.advance(60 * MINUTE - 1);
    expect(await asked(door.forInstallation(55).facts)).toBe(0);
    clock.advance(1);
    expect(await asked()).toBe(2);
  });

  it("holds for a minute where it was nothing", async () => {
    knows(USER, null);
    expect(await asked()).toBe(2);
    clock.advance(MINUTE - 1);
    expect(await asked()).toBe(0);
    clock.advance(1);
    expect(await asked()).toBe(2);
  });

  it("is not told to another installation, nor of another account with the same login", async () => {
    knows(USER, APP);
    await asked();
    expect(await asked(door.forInstallation(56).facts)).toBe(2);
    expect(await facts.readBotApp({ ...BOT, id: 5 })).toMatchObject({ reason: { code: "inconsistent" } });
  });
});
