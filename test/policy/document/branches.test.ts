import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { globMatches, isControlled } from "../../../src/policy/document/branches.js";
import { policy } from "../make.js";

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

describe("isControlled", () => {
  it("controls the default branch where the policy names none", () => {
    expect(isControlled(policy(), "main", "main")).toBe(true);
    expect(isControlled(policy(), "topic", "main")).toBe(false);
  });

  it("leaves nothing uncontrolled for not knowing the default branch", () => {
    expect(isControlled(policy(), "topic", null)).toBe(true);
  });

  it("controls what any pattern names", () => {
    const both = policy('branches: ["~DEFAULT_BRANCH", "env/*"]');
    expect(["main", "env/prod", "topic"].map((branch) => isControlled(both, branch, "main"))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("a merge queue's own branch", () => {
  const branch = "gh-readonly-queue/main/pr-7-abc";
  it.each([
    [["**"], false],
    [["*/**", "~DEFAULT_BRANCH"], false],
    [["gh-readonly-queue/**"], true],
  ])("by %p is controlled: %s", (branches, expected) => {
    expect(isControlled({ branches }, branch, "main")).toBe(expected);
  });
});
