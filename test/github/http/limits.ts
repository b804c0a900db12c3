import type { Clock } from "../../../src/clock.js";
import type { Caller } from "./access.js";
import { NO_SECONDARY, SlidingWindow, type SecondaryLimits } from "./secondary-limits.js";

export type Resource = "core" | "graphql";

interface Window {
  used: number;
  readonly reset: number;
}

/** GitHub's hourly limit of an installation. */
export const HOURLY_LIMIT = 5_000;

/** What one request counts for. */
export interface Charge {
  readonly resource: Resource;
  /** Reads count 1 and writes 5 of what a minute allows. */
  readonly points: number;
  /** Whether it makes content that people are notified of. */
  readonly creates: boolean;
}

/** A request that was refused for a limit. */
export interface LimitRefusal {
  readonly caller: string;
  readonly limit: "primary" | "points" | "content" | "concurrency";
  /** Seconds, where GitHub says when to come back. */
  readonly retryAfter: number | null;
}

/**
 * Counts requests by caller and resource: in windows of an hour, as GitHub's primary rate limit does, and, where a test
 * has them on, against the secondary limits, over any minute and hour whatever.
 *
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class RateLimits {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  readonly #sliding = new Map<string, SlidingWindow>();
  readonly #underWay = new Map<string, number>();
  /** Lower it to run out sooner. */
  limit = HOURLY_LIMIT;
  /** Off unless a test sets them, so that others may go as fast as they can. */
  secondary: SecondaryLimits = NO_SECONDARY;
  /** Every request that was refused. */
  readonly refusals: LimitRefusal[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one request that begins. Returns why it is refused, if it is; an admitted one has to `leave`. */
  enter(caller: Caller, charge: Charge): LimitRefusal | null {
    const refusal = this.#secondaryRefusal(caller, charge) ?? this.#primaryRefusal(caller, charge.resource);
    if (refusal !== null) {
      this.refusals.push(refusal);
      return refusal;
    }
    this.#window(caller, charge.resource).used += 1;
    const key = callerKey(caller);
    this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
    return null;
  }

  /** A request has been answered. */
  leave(caller: Caller): void {
    const key = callerKey(caller);
    this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1);
  }

  /** What was answered 304 costs nothing of the hour. */
  refund(caller: Caller, resource: Resource): void {
    this.#window(caller, resource).used -= 1;
  }

  state(
    caller: Caller,
    resource: Resource,
  ): { limit: number; remaining: number; reset: number; used: number } {
    const { used, reset } = this.#window(caller, resource);
    return { limit: this.limit, remaining: Math.max(0, this.limit - used), reset, used };
  }

  headers(caller: Caller, resource: Resource): Record<string, string> {
    const { limit, remaining, reset, used } = this.state(caller, resource);
    return {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(reset),
      "x-ratelimit-used": String(used),
      "x-ratelimit-resource": resource,
    };
  }

  #primaryRefusal(caller: Caller, resource: Resource): LimitRefusal | null {
    if (this.#window(caller, resource).used < this.limit) return null;
    return { caller: callerKey(caller), limit: "primary", retryAfter: null };
  }

  #secondaryRefusal(caller: Caller, { resource, points, creates }: Charge): LimitRefusal | null {
    const key = callerKey(caller);
    const { concurrent, pointsAMinute, contentAMinute, contentAnHour } = this.secondary;
    if ((this.#underWay.get(key) ?? 0) >= concurrent)
      return { caller: key, limit: "concurrency", retryAfter: 60 };
    const content = creates ? 1 : 0;
    const wanted = [
      { of: "points" as const, length: 60, amount: points, most: pointsAMinute[resource] },
      { of: "content" as const, length: 60, amount: content, most: contentAMinute },
      { of: "content" as const, length: 3_600, amount: content, most: contentAnHour },
    ].filter(({ amount, most }) => amount > 0 && most < Infinity);
    const now = this.#clock.now().getTime();
    const windows = wanted.map(({ of, length, ...rest }) => ({
      of,
      window: this.#slide(`${key} ${of === "points" ? resource : of}`, length),
      ...rest,
    }));
    const full = windows.find(({ window, amount, most }) => window.sum(now) + amount > most);
    if (full !== undefined) return { caller: key, limit: full.of, retryAfter: 60 };
    for (const { window, amount } of windows) window.add(now, amount);
    return null;
  }

  #slide(key: string, seconds: number): SlidingWindow {
    const name = `${key} ${seconds}`;
    const known = this.#sliding.get(name) ?? new SlidingWindow(seconds * 1_000);
    this.#sliding.set(name, known);
    return known;
  }

  #window(caller: Caller, resource: Resource): Window {
    const key = `${callerKey(caller)} ${resource}`;
    const now = Math.floor(this.#clock.now().getTime() / 1_000);
    const known = this.#windows.get(key);
    if (known !== undefined && known.reset > now) return known;
    const window = { used: 0, reset: now + 3_600 };
    this.#windows.set(key, window);
    return window;
  }
}

/** A name for whoever shares one rate limit and one view of the world. */
export function callerKey(caller: Caller): string {
  if (caller.kind === "app") return `app ${caller.app.id}`;
  return caller.kind === "user" ? `user ${caller.account.id}` : `installation ${caller.installation.id}`;
}
