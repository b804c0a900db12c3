import { describe, expect, it } from "@jest/globals";
import { type ChangeFacts, type ControlFile, known, unknown } from "../../../../src/facts/facts.js";
import { proposedPolicyFindings } from "../../../../src/policy/rules/policy-files/proposed-policy.js";
import { controlFiles, facts } from "../../make.js";

const file = (oid: string, text: string): ControlFile => ({ path: ".github/countersign.yml", oid, text });
const usable = file("a1", "version: 1\n");
const broken = file("b2", "version: 1\nreview:\n  aprovals: 2\n");

const findings = (current: ControlFile | null, proposed: ChangeFacts["proposedPolicy"]) =>
  proposedPolicyFindings(
    facts({ controlFiles: known(controlFiles({ policy: current })), proposedPolicy: proposed }),
  ).map(({ status, reason, location }) => [status, reason, location?.line ?? null]);

describe("the policy file that a change would bring", () => {
  it.each([
    ["is the one that is there", usable, usable, ["pass", "policy-unchanged", null]],
    ["is absent as before", null, null, ["pass", "policy-unchanged", null]],
    [
      "is another usable one",
      usable,
      file("c3", "version: 1\nreview: {approvals: 2}\n"),
      ["note", "policy-changes", null],
    ],
    ["is removed", usable, null, ["note", "policy-removed", null]],
    ["cannot be used", usable, broken, ["fail", "proposed-policy-invalid", 3]],
    ["is the first, and cannot be used", null, broken, ["fail", "proposed-policy-invalid", 3]],
  ])("%s", (_case, current, proposed, expected) => {
    expect(findings(current, known(proposed))).toEqual([expected]);
  });

  it("is unknown where it cannot be read", () => {
    expect(findings(usable, unknown("malformed", "It is not text.", "Make it text."))).toEqual([
      ["unknown", "unknown-malformed", null],
    ]);
  });
});
