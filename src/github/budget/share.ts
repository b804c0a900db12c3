import type { BudgetState } from "./state.js";

/** Few answers are quicker than many that wait for each other, so that no process sends more at once than this. */
export const MOST_AT_ONCE = 10;
/**
 * GitHub takes 100 requests of an installation at once, REST and GraphQL together; the rest is for those that a process has
 * under way while another one comes.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const ALL_AT_ONCE = 90;
/** A process that took nothing for so long has nothing under way: every answer is due within half a minute. */
const SILENT_MS = 120_000;

/** The state after a process took part in it. Those that were not heard of for long are gone, or will be heard of again. */
export function withProcess(state: BudgetState, process: string, now: number): BudgetState {
  return { ...state, processes: { ...Object.fromEntries(living(state, now)), [process]: now } };
}

/** How many processes ask GitHub for the installation. */
export const processesIn = (state: BudgetState, now: number): number => living(state, now).length;

/** How many requests each of the processes may have under way at once, so that all together keep to GitHub's limit. */
export const atOnceIn = (state: BudgetState, now: number): number =>
  Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(ALL_AT_ONCE / Math.max(1, processesIn(state, now)))));

const living = ({ processes }: BudgetState, now: number): (readonly [process: string, at: number])[] =>
  Object.entries(processes).filter(([, at]) => Math.abs(now - at) < SILENT_MS);
