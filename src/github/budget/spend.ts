import type { Urgency } from "../../urgency.js";
import {
  type Bucket,
  type BucketName,
  type BucketRule,
  drawsOf,
  EXPECTED_MS,
  readyAt,
  refilled,
  rulesOf,
  timesOf,
} from "./buckets.js";
import type { Cost, Resource, SecondaryLimits } from "./limits.js";
import type { BudgetState, PrimaryWindow } from "./state.js";

/** The part of each limit that is kept for what is more urgent. */
export const KEPT: Readonly<Record<Urgency, number>> = { merging: 0, ordinary: 0.2, bulk: 0.4 };
/** As long as this a request waits where it is; for longer, its job is put off. */
export const PATIENCE_MS = 2_000;
/** GitHub's hour, and what clocks differ: what asks for more was written by a clock that was wrong. */
const LONGEST_PAUSE_MS = 70 * 60_000;
/** GitHub's own answers differ by a second in when an hour ends. */
const SAME_WINDOW_MS = 5_000;

/** Why a request may not go out now. */
export type Shortage = "paused" | "hourly" | BucketName;

export type Answer =
  /** It may go out after so many milliseconds, and is counted. */
  | { readonly go: true; readonly inMs: number }
  /** It is not counted; may be asked again at an instant. */
  | { readonly go: false; readonly until: number; readonly why: Shortage };

export interface Taken {
  readonly state: BudgetState;
  readonly answer: Answer;
}

/**
 * Takes what a request costs, if it is there.
 *
 * @param limits `null`: none but the hourly one and what GitHub asks for
 * @param now milliseconds since 1970
 */
export function take(
  state: BudgetState,
  cost: Cost,
  urgency: Urgency,
  limits: SecondaryLimits | null,
  now: number,
): Taken {
  const paused = pausedUntil(state, now);
  if (paused !== null) return { state, answer: { go: false, until: paused, why: "paused" } };
  const window = currentWindow(state, cost.resource, now);
  if (window !== null && window.remaining - cost.requests < KEPT[urgency] * window.limit)
    return { state, answer: { go: false, until: window.resetsAt, why: "hourly" } };
  const drawn = draw(state, cost, urgency, limits, now);
  if (!drawn.answer.go) return drawn;
  const less = window && { ...window, remaining: window.remaining - cost.requests };
  return { ...drawn, state: { ...drawn.state, primary: withWindow(state, cost.resource, less) } };
}

function draw(
  state: BudgetState,
  cost: Cost,
  urgency: Urgency,
  limits: SecondaryLimits | null,
  now: number,
): Taken {
  if (limits === null) return { state, answer: { go: true, inMs: 0 } };
  const rules = rulesOf(limits);
  const draws = drawsOf(cost).map(([name, amount]) => {
    const bucket = refilled(state.buckets[name], rules[name], now);
    return { name, amount, bucket, ready: readyAt(bucket, rules[name], amount, KEPT[urgency]) };
  });
  const [last] = draws.toSorted((one, other) => other.ready - one.ready);
  if (last !== undefined && last.ready - now > PATIENCE_MS) {
    const { until, bucket } = promise(last, rules[last.name], urgency);
    const buckets = { ...state.buckets, [last.name]: bucket };
    return { state: { ...state, buckets }, answer: { go: false, until, why: last.name } };
  }
  const left = draws.map(
    ({ name, amount, bucket }) => [name, { ...bucket, level: bucket.level - amount }] as const,
  );
  const buckets: BudgetState["buckets"] = { ...state.buckets, ...Object.fromEntries(left) };
  return {
    state: { ...state, buckets },
    answer: { go: true, inMs: Math.max(0, (last?.ready ?? now) - now) },
  };
}

/**
 * When one that is put off may ask again: one after the other, as what they need comes back, so that a storm of them does
 * not come all at once and is put off all over again. What lands soon waits for nobody's turn.
 */
function promise(
  { bucket, ready, amount }: { readonly bucket: Bucket; readonly ready: number; readonly amount: number },
  { perMs }: BucketRule,
  urgency: Urgency,
): { readonly until: number; readonly bucket: Bucket } {
  if (urgency === "merging") return { until: ready, bucket };
  const until = Math.max(ready, bucket.promised);
  return { until, bucket: { ...bucket, promised: until + Math.ceil(amount / perMs) } };
}

/** What an answer of GitHub's told of the limits. */
export interface Heard {
  readonly resource: Resource;
  /** From its headers; `null` where it had none. */
  readonly window: PrimaryWindow | null;
  /** Answered 304, which costs nothing of the hour. */
  readonly unchanged: boolean;
  /** How long GitHub took. */
  readonly tookMs: number;
}

/** The state after an answer. Answers come in any order, so the hour's least counts. */
export function hear(
  state: BudgetState,
  heard: Heard,
  limits: SecondaryLimits | null,
  now: number,
): BudgetState {
  const { resource, unchanged } = heard;
  const known = currentWindow(state, resource, now);
  const before = known && unchanged ? { ...known, remaining: known.remaining + 1 } : known;
  const primary = withWindow(state, resource, joined(before, heard.window));
  return { ...state, primary, buckets: limits === null ? state.buckets : charged(state, heard, limits, now) };
}

function charged(
  { buckets }: BudgetState,
  { resource, tookMs }: Heard,
  limits: SecondaryLimits,
  now: number,
): BudgetState["buckets"] {
  const rules = rulesOf(limits);
  const less = timesOf(resource).map((name) => {
    const bucket = refilled(buckets[name], rules[name], now);
    return [name, { ...bucket, level: bucket.level - (tookMs - EXPECTED_MS) }] as const;
  });
  return { ...buckets, ...Object.fromEntries(less) };
}

/** The state after GitHub asked for quiet until an instant: everything of the installation waits. */
export function pause(state: BudgetState, until: number, why: string, now: number): BudgetState {
  return { ...state, pause: { until: Math.max(until, pausedUntil(state, now) ?? 0), why } };
}

/** The state after GitHub said that nothing is left of an hour, whatever its headers said before. */
export function exhaust(state: BudgetState, resource: Resource, until: number, now: number): BudgetState {
  const limit = currentWindow(state, resource, now)?.limit ?? 0;
  return { ...state, primary: withWindow(state, resource, { limit, remaining: 0, resetsAt: until }) };
}

/** Until when everything waits, or `null`. */
export function pausedUntil({ pause: paused }: BudgetState, now: number): number | null {
  if (paused === null || paused.until <= now || paused.until > now + LONGEST_PAUSE_MS) return null;
  return paused.until;
}

/** What is known of the hour that runs, or `null`. */
export function currentWindow(
  { primary }: BudgetState,
  resource: Resource,
  now: number,
): PrimaryWindow | null {
  const window = primary[resource];
  if (window === undefined || window.resetsAt <= now || window.resetsAt > now + LONGEST_PAUSE_MS) return null;
  return window;
}

function withWindow(
  { primary }: BudgetState,
  resource: Resource,
  window: PrimaryWindow | null,
): BudgetState["primary"] {
  return window === null ? primary : { ...primary, [resource]: window };
}

function joined(known: PrimaryWindow | null, said: PrimaryWindow | null): PrimaryWindow | null {
  if (known === null || said === null) return said ?? known;
  if (said.resetsAt > known.resetsAt + SAME_WINDOW_MS) return said;
  if (said.resetsAt < known.resetsAt - SAME_WINDOW_MS) return known;
  return { ...said, remaining: Math.min(said.remaining, known.remaining) };
}
