import { CountersignError } from "../../errors.js";

const DAY_MS = 86_400_000;

/** A civil date, without a time or a zone. `month` counts from 1. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

// Making a formatter costs about a hundred times as much as using one.
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The date on the calendar at an instant (epoch milliseconds) in an IANA time zone.
 *
 * @throws CountersignError `config-invalid` if the zone is not known
 */
export function dateIn(zone: string, at: number): CivilDate {
  const local = new Date(wallClock(zone, at));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** The date `count` days later, in the proleptic Gregorian calendar. */
export function addDays({ year, month, day }: CivilDate, count: number): CivilDate {
  const moved = new Date(Date.UTC(year, month - 1, day + count));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** 1 is Monday, 7 is Sunday, as in ISO 8601. */
export function weekdayOf({ year, month, day }: CivilDate): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
}

/** `YYYY-MM-DD`. */
export function isoDate({ year, month, day }: CivilDate): string {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/**
 * The instant (epoch milliseconds) at which clocks in `zone` show a time of that date, given in minutes after
 * midnight. A time that the clocks skip is taken as much later as they skip; of one they show twice, the first is
 * taken: so deadlines of the same wall-clock time never come out of order.
 *
 * @throws CountersignError `config-invalid` if the zone is not known
 */
export function instantIn(zone: string, { year, month, day }: CivilDate, minutes: number): number {
  const wall = Date.UTC(year, month - 1, day, 0, minutes);
  // No zone is further than a day from UTC, so whatever change of offset matters lies between these two.
  const before = offsetAt(zone, wall - DAY_MS);
  const after = offsetAt(zone, wall + DAY_MS);
  const shown = [wall - before, wall - after].filter((at) => wallClock(zone, at) === wall);
  return shown.length === 0 ? wall - before : Math.min(...shown);
}

const offsetAt = (zone: string, at: number): number => wallClock(zone, at) - Math.floor(at / 1000) * 1000;

/** What clocks in the zone show, to the second, written as if it were UTC. */
function wallClock(zone: string, at: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? Number.NaN;
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const cached = formats.get(zone);
  if (cached !== undefined) return cached;
  const format = makeFormat(zone);
  formats.set(zone, format);
  return format;
}

function makeFormat(zone: string): Intl.DateTimeFormat {
  const number = "numeric";
  const fields = {
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
    second: number,
  } as const;
  try {
    return new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      timeZone: zone,
      hourCycle: "h23",
      ...fields,
    });
  } catch (cause) {
    throw new CountersignError("config-invalid", `The time zone ${zone} is not known.`, {
      remedy: "Use a name of the IANA time zone database, as Europe/Berlin.",
      cause,
    });
  }
}
