import type { Resource } from "./limits.js";
import { atOnceIn, processesIn } from "./share.js";
import { currentWindow, pausedUntil } from "./spend.js";
import { type PrimaryWindow, readState } from "./state.js";

/** What is left of an installation's limits, for people. */
export interface BudgetView {
  /** The hour of each resource; `null` where nothing is known of the one that runs. */
  readonly hourly: Readonly<Record<Resource, HourView | null>>;
  /** How many processes asked of late. */
  readonly processes: number;
  /** How many requests each of them may have under way at once. */
  readonly atOnce: number;
  /** Until when everything waits, and why; `null` where it does not. */
  readonly paused: { readonly until: Date; readonly why: string } | null;
}

export interface HourView {
  readonly limit: number;
  readonly remaining: number;
  readonly resetsAt: Date;
}

/** A budget as it was stored, at an instant. */
export function viewBudget(stored: unknown, at: Date): BudgetView {
  const [state, now] = [readState(stored), at.getTime()];
  const until = pausedUntil(state, now);
  return {
    hourly: {
      core: hourOf(currentWindow(state, "core", now)),
      graphql: hourOf(currentWindow(state, "graphql", now)),
    },
    processes: processesIn(state, now),
    atOnce: atOnceIn(state, now),
    paused: until === null ? null : { until: new Date(until), why: state.pause?.why ?? "" },
  };
}

const hourOf = (window: PrimaryWindow | null): HourView | null =>
  window && { ...window, resetsAt: new Date(window.resetsAt) };
