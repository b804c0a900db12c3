import { describe, expect, it } from "@jest/globals";
import { type ControlFile, known, unknown } from "../../src/facts/facts.js";
import { isControlledBranch } from "../../src/policy/controlled.js";
import { resolvePolicy } from "../../src/policy/resolve.js";
import { controlFiles } from "./make.js";

const file = (branches: string): ControlFile => ({
  path: ".github/countersign.yml",
  oid: "f".repeat(40),
  text: `version: 1\nbranches: ${branches}`,
});

/** Whether `branch` is controlled, with these policies on itself and on the default branch `main`. */
function controlled(branch: string, own: ControlFile | null, onDefault: ControlFile | null): boolean {
  const files = known(controlFiles({ policy: own, defaultPolicy: onDefault }));
  return isControlledBranch(files, resolvePolicy(files, null), branch);
}

describe("isControlledBranch", () => {
  it.each<[string, string, ControlFile | null, ControlFile | null, boolean]>([
    ["the default branch without any policy", "main", null, null, true],
    ["another branch without any policy", "topic", null, null, false],
    ["a branch that its own policy names", "env/prod", file('["env/*"]'), null, true],
    ["a branch that only the default branch's policy names", "env/prod", null, file('["env/*"]'), true],
    ["a branch whose own policy took it off the list", "env/prod", file("[other]"), file('["env/*"]'), true],
    ["a branch that neither names", "topic", file("[other]"), file('["env/*"]'), false],
    ["a branch whose own policy is broken", "topic", file("7"), file("[other]"), true],
    ["any branch while the default branch's policy is broken", "topic", file("[other]"), file("7"), true],
  ])("%s", (_what, branch, own, onDefault, expected) => {
    expect(controlled(branch, own, onDefault)).toBe(expected);
  });

  it("controls where nothing could be read", () => {
    const unread = unknown("unavailable", "No answer.", "Try again.");
    expect(isControlledBranch(unread, resolvePolicy(unread, null), "topic")).toBe(true);
  });
});
