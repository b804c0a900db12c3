import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Glob, globMatches } from "../../../src/policy/document/glob.js";

describe("globMatches", () => {
  it.each([
    ["main", "main", true],
    ["main", "mainline", false],
    ["release/*", "release/1.2", true],
    ["release/*", "release/1/2", false],
    ["release/**", "release/1/2", true],
    ["**", "a/b/c", true],
    ["*", "a/b", false],
    ["*", "", true],
    ["v?", "v1", true],
    ["v?", "v", false],
    ["v?", "v/", false],
    ["a*b*c", "aXbYc", true],
    ["a*b*c", "aXbY", false],
    ["*-prod", "eu-west-prod", true],
    ["a.c", "abc", false],
    ["[ab]", "a", false],
    ["**/main", "x/y/main", true],
  ])("%s against %s: %s", (pattern, branch, expected) => {
    expect(globMatches(pattern, branch)).toBe(expected);
  });

  it("matches every name without wildcards with itself only", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/[*?]/.test(text));
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(globMatches(a, b)).toBe(a === b);
      }),
    );
  });

  it("is not slowed down by many stars", () => {
    expect(globMatches("*a".repeat(100), "a".repeat(250) + "b")).toBe(false);
  });
});

describe("Glob.reachesBelow", () => {
  it.each([
    ["clusters/**", "clusters", true],
    ["clusters/**", "clusters/prod", true],
    ["clusters/prod/*.yaml", "clusters", true],
    ["clusters/prod/*.yaml", "clusters/dev", false],
    ["clusters/prod/*.yaml", "clusters/prod/a.yaml", false],
    ["*/prod", "eu", true],
    ["**/prod.yaml", "docs/old", true],
    ["clusters", "clusters", false],
    ["clusters/", "clusters", false],
    ["clusters?", "clusters", false],
    ["docs/*", "docs/deep", false],
  ])("%s below %s: %s", (pattern, folder, expected) => {
    expect(new Glob(pattern).reachesBelow(folder)).toBe(expected);
  });

  it("knows of every folder in which something matches", () => {
    const segment = fc.stringMatching(/^[ab]{1,2}$/);
    const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const pattern = fc.stringMatching(/^([ab*?]|\*\*|\/){1,8}$/);
    fc.assert(
      fc.property(pattern, path, segment, (glob, folder, rest) => {
        if (globMatches(glob, `${folder}/${rest}`)) expect(new Glob(glob).reachesBelow(folder)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
