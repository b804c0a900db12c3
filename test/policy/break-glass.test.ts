import { describe, expect, it } from "@jest/globals";
import { DEFAULT_CLOCKS } from "../../src/breakglass/case.js";
import { businessDays, hours, minutes } from "../../src/breakglass/time/duration.js";
import { type Account, type BotApp, known, unknown } from "../../src/facts/facts.js";
import { handlingOf, releaseBotsAmong, releaseBotsOf, termsOf } from "../../src/policy/break-glass.js";
import { BUILT_IN_POLICY } from "../../src/policy/document.js";
import { policy } from "./make.js";

const full = policy(`
breakGlass:
  declare: { people: [1], teams: [2] }
  acknowledge: { teams: [3] }
  extend: { people: [4] }
  reject: { people: [5] }
  close: { people: [6] }
  review: { teams: [7] }
  approvals: 2
  declaration: 90m
  clocks:
    acknowledge: 30m
    document: 1bd
    review: 2d
    revert: 4h
    reminders: [25]
    escalation: { every: 2h, times: 5 }
    extensions: { times: 1, longest: 2bd }
    calendar: { timeZone: Europe/Berlin, workingDays: [sun, mon], opens: "08:30", closes: "24:00", holidays: ["2026-12-25"] }
  routes: [{ channels: [security-chat], mention: [acme/security] }, { channels: [pager] }]
  issue: { repository: compliance, labels: [emergency] }
  retroactivePullRequest: app
  freeze: true
  budget: { percent: 5, days: 14 }
  releaseBots: [123]
`);

describe("termsOf", () => {
  it("gives what the policy says", () => {
    expect(termsOf(full)).toEqual({
      authority: {
        declare: { people: [1], teams: [2] },
        acknowledge: { people: [], teams: [3] },
        extend: { people: [4], teams: [] },
        reject: { people: [5], teams: [] },
        close: { people: [6], teams: [] },
        review: { people: [], teams: [7] },
      },
      clocks: {
        acknowledge: minutes(30),
        document: businessDays(1),
        review: hours(48),
        revert: hours(4),
        calendar: {
          timeZone: "Europe/Berlin",
          workingDays: [7, 1],
          opens: 510,
          closes: 1440,
          holidays: ["2026-12-25"],
        },
        reminders: [25],
        escalation: { every: hours(2), times: 5 },
        extensions: { times: 1, longest: businessDays(2) },
      },
      declaration: minutes(90),
      approvals: 2,
    });
  });

  it("has the default clocks and authorises nobody where the policy says nothing or cannot be used", () => {
    const nobody = { people: [], teams: [] };
    const terms = termsOf(null);
    expect(terms).toEqual({
      authority: {
        declare: nobody,
        acknowledge: nobody,
        extend: nobody,
        reject: nobody,
        close: nobody,
        review: null,
      },
      clocks: DEFAULT_CLOCKS,
      declaration: hours(4),
      approvals: 1,
    });
    expect(termsOf(BUILT_IN_POLICY)).toEqual(terms);
    expect(termsOf(policy("breakGlass: {}"))).toEqual(terms);
  });
});

describe("handlingOf", () => {
  it("gives what the policy says", () => {
    expect(handlingOf(full)).toEqual({
      routes: [
        { channels: ["security-chat"], mention: ["acme/security"] },
        { channels: ["pager"], mention: [] },
      ],
      issue: { repository: "compliance", labels: ["emergency"] },
      retroactivePullRequest: "app",
      freeze: true,
      budget: { percent: 5, days: 14 },
    });
  });

  it("has every default where the policy cannot be used", () => {
    expect(handlingOf(null)).toEqual({
      routes: [],
      issue: { repository: null, labels: ["break-glass"] },
      retroactivePullRequest: "team",
      freeze: false,
      budget: { percent: 10, days: 30 },
    });
  });
});

describe("releaseBotsOf", () => {
  it("names those of the policy, and nobody without one", () => {
    expect(releaseBotsOf(full)).toEqual([123]);
    expect(releaseBotsOf(null)).toEqual([]);
  });
});

describe("releaseBotsAmong", () => {
  const bot = (id: number): Account => ({ id, login: `bot-${id}`, type: "Bot" });
  const among = (...bots: BotApp[]) => [
    ...releaseBotsAmong(
      [bot(1), bot(2), bot(3), bot(4)],
      policy("breakGlass: { releaseBots: [1, { app: 29110 }] }"),
      bots,
    ),
  ];

  it("are those named by account or app; of whom nobody knows it is none", () => {
    const notShown = unknown("forbidden", "It is private.", "Name the account.");
    expect(
      among(
        { account: 2, app: known({ id: 29_110, slug: "two" }) },
        { account: 3, app: known({ id: 29_111, slug: "three" }) },
        { account: 4, app: notShown },
      ),
    ).toEqual([1, 2]);
    expect(among()).toEqual([1]);
  });
});
