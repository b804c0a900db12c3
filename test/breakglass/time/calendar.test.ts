import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  addBusinessDays,
  businessDaysBetween,
  type Calendar,
  calendarProblems,
  DEFAULT_CALENDAR,
} from "../../../src/breakglass/time/calendar.js";

const calendar = (said: Partial<Calendar>): Calendar => ({ ...DEFAULT_CALENDAR, ...said });
const berlin = calendar({ timeZone: "Europe/Berlin" });
const roundTheClock = calendar({ opens: 0, closes: 1440, workingDays: [1, 2, 3, 4, 5, 6, 7] });

const add = (from: string, days: number, by: Calendar): string =>
  new Date(addBusinessDays(Date.parse(from), days, by)).toISOString();

describe("business days", () => {
  it.each([
    ["within the week", "2026-03-03T10:00:00Z", 1, DEFAULT_CALENDAR, "2026-03-04T10:00:00.000Z"],
    ["over the weekend", "2026-03-06T16:00:00Z", 1, DEFAULT_CALENDAR, "2026-03-09T16:00:00.000Z"],
    ["from a Saturday", "2026-03-07T12:00:00Z", 1, DEFAULT_CALENDAR, "2026-03-09T17:00:00.000Z"],
    ["from before the opening", "2026-03-03T02:00:00Z", 1, DEFAULT_CALENDAR, "2026-03-03T17:00:00.000Z"],
    ["from the very opening", "2026-03-03T09:00:00Z", 1, DEFAULT_CALENDAR, "2026-03-03T17:00:00.000Z"],
    ["from after the closing", "2026-03-03T19:00:00Z", 1, DEFAULT_CALENDAR, "2026-03-04T17:00:00.000Z"],
    ["from the very closing", "2026-03-03T17:00:00Z", 1, DEFAULT_CALENDAR, "2026-03-04T17:00:00.000Z"],
    ["half a day", "2026-03-03T15:00:00Z", 0.5, DEFAULT_CALENDAR, "2026-03-04T11:00:00.000Z"],
    ["two weeks", "2026-03-03T10:00:00Z", 10, DEFAULT_CALENDAR, "2026-03-17T10:00:00.000Z"],
    [
      "over Easter",
      "2026-04-02T14:00:00Z",
      1,
      calendar({ holidays: ["2026-04-03", "2026-04-06"] }),
      "2026-04-07T14:00:00.000Z",
    ],
    [
      "from a holiday",
      "2026-12-25T11:00:00Z",
      1,
      calendar({ holidays: ["2026-12-25"] }),
      "2026-12-28T17:00:00.000Z",
    ],
    [
      "where a holiday is a day in the zone, not in UTC",
      "2026-05-01T00:30:00Z",
      1,
      calendar({ timeZone: "Asia/Tokyo", holidays: ["2026-05-01"] }),
      "2026-05-04T08:00:00.000Z",
    ],
    [
      "where the week begins on Sunday",
      "2026-03-05T12:00:00Z",
      1,
      calendar({ workingDays: [7, 1, 2, 3, 4] }),
      "2026-03-08T12:00:00.000Z",
    ],
    // In spring and in autumn the wall clock decides: 16:00 stays 16:00.
    ["into summer time", "2026-03-27T15:00:00Z", 1, berlin, "2026-03-30T14:00:00.000Z"],
    ["out of summer time", "2026-10-23T14:00:00Z", 1, berlin, "2026-10-26T15:00:00.000Z"],
    [
      "on the day of 23 hours",
      "2026-03-28T23:00:00Z",
      1,
      { ...roundTheClock, timeZone: "Europe/Berlin" },
      "2026-03-29T22:00:00.000Z",
    ],
    [
      "on the day of 25 hours",
      "2026-10-24T22:00:00Z",
      1,
      { ...roundTheClock, timeZone: "Europe/Berlin" },
      "2026-10-25T23:00:00.000Z",
    ],
    [
      "over a day that there was not",
      "2011-12-29T22:00:00Z",
      1,
      calendar({ timeZone: "Pacific/Apia", workingDays: [1, 2, 3, 4, 5, 6, 7] }),
      "2011-12-30T22:00:00.000Z",
    ],
    [
      "in a working day that the clocks skip",
      "2026-03-29T00:00:00Z",
      1,
      calendar({ timeZone: "Europe/Berlin", opens: 120, closes: 180, workingDays: [1, 7] }),
      "2026-03-30T01:00:00.000Z",
    ],
  ])("%s", (_what, from, days, by, expected) => {
    expect(add(from, days, by)).toBe(expected);
  });

  it("that never come are a mistake in the calendar, and not an endless search", () => {
    expect(() => addBusinessDays(0, 1, calendar({ workingDays: [] }))).toThrow(
      expect.objectContaining({ code: "config-invalid" }),
    );
    expect(businessDaysBetween(0, 1e12, calendar({ workingDays: [] }))).toBe(0);
  });

  const instant = fc.integer({ min: Date.parse("2024-01-01"), max: Date.parse("2030-01-01") });
  const days = fc.integer({ min: 1, max: 200 }).map((tenths) => tenths / 10);
  const any = fc.constantFrom(
    DEFAULT_CALENDAR,
    berlin,
    roundTheClock,
    calendar({ timeZone: "America/New_York", workingDays: [2, 6], opens: 90, closes: 200 }),
    calendar({ timeZone: "Australia/Lord_Howe", opens: 0, closes: 1440, holidays: ["2026-01-01"] }),
  );

  it("are counted as they are added", () => {
    fc.assert(
      fc.property(instant, days, any, (from, count, by) => {
        expect(businessDaysBetween(from, addBusinessDays(from, count, by), by)).toBeCloseTo(count, 5);
      }),
      { numRuns: 60 },
    );
  });

  it("never go back: a later start or a longer time ends no earlier", () => {
    fc.assert(
      fc.property(instant, fc.nat(5 * 86_400_000), days, days, any, (from, delay, count, more, by) => {
        const end = addBusinessDays(from, count, by);
        expect(end).toBeGreaterThanOrEqual(from);
        expect(addBusinessDays(from + delay, count, by)).toBeGreaterThanOrEqual(end);
        expect(addBusinessDays(from, count + more, by)).toBeGreaterThanOrEqual(end);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a calendar", () => {
  it.each([
    [{}, 0],
    [{ timeZone: "Europe/Atlantis" }, 1],
    [{ workingDays: [] }, 1],
    [{ workingDays: [0, 1.5, 8] }, 3],
    [{ opens: 540, closes: 540 }, 1],
    [{ opens: -1 }, 1],
    [{ closes: 1441 }, 1],
    [{ closes: Number.NaN }, 1],
    [{ holidays: ["2026-02-29", "2028-02-29", "25.12.2026", "2026-1-1"] }, 3],
    [{ timeZone: "", workingDays: [], opens: 900, closes: 60 }, 3],
  ])("%j has %p problems", (said, count) => {
    expect(calendarProblems(calendar(said))).toHaveLength(count);
  });
});
