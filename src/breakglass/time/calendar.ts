import { CountersignError, isCountersignError } from "../../errors.js";
import { addDays, type CivilDate, dateIn, instantIn, isoDate, weekdayOf } from "./zone.js";

/** When people work: what business days are counted by. */
export interface Calendar {
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
  /** ISO 8601 weekdays, 1 Monday to 7 Sunday. */
  readonly workingDays: readonly number[];
  /** Minutes after local midnight; `closes` up to 1440, the end of the day. */
  readonly opens: number;
  readonly closes: number;
  /** `YYYY-MM-DD`: days on which nobody works. */
  readonly holidays: readonly string[];
}

/** Monday to Friday, nine to five, UTC, no holidays. */
export const DEFAULT_CALENDAR: Calendar = {
  timeZone: "UTC",
  workingDays: [1, 2, 3, 4, 5],
  opens: 9 * 60,
  closes: 17 * 60,
  holidays: [],
};

/** A year of holidays is a mistake in the calendar; without an end the search for a working day would not return. */
const LONGEST_REST_DAYS = 366;

/** Less than a millisecond of any working day: what floating point may lose on the way. */
const EPSILON = 1e-9;

interface Window {
  readonly opens: number;
  readonly closes: number;
}

/** What makes a calendar unusable, one sentence each; empty for a usable one. */
export function calendarProblems(calendar: Calendar): readonly string[] {
  const { workingDays, opens, closes, holidays } = calendar;
  const problems: string[] = [];
  if (!zoneIsKnown(calendar.timeZone)) problems.push(`The time zone ${calendar.timeZone} is not known.`);
  if (workingDays.length === 0) problems.push("There is no working day.");
  for (const day of workingDays)
    if (!Number.isInteger(day) || day < 1 || day > 7)
      problems.push(`${day} is no weekday: 1 (Monday) to 7 (Sunday).`);
  if (!isMinuteOfDay(opens) || !isMinuteOfDay(closes) || opens >= closes)
    problems.push("Working hours must open before they close, within one day.");
  for (const holiday of holidays) if (!isDate(holiday)) problems.push(`${holiday} is no date as 2026-12-25.`);
  return problems;
}

/**
 * The instant (epoch milliseconds) by which `days` business days have been worked since `from`. A day counts from its
 * opening to its closing, whatever its length, so 16:00 and one business day is 16:00 on the next working day; what
 * begins outside working hours begins with the next opening. Fractions are fractions of a working day.
 *
 * @throws CountersignError `config-invalid` if nobody ever works by this calendar
 */
export function addBusinessDays(from: number, days: number, calendar: Calendar): number {
  let owed = days;
  for (const { opens, closes } of windowsFrom(from, calendar)) {
    const start = Math.max(from, opens);
    const share = (closes - start) / (closes - opens);
    if (owed <= share + EPSILON) return Math.round(start + owed * (closes - opens));
    owed -= share;
  }
  throw new CountersignError(
    "config-invalid",
    `The calendar has no working day within ${LONGEST_REST_DAYS} days.`,
    {
      remedy: "Take days out of the calendar's holidays, or add working days.",
    },
  );
}

/** How many business days, with fractions, are worked between two instants; 0 if `to` is not after `from`. */
export function businessDaysBetween(from: number, to: number, calendar: Calendar): number {
  let worked = 0;
  for (const { opens, closes } of windowsFrom(from, calendar)) {
    if (opens >= to) return worked;
    worked += Math.max(0, Math.min(to, closes) - Math.max(from, opens)) / (closes - opens);
  }
  return worked;
}

/** The working windows that end after `from`, in order; ends where a whole year has none. */
function* windowsFrom(from: number, calendar: Calendar): Generator<Window> {
  const holidays = new Set(calendar.holidays);
  let date = dateIn(calendar.timeZone, from);
  for (let rest = 0; rest < LONGEST_REST_DAYS; rest += 1, date = addDays(date, 1)) {
    const window = windowOf(date, calendar, holidays);
    if (window === null || window.closes <= from) continue;
    yield window;
    rest = 0;
  }
}

function windowOf(date: CivilDate, calendar: Calendar, holidays: ReadonlySet<string>): Window | null {
  if (!calendar.workingDays.includes(weekdayOf(date)) || holidays.has(isoDate(date))) return null;
  const opens = instantIn(calendar.timeZone, date, calendar.opens);
  // A zone that moves across the date line leaves a day out: nobody works on a day that there is not.
  if (isoDate(dateIn(calendar.timeZone, opens)) !== isoDate(date)) return null;
  const closes = instantIn(calendar.timeZone, date, calendar.closes);
  return opens < closes ? { opens, closes } : null;
}

const isMinuteOfDay = (minutes: number): boolean =>
  Number.isInteger(minutes) && minutes >= 0 && minutes <= 1440;

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  return isoDate({ year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) }) === text;
}

function zoneIsKnown(timeZone: string): boolean {
  try {
    dateIn(timeZone, 0);
    return true;
  } catch (error) {
    if (isCountersignError(error, "config-invalid")) return false;
    throw error;
  }
}
