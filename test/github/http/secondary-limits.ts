import type { Charge, Resource } from "./limits.js";

/** What GitHub allows besides the hourly limit, of each caller. */
export interface SecondaryLimits {
  readonly pointsAMinute: Readonly<Record<Resource, number>>;
  readonly contentAMinute: number;
  readonly contentAnHour: number;
  /** Requests under way at once, REST and GraphQL together. */
  readonly concurrent: number;
}

/** As https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api has them. */
export const GITHUB_SECONDARY: SecondaryLimits = {
  pointsAMinute: { core: 900, graphql: 2_000 },
  contentAMinute: 80,
  contentAnHour: 500,
  concurrent: 100,
};

export const NO_SECONDARY: SecondaryLimits = {
  pointsAMinute: { core: Infinity, graphql: Infinity },
  contentAMinute: Infinity,
  contentAnHour: Infinity,
  concurrent: Infinity,
};

/** What happened within the last so many milliseconds, wherever one looks: stricter than windows that start anew. */
export class SlidingWindow {
  readonly #length: number;
  #entries: { readonly at: number; readonly amount: number }[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  sum(now: number): number {
    this.#entries = this.#entries.filter(({ at }) => at > now - this.#length);
    return this.#entries.reduce((sum, { amount }) => sum + amount, 0);
  }

  add(now: number, amount: number): void {
    this.#entries.push({ at: now, amount });
  }
}

/** Those of the operations served here that GitHub's description marks as ones of which people are notified. */
const CREATES = new Set(["issues/create", "issues/create-comment", "pulls/create"]);

/** What a request counts for. */
export function chargeOf(method: string, resource: Resource, operation: string | null): Charge {
  const reads = resource === "graphql" || method === "GET";
  return { resource, points: reads ? 1 : 5, creates: CREATES.has(operation ?? "") };
}
