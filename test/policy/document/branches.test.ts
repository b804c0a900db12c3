import { describe, expect, it } from "@jest/globals";
import { isControlled } from "../../../src/policy/document/branches.js";
import { policy } from "../make.js";

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
