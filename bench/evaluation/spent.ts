import { parse } from "graphql";
import { pointsOf } from "../../test/github/graphql/points.js";
import type { RecordedRequest } from "../../test/github/http/server.js";

/** What GitHub was asked for. */
export interface Spent {
  readonly reads: number;
  readonly writes: number;
  /** Of the reads that are GraphQL, by GitHub's formula. */
  readonly points: number;
}

/** An installation's token is good for an hour, and is no part of what is done with it. */
const TOKEN = "apps/create-installation-access-token";

/** Sums up requests of installations; those of the app itself, about its webhooks, belong to no pull request. */
export function spentOn(requests: readonly RecordedRequest[]): Spent {
  const counted = requests.filter(
    ({ operation, caller }) => operation !== TOKEN && caller?.startsWith("installation ") === true,
  );
  const graphql = counted.filter(({ path }) => path === "/graphql");
  const reads = counted.filter(({ path, method }) => path === "/graphql" || method === "GET");
  return {
    reads: reads.length,
    writes: counted.length - reads.length,
    points: graphql.reduce((sum, request) => sum + pointsOfRequest(request), 0),
  };
}

function pointsOfRequest({ body }: RecordedRequest): number {
  const { query, variables } = body ?? {};
  if (typeof query !== "string") throw new Error("a GraphQL request without a query");
  return pointsOf(parse(query), variables as Readonly<Record<string, unknown>>);
}
