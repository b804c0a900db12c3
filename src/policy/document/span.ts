import { type Duration, parseDuration } from "../../breakglass/time/duration.js";
import { CountersignError } from "../../errors.js";
import { complain, shaped } from "./common.js";

const MINUTES_A_DAY = 1_440;
const DAYS_A_WEEK = 7;

/**
 * A span of time as `parseDuration` reads it, of at most `mostDays` days: a policy must not make a clock endless. How
 * many days business days take depends on the calendar: `businessDaysProblem` looks at that.
 */
export const span = (mostDays: number) =>
  shaped(/^[1-9][0-9]{0,2}(m|h|d|bd)$/, "a duration such as 30m, 4h, 2d or 3bd (business days)").superRefine(
    (text, context) => {
      const duration = parseDuration(text);
      if (duration === null || daysAtLeast(duration) <= mostDays) return;
      complain(context, [], `${text} is too long.`, `The most is ${mostDays}d.`);
    },
  );

const daysAtLeast = ({ unit, count }: Duration): number =>
  unit === "business-days" ? count : count / MINUTES_A_DAY;

/**
 * Why business days, counted by a calendar with `workingDays` a week, may take longer than `mostDays` days (holidays
 * left aside); `null` where they do not, and for other spans. Takes only what `span` let through.
 */
export function businessDaysProblem(text: string, mostDays: number, workingDays: number): string | null {
  const { unit, count } = durationOf(text);
  if (unit === "minutes" || count * DAYS_A_WEEK <= mostDays * workingDays) return null;
  return `${text} with ${workingDays} working ${workingDays === 1 ? "day" : "days"} a week is longer than ${mostDays} days.`;
}

/**
 * The duration that a span of a policy says.
 *
 * @throws CountersignError `invariant-broken` for a text that the schema does not let through
 */
export function durationOf(text: string): Duration {
  const duration = parseDuration(text);
  if (duration === null)
    throw new CountersignError("invariant-broken", `The policy's duration ${text} was not checked.`);
  return duration;
}
