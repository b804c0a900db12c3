import { describe, expect, it } from "@jest/globals";
import { parse } from "graphql";
import { pointsOf } from "./graphql/points.js";

/** `viewer` with these connections in one another, the innermost last: name and how many nodes of it. */
function nested(...connections: readonly (readonly [string, number])[]): string {
  const inner = connections.reduceRight(
    (within, [name, first]) => `${name}(first: ${first}) { nodes { ${within} } }`,
    "id",
  );
  return `query { viewer { ${inner} } }`;
}

/** 1 + 2 × `first` requests. */
const pair = (first: number): string =>
  `query { viewer { a(first: ${first}) { nodes { b(first: 1) { totalCount } c(last: 1) { totalCount } } } } }`;

const TABLE: readonly (readonly [string, string, number])[] = [
  ["nothing but fields", "query { viewer { login } }", 1],
  ["one connection", nested(["repositories", 100]), 1],
  // 1 for the repositories, 100 for the issues of each, 100 × 50 for the labels of each issue: 5,101 requests.
  ["GitHub's own example", nested(["repositories", 100], ["issues", 50], ["labels", 60]), 51],
  [
    "the last ones, too",
    "query { viewer { a(last: 100) { nodes { b(last: 1) { nodes { c(first: 2) { totalCount } } } } } } }",
    2,
  ],
  ["149 requests are 1 point", pair(74), 1],
  ["151 requests are 2 points", pair(75), 2],
  [
    "fragments, each place once",
    `query { viewer { ...Two ...Two ... on User { ...Two } } }
     fragment Two on User { repositories(first: 100) { nodes { issues(first: 100) { nodes { labels(first: 1) { totalCount } } } } } }`,
    101,
  ],
  [
    "aliases are places of their own",
    "query { viewer { x: a(first: 100) { nodes { b(first: 50) { totalCount } } } y: a(first: 100) { nodes { b(first: 50) { totalCount } } } } }",
    2,
  ],
];

describe("what GitHub charges for a query", () => {
  it.each(TABLE)("%s", (_name, query, points) => {
    expect(pointsOf(parse(query))).toBe(points);
  });

  it("counts by the variables' values", () => {
    const query =
      "query($n: Int!) { viewer { repositories(first: $n) { nodes { issues(first: 1) { totalCount } } } } }";
    expect(pointsOf(parse(query), { n: 100 })).toBe(1);
    expect(pointsOf(parse(query), { n: 1_000 })).toBe(10);
  });
});
