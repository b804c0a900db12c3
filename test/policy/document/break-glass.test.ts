import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DEFAULT_CLOCKS } from "../../../src/breakglass/case.js";
import { addBusinessDays, calendarProblems } from "../../../src/breakglass/time/calendar.js";
import { BUILT_IN_POLICY } from "../../../src/policy/document.js";
import { calendarOf } from "../../../src/policy/document/calendar.js";
import { durationOf } from "../../../src/policy/document/span.js";
import { parsePolicy, type PolicyProblem } from "../../../src/policy/file/parse.js";
import { keysAt } from "../../../src/policy/file/suggest.js";

const write = (section: string): string => `version: 1\nbreakGlass:\n  ${section}`;

function problemsOf(section: string): readonly PolicyProblem[] {
  const parsed = parsePolicy(write(section));
  return parsed.ok ? [] : parsed.problems;
}

describe("the policy's breakGlass", () => {
  it("authorises nobody, tells nobody and freezes nothing where it is left out", () => {
    expect(BUILT_IN_POLICY.breakGlass).toEqual({
      declare: { people: [], teams: [] },
      acknowledge: { people: [], teams: [] },
      extend: { people: [], teams: [] },
      reject: { people: [], teams: [] },
      close: { people: [], teams: [] },
      approvals: 1,
      declaration: "4h",
      clocks: {
        acknowledge: "1h",
        document: "1d",
        review: "3d",
        revert: "1d",
        reminders: [50, 80],
        escalation: { every: "4h", times: 3 },
        extensions: { times: 2, longest: "3bd" },
        calendar: {
          timeZone: "UTC",
          workingDays: ["mon", "tue", "wed", "thu", "fri"],
          opens: "09:00",
          closes: "17:00",
          holidays: [],
        },
      },
      routes: [],
      issue: { labels: ["break-glass"] },
      retroactivePullRequest: "team",
      freeze: false,
      budget: { percent: 10, days: 30 },
      releaseBots: [],
    });
  });

  it("counts by default by the calendar that the clocks have by default", () => {
    expect(calendarOf(BUILT_IN_POLICY.breakGlass.clocks.calendar)).toEqual(DEFAULT_CLOCKS.calendar);
  });

  it.each([
    "clocks: { acknowledge: 30m, document: 1bd, review: 90d, revert: 64bd }",
    "clocks: { reminders: [] }",
    "clocks: { calendar: { opens: 00:00, closes: 24:00, timeZone: Asia/Kolkata } }",
    "clocks: { calendar: { holidays: [2026-12-24, 2026-12-25, 2027-01-01] } }",
    "routes: [{ mention: [carol_acme] }, { channels: [on-call-2], mention: [acme/security.team] }]",
    "issue: { repository: .github }",
    "issue: { labels: ['needs review', é] }",
    "review: { teams: [7] }",
    "budget: { percent: 0, days: 90 }",
  ])("takes %s", (section) => {
    expect(problemsOf(section)).toEqual([]);
  });

  it.each<[string, string, Partial<PolicyProblem>]>([
    ["a misspelt key", "frezze: true", { path: "breakGlass.frezze", remedy: "Did you mean `freeze`?" }],
    ["a login in a grant", "declare: { people: [bob] }", { path: "breakGlass.declare.people[0]" }],
    ["a list as a grant", "declare: [1]", { path: "breakGlass.declare" }],
    ["an id that is listed twice", "close: { teams: [5, 5] }", { path: "breakGlass.close.teams[1]" }],
    ["nobody who may review", "review: { people: [] }", { path: "breakGlass.review" }],
    ["no approval", "approvals: 0", { path: "breakGlass.approvals", remedy: "The least is 1." }],
    ["a bare number as a span", "declaration: 30", { remedy: "It must be a text." }],
    ["a span without a unit we know", "declaration: 1w", { path: "breakGlass.declaration" }],
    ["a declaration for longer than a week", "declaration: 8d", { remedy: "The most is 7d." }],
    ["six business days where a week has five", "declaration: 6bd", { path: "breakGlass.declaration" }],
    [
      "a clock for longer than 90 days",
      "clocks: { document: 91d }",
      { path: "breakGlass.clocks.document", remedy: "The most is 90d." },
    ],
    [
      "business days that take longer than 90 days by the calendar",
      "clocks: { review: 13bd, calendar: { workingDays: [mon] } }",
      {
        path: "breakGlass.clocks.review",
        message: "13bd with 1 working day a week is longer than 90 days.",
      },
    ],
    [
      "extensions of more than a month",
      "clocks: { extensions: { longest: 31d } }",
      { path: "breakGlass.clocks.extensions.longest" },
    ],
    ["endless extensions", "clocks: { extensions: { times: 6 } }", { remedy: "The most is 5." }],
    [
      "escalation in business days that hardly come",
      "clocks: { escalation: { every: 30bd } }",
      { path: "breakGlass.clocks.escalation.every" },
    ],
    ["a reminder at the end", "clocks: { reminders: [100] }", { path: "breakGlass.clocks.reminders[0]" }],
    ["a reminder twice", "clocks: { reminders: [50, 50] }", { message: "`50` is listed twice." }],
    [
      "a time zone that is none",
      "clocks: { calendar: { timeZone: Mars/Phobos } }",
      {
        line: 3,
        path: "breakGlass.clocks.calendar.timeZone",
        message: "The time zone Mars/Phobos is not known.",
      },
    ],
    ["no working day", "clocks: { calendar: { workingDays: [] } }", { remedy: "The least is 1." }],
    [
      "a working day twice",
      "clocks: { calendar: { workingDays: [mon, mon] } }",
      { path: "breakGlass.clocks.calendar.workingDays[1]" },
    ],
    [
      "closing before opening",
      "clocks: { calendar: { opens: '18:00' } }",
      { remedy: "Let `closes` be later than `opens`." },
    ],
    [
      "a time that is none",
      "clocks: { calendar: { closes: '24:30' } }",
      { path: "breakGlass.clocks.calendar.closes" },
    ],
    [
      "a holiday that is no day",
      "clocks: { calendar: { holidays: [2026-02-30] } }",
      { path: "breakGlass.clocks.calendar.holidays[0]" },
    ],
    ["a route that tells nobody", "routes: [{ channels: [] }]", { path: "breakGlass.routes[0]" }],
    [
      "a mention with its sign",
      "routes: [{ mention: ['@bob'] }]",
      { path: "breakGlass.routes[0].mention[0]" },
    ],
    [
      "an address as a channel",
      "routes: [{ channels: ['https://x'] }]",
      { path: "breakGlass.routes[0].channels[0]" },
    ],
    [
      "another organization's repository",
      "issue: { repository: evil/x }",
      { path: "breakGlass.issue.repository" },
    ],
    ["the folder above", "issue: { repository: .. }", { path: "breakGlass.issue.repository" }],
    ["two labels in one", "issue: { labels: ['a,b'] }", { path: "breakGlass.issue.labels[0]" }],
    ["no label", "issue: { labels: [] }", { path: "breakGlass.issue.labels" }],
    ["more than all", "budget: { percent: 101 }", { path: "breakGlass.budget.percent" }],
  ])("refuses %s, once, and says what mends it", (_what, section, expected) => {
    const problems = problemsOf(section);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line: 3, ...expected });
    expect(problems[0]?.remedy).not.toBe("");
  });

  it("refuses a rest of more than a month, and points at a holiday with which it begins", () => {
    const mondays = Array.from({ length: 6 }, (_, week) => new Date(Date.UTC(2026, 10, 30 + week * 7)));
    const listed = [...mondays.map((at) => at.toISOString().slice(0, 10)), "2025-01-01"].reverse().join(", ");
    expect(problemsOf(`clocks: { calendar: { workingDays: [mon], holidays: [${listed}] } }`)).toMatchObject([
      { path: "breakGlass.clocks.calendar.holidays[5]" },
    ]);
  });

  it("knows the keys of every level, for suggestions", () => {
    expect(keysAt(["breakGlass", "clocks", "extensions"])).toEqual(["longest", "times"]);
    expect(keysAt(["breakGlass", "routes", 0])).toEqual(["channels", "mention"]);
  });
});

