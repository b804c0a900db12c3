/** Which of GitHub's interfaces a request goes to: each has an hourly limit of its own. */
export type Resource = "core" | "graphql";

/**
 * What GitHub allows an installation besides the hourly limit, which it tells with each answer. These it does not tell.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export interface SecondaryLimits {
  /** A read is 1 point, a write 5. */
  readonly pointsAMinute: Readonly<Record<Resource, number>>;
  /** Requests that make what people are notified of. */
  readonly contentAMinute: number;
  readonly contentAnHour: number;
  /** Milliseconds that GitHub computes in a minute, which it says can be told from how long it takes to answer. */
  readonly timeAMinute: Readonly<Record<"graphql" | "all", number>>;
}

export const GITHUB_LIMITS: SecondaryLimits = {
  pointsAMinute: { core: 900, graphql: 2_000 },
  contentAMinute: 80,
  contentAnHour: 500,
  timeAMinute: { graphql: 60_000, all: 90_000 },
};

/**
 * The limits of the GitHub at an address, or `null` where none are known: GitHub Enterprise Server has none unless its
 * administrators set some, and then it tells so in its answers.
 * @param apiUrl the REST root
 */
export function limitsOf(apiUrl: string): SecondaryLimits | null {
  const { hostname } = new URL(apiUrl);
  return hostname === "api.github.com" || hostname.endsWith(".ghe.com") ? GITHUB_LIMITS : null;
}

/** What a request uses up. */
export interface Cost {
  readonly resource: Resource;
  readonly requests: number;
  readonly points: number;
  readonly content: number;
}

/**
 * Operations that GitHub's description marks as ones that people are notified of. Check runs are not among them: those
 * are writes like others.
 */
const CREATES_CONTENT = new Set([
  "POST /repos/{owner}/{repo}/issues",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "POST /repos/{owner}/{repo}/pulls",
]);

/**
 * What a request costs before it is sent. A query of GraphQL counts 1 here and by the hour what GitHub then says.
 * @param url as it is asked for, with its placeholders
 */
export function costOf(method: string, url: string): Cost {
  if (url.endsWith("/graphql")) return { resource: "graphql", requests: 1, points: 1, content: 0 };
  const points = method === "GET" ? 1 : 5;
  const content = CREATES_CONTENT.has(`${method} ${url}`) ? 1 : 0;
  return { resource: "core", requests: 1, points, content };
}

/** As many times as much. */
export const times = (cost: Cost, count: number): Cost => ({
  resource: cost.resource,
  requests: cost.requests * count,
  points: cost.points * count,
  content: cost.content * count,
});
