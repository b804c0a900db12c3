import { z } from "zod";
import { type Calendar, calendarProblems, DEFAULT_CALENDAR } from "../../breakglass/time/calendar.js";
import { addDays, type CivilDate, isoDate, weekdayOf } from "../../breakglass/time/zone.js";
import { complain, eachOnce, LIST_LIMIT, shaped } from "./common.js";

/** In the order of ISO 8601: Monday is 1. */
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Longer than any season's rest. What is due in business days must come due, whenever it begins. */
const LONGEST_REST_DAYS = 30;

const timeOfDay = shaped(
  /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/,
  "a time of day such as 09:00, at most 24:00",
);

/** Complains of each thing that makes `parts`, in an else sound calendar, unusable. */
function check(
  parts: Partial<Calendar>,
  context: z.core.$RefinementCtx,
  path: (string | number)[],
  remedy: string,
): void {
  for (const problem of calendarProblems({ ...DEFAULT_CALENDAR, ...parts }))
    complain(context, path, problem, remedy);
}

const timeZone = z
  .string()
  .min(1)
  .max(64)
  .superRefine((zone, context) => {
    check({ timeZone: zone }, context, [], "Use a name of the IANA time zone database, as Europe/Berlin.");
  });

const holiday = shaped(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, "a date such as 2026-12-25").superRefine(
  (date, context) => {
    check({ holidays: [date] }, context, [], "Write a day of the calendar as year-month-day.");
  },
);

/** When people work, as the policy file says it. */
export const calendar = z
  .strictObject({
    timeZone: timeZone
      .default(DEFAULT_CALENDAR.timeZone)
      .describe("A name of the IANA time zone database, as Europe/Berlin."),
    workingDays: z
      .array(z.enum(WEEKDAYS))
      .min(1, { abort: true })
      .max(WEEKDAYS.length)
      .superRefine(eachOnce)
      .default(["mon", "tue", "wed", "thu", "fri"])
      .describe("The days of the week on which people work."),
    opens: timeOfDay.default("09:00").describe("When work begins, by that zone's clocks."),
    closes: timeOfDay.default("17:00").describe("When work ends; 24:00 is the end of the day."),
    holidays: z
      .array(holiday)
      .max(LIST_LIMIT)
      .superRefine(eachOnce)
      .default([])
      .describe("Days on which nobody works: 2026-12-25."),
  })
  .superRefine((written, context) => {
    const { opens, closes, workingDays, holidays } = calendarOf(written);
    check({ opens, closes }, context, ["closes"], "Let `closes` be later than `opens`.");
    const rest = longestRest(workingDays, holidays);
    if (rest !== null)
      complain(
        context,
        ["holidays", rest],
        `Nobody works for more than ${LONGEST_REST_DAYS} days from this holiday on.`,
        "Take holidays out of the list, or add working days.",
      );
  })
  .prefault({})
  .describe("By what business days are counted.");

/** The calendar that a policy's says. */
export const calendarOf = (written: z.output<typeof calendar>): Calendar => ({
  timeZone: written.timeZone,
  workingDays: written.workingDays.map((day) => WEEKDAYS.indexOf(day) + 1),
  opens: minutesOf(written.opens),
  closes: minutesOf(written.closes),
  holidays: written.holidays,
});

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/**
 * The index of a holiday with which too long a rest begins, or `null`. Without holidays no rest is longer than six
 * days, so a long one has a holiday within its first week.
 */
function longestRest(workingDays: readonly number[], holidays: readonly string[]): number | null {
  const free = new Set(holidays);
  const works = (date: CivilDate): boolean =>
    workingDays.includes(weekdayOf(date)) && !free.has(isoDate(date));
  const found = holidays.findIndex((holiday) =>
    Array.from({ length: LONGEST_REST_DAYS + 1 }, (_, day) => addDays(dateOf(holiday), day)).every(
      (date) => !works(date),
    ),
  );
  return found === -1 ? null : found;
}

const dateOf = (text: string): CivilDate => ({
  year: Number(text.slice(0, 4)),
  month: Number(text.slice(5, 7)),
  day: Number(text.slice(8)),
});
