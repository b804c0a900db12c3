import { describe, expect, it } from "@jest/globals";
import { spentOn } from "../../bench/evaluation/spent.js";
import type { RecordedRequest } from "../github/http/server.js";

const request = (changes: Partial<RecordedRequest>): RecordedRequest => ({
  method: "GET",
  path: "/repos/acme/infra",
  operation: "repos/get",
  caller: "installation 7",
  body: null,
  at: new Date(0),
  stale: null,
  status: 200,
  ...changes,
});
/** 2 points a time: 1 + 75 × 2 requests. */
const QUERY =
  "query($first: Int!) { viewer { a(first: $first) { nodes { b(first: 1) { totalCount } c(last: 1) { totalCount } } } } }";
const graphql = (first: number): RecordedRequest =>
  request({ method: "POST", path: "/graphql", body: { query: QUERY, variables: { first } } });

describe("what was spent on GitHub", () => {
  it("is reads, writes, and the points of GraphQL", () => {
    const requests = [
      graphql(75),
      graphql(75),
      graphql(2),
      request({}),
      request({ method: "POST", operation: "checks/create" }),
      request({ method: "PATCH", operation: "checks/update" }),
    ];
    expect(spentOn(requests)).toEqual({ reads: 4, writes: 2, points: 5 });
  });

  it("is not what a token costs, nor what the app does for itself", () => {
    const requests = [
      request({ method: "POST", operation: "apps/create-installation-access-token" }),
      request({ caller: "app 1", operation: "apps/list-webhook-deliveries" }),
      request({ caller: null }),
    ];
    expect(spentOn(requests)).toEqual({ reads: 0, writes: 0, points: 0 });
  });
});
