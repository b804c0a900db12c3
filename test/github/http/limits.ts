import type { Clock } from "../../../src/clock.js";
import type { Caller } from "./access.js";

export type Resource = "core" | "graphql";

interface Window {
  used: number;
  readonly reset: number;
}

/** GitHub's hourly limit of an installation. */
export const HOURLY_LIMIT = 5_000;

/** Counts requests by caller and resource in windows of an hour, as GitHub's primary rate limit does. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  /** Lower it to run out sooner. */
  limit = HOURLY_LIMIT;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one request, or `points` of them. Returns whether the limit still allowed it. */
  count(caller: Caller, resource: Resource, points = 1): boolean {
    const window = this.#window(caller, resource);
    if (window.used >= this.limit) return false;
    window.used += points;
    return true;
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
