import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { addDays, dateIn, instantIn, isoDate, weekdayOf } from "../../../src/breakglass/time/zone.js";

const date = (text: string) => {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  return { year, month, day };
};
const clock = (text: string): number => {
  const [hour = 0, minute = 0] = text.split(":").map(Number);
  return hour * 60 + minute;
};

describe("the instant of a wall-clock time", () => {
  it.each([
    ["UTC", "2026-03-03", "09:00", "2026-03-03T09:00:00.000Z"],
    ["Europe/Berlin", "2026-01-15", "09:00", "2026-01-15T08:00:00.000Z"],
    ["Europe/Berlin", "2026-07-15", "09:00", "2026-07-15T07:00:00.000Z"],
    ["America/New_York", "2026-07-15", "09:00", "2026-07-15T13:00:00.000Z"],
    ["Asia/Kolkata", "2026-07-15", "09:00", "2026-07-15T03:30:00.000Z"],
    ["Asia/Kathmandu", "2026-07-15", "09:00", "2026-07-15T03:15:00.000Z"],
    ["Pacific/Kiritimati", "2026-07-15", "00:00", "2026-07-14T10:00:00.000Z"],
    ["Pacific/Pago_Pago", "2026-07-15", "23:59", "2026-07-16T10:59:00.000Z"],
    ["UTC", "2026-12-31", "24:00", "2027-01-01T00:00:00.000Z"],
    // Berlin skips 02:00 to 03:00 …
    ["Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T00:59:00.000Z"],
    ["Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00.000Z"],
    ["Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00:00.000Z"],
    // … and shows 02:00 to 03:00 twice.
    ["Europe/Berlin", "2026-10-25", "01:59", "2026-10-24T23:59:00.000Z"],
    ["Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00.000Z"],
    ["Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00:00.000Z"],
    // Lord Howe moves by half an hour, Beirut at midnight.
    ["Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00.000Z"],
    ["Asia/Beirut", "2026-03-29", "00:30", "2026-03-28T22:30:00.000Z"],
  ])("%s %s %s is %s", (zone, day, time, expected) => {
    expect(new Date(instantIn(zone, date(day), clock(time))).toISOString()).toBe(expected);
  });

  it("in a zone that nobody knows is a mistake in the configuration", () => {
    expect(() => instantIn("Europe/Atlantis", date("2026-01-01"), 0)).toThrow(
      expect.objectContaining({ code: "config-invalid" }),
    );
  });
});

describe("dates", () => {
  it.each([
    ["2026-02-28", 1, "2026-03-01", 7],
    ["2028-02-28", 1, "2028-02-29", 2],
    ["2026-12-31", 1, "2027-01-01", 5],
    ["2026-03-01", -1, "2026-02-28", 6],
  ])("%s and %p days is %s, day %p of the week", (from, count, to, weekday) => {
    expect(isoDate(addDays(date(from), count))).toBe(to);
    expect(weekdayOf(date(to))).toBe(weekday);
  });

  it("are those that people there see", () => {
    const at = Date.parse("2026-03-03T23:30:00Z");
    expect(isoDate(dateIn("Asia/Tokyo", at))).toBe("2026-03-04");
    expect(isoDate(dateIn("America/Los_Angeles", at))).toBe("2026-03-03");
  });
});

describe("any minute of any day", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Pacific/Apia",
  ];

  it("comes later the next day, and stands near what the wall says", () => {
    const day = fc.integer({ min: 0, max: 40 * 365 }).map((count) => addDays(date("1995-01-01"), count));
    const minute = fc.integer({ min: 0, max: 1440 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), day, minute, (zone, on, at) => {
        const instant = instantIn(zone, on, at);
        expect(instantIn(zone, addDays(on, 1), at)).toBeGreaterThanOrEqual(instant);
        expect(Math.abs(instant - Date.UTC(on.year, on.month - 1, on.day, 0, at))).toBeLessThan(
          24 * 3_600_000,
        );
      }),
      { numRuns: 200 },
    );
  });
});
