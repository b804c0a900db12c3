import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DEFAULT_CALENDAR } from "../../../src/breakglass/time/calendar.js";
import {
  addDuration,
  businessDays,
  type Duration,
  formatDuration,
  hours,
  minutes,
  parseDuration,
} from "../../../src/breakglass/time/duration.js";

describe("a duration", () => {
  it.each([
    ["30m", minutes(30)],
    ["4h", hours(4)],
    ["2d", hours(48)],
    ["3bd", businessDays(3)],
    ["999h", hours(999)],
  ])("%s", (text, duration) => {
    expect(parseDuration(text)).toEqual(duration);
  });

  it.each([
    "",
    "0h",
    "00h",
    "-1h",
    "1.5h",
    "1000h",
    "4",
    "h",
    "4 h",
    "4H",
    "4h ",
    "4hh",
    "4w",
    "1e3h",
    "٤h",
    "4h30m",
  ])("%p is none", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it("is read as it is written", () => {
    const any = fc.oneof(
      fc.integer({ min: 1, max: 999 }).map(minutes),
      fc.integer({ min: 1, max: 999 }).map(businessDays),
    );
    fc.assert(
      fc.property(any, (duration) => {
        expect(parseDuration(formatDuration(duration))).toEqual(duration);
      }),
    );
    expect([90, 120, 2880].map((count) => formatDuration(minutes(count)))).toEqual(["90m", "2h", "2d"]);
  });

  it("is added as elapsed time or by the calendar", () => {
    const friday = Date.parse("2026-03-06T16:00:00Z");
    const later = (duration: Duration) =>
      new Date(addDuration(friday, duration, DEFAULT_CALENDAR)).toISOString();
    expect(later(hours(24))).toBe("2026-03-07T16:00:00.000Z");
    expect(later(businessDays(1))).toBe("2026-03-09T16:00:00.000Z");
  });
});
