import { addBusinessDays, type Calendar } from "./calendar.js";

/** A span of time: elapsed minutes, or business days that need a calendar to be counted by. */
export type Duration =
  | { readonly unit: "minutes"; readonly count: number }
  | { readonly unit: "business-days"; readonly count: number };

const MINUTE_MS = 60_000;
const UNIT_MINUTES = { m: 1, h: 60, d: 1440 } as const;

export const minutes = (count: number): Duration => ({ unit: "minutes", count });
export const hours = (count: number): Duration => minutes(count * UNIT_MINUTES.h);
export const businessDays = (count: number): Duration => ({ unit: "business-days", count });

/** Reads `30m`, `4h`, `2d` (days of 24 hours) or `3bd` (business days), in small letters; `null` for anything else. */
export function parseDuration(text: string): Duration | null {
  const match = /^([1-9][0-9]{0,2})(m|h|d|bd)$/.exec(text);
  if (match === null) return null;
  const count = Number(match[1]);
  if (text.endsWith("bd")) return businessDays(count);
  const unit = text.endsWith("d") ? "d" : text.endsWith("h") ? "h" : "m";
  return minutes(count * UNIT_MINUTES[unit]);
}

/** As `parseDuration` reads it, in the largest unit that fits. */
export function formatDuration({ unit, count }: Duration): string {
  if (unit === "business-days") return `${count}bd`;
  if (count % UNIT_MINUTES.d === 0) return `${count / UNIT_MINUTES.d}d`;
  return count % UNIT_MINUTES.h === 0 ? `${count / UNIT_MINUTES.h}h` : `${count}m`;
}

/**
 * The instant (epoch milliseconds) that lies `duration` after `from`.
 *
 * @throws CountersignError `config-invalid` for business days by a calendar that has none
 */
export function addDuration(from: number, duration: Duration, calendar: Calendar): number {
  return duration.unit === "minutes"
    ? from + duration.count * MINUTE_MS
    : addBusinessDays(from, duration.count, calendar);
}