describe("clocks that a policy sets", () => {
  const day = fc.integer({ min: 0, max: 400 }).map((count) => new Date(Date.UTC(2026, 0, 1 + count)));
  const drawn = fc.record({
    workingDays: fc.subarray(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], { minLength: 1 }),
    holidays: fc.uniqueArray(
      day.map((at) => at.toISOString().slice(0, 10)),
      { maxLength: 40 },
    ),
    count: fc.integer({ min: 1, max: 70 }),
    from: day,
  });

  it("come due in less than two years whatever the calendar, or are refused", () => {
    let taken = 0;
    fc.assert(
      fc.property(drawn, ({ workingDays, holidays, count, from }) => {
        const calendar = `{ workingDays: [${workingDays.join(", ")}], holidays: [${holidays.join(", ")}] }`;
        const parsed = parsePolicy(write(`clocks: { review: ${count}bd, calendar: ${calendar} }`));
        if (!parsed.ok) return;
        taken += 1;
        const { clocks } = parsed.policy.breakGlass;
        const read = calendarOf(clocks.calendar);
        expect(calendarProblems(read)).toEqual([]);
        const due = addBusinessDays(from.getTime(), durationOf(clocks.review).count, read);
        expect(due - from.getTime()).toBeLessThan(2 * 366 * 86_400_000);
      }),
      { numRuns: 200 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
