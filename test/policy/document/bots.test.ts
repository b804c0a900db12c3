import { describe, expect, it } from "@jest/globals";
import { type BotApp, known, unknown } from "../../../src/facts/facts.js";
import { botsToAskOf, isNamed } from "../../../src/policy/document/bots.js";
import type { NamedBot } from "../../../src/policy/document/common.js";
import { ada, robot } from "../make.js";

const APP = 29_110;
const whose = (id: number): BotApp[] => [{ account: robot.id, app: known({ id, slug: "robot" }) }];
const notShown = unknown("forbidden", "It is private.", "Name the account.");

describe("isNamed", () => {
  it.each<[string, readonly NamedBot[], readonly BotApp[], boolean]>([
    ["by its account's id", [robot.id], [], true],
    ["by its account's id, though nobody knows its app", [{ app: APP }, robot.id], [], true],
    ["by its app's id", [{ app: APP }], whose(APP), true],
    ["by none", [], whose(APP), false],
    ["as another account", [robot.id + 1], whose(APP), false],
    ["by the id of another app", [{ app: APP + 1 }], whose(APP), false],
    ["by its app's id, which is listed as an account's", [APP], whose(APP), false],
    ["by its account's id, which is listed as an app's", [{ app: robot.id }], whose(APP), false],
  ])("a bot %s", (_how, list, bots, expected) => {
    expect(isNamed(list, robot, bots)).toEqual(known(expected));
  });

  it("is not known of a bot whose app GitHub does not show, or was not asked for", () => {
    expect(isNamed([{ app: APP }], robot, [{ account: robot.id, app: notShown }])).toEqual(notShown);
    expect(isNamed([{ app: APP }], robot, [])).toMatchObject({
      known: false,
      reason: { remedy: expect.stringContaining(String(robot.id)) },
    });
    const ofAnother = [{ account: robot.id + 1, app: known({ id: APP, slug: "robot" }) }];
    expect(isNamed([{ app: APP }], robot, ofAnother).known).toBe(false);
  });

  it("is no app's of a person, whatever was looked up of their id", () => {
    expect(isNamed([{ app: APP }], { ...robot, type: "User" }, whose(APP))).toEqual(known(false));
  });
});

describe("botsToAskOf", () => {
  it("asks only for bots, each once, and only where nothing but their app can tell", () => {
    const other = { ...robot, id: 77 };
    expect(botsToAskOf([{ app: APP }], [ada, robot, other, robot])).toEqual([robot, other]);
    expect(botsToAskOf([{ app: APP }, other.id], [robot, other])).toEqual([robot]);
    expect(botsToAskOf([robot.id + 5], [robot])).toEqual([]);
  });
});
