import { describe, expect, it } from "@jest/globals";
import { known, unknown } from "../../../../src/facts/facts.js";
import { proposedPolicyFindings } from "../../../../src/policy/rules/policy-files/proposed-policy.js";
import { brief, controlFiles, facts, only } from "../../make.js";

const yaml = (revision: number, more = "") => `version: 1\nrevision: ${revision}\n${more}`;
const file = (text: string, path = "countersign.yml") => ({ path, oid: `${text.length}`.repeat(8), text });
const organization = (text: string | null, usedRevision: number | null = null) =>
  known({
    place: "o/.github",
    file: text === null ? null : { ...file(text), commitOid: "c".repeat(40) },
    used:
      usedRevision === null
        ? null
        : {
            revision: usedRevision,
            digest: "9".repeat(64),
            commitOid: "a".repeat(40),
            usedAt: "2026-11-20T10:00:00Z",
          },
  });

/** What is found of a pull request into `.github` that would make this of the account's file. */
const proposing = (text: string | null, current: ReturnType<typeof organization>, base = "main") => {
  const change = facts({
    controlFiles: known(controlFiles({ organization: current })),
    proposedOrganization: known(text === null ? null : file(text)),
  });
  const { pullRequest } = change;
  return proposedPolicyFindings({
    ...change,
    pullRequest: { ...pullRequest, base: { ...pullRequest.base, ref: base } },
  });
};

const HELD = yaml(4, "enforced: { mode: enforce }\n");

describe("a pull request that would change the account's policy", () => {
  it.each([
    ["the same file", HELD, organization(HELD, 4), []],
    ["no file where there is none", null, organization(null), []],
    ["a first one", yaml(1), organization(null), ["note organization-policy-changes"]],
    ["a higher revision", yaml(5), organization(HELD), ["note organization-policy-changes"]],
    ["another layout", `# Words\n${HELD}`, organization(HELD), ["note organization-policy-changes"]],
    [
      "the same revision with other words",
      yaml(4),
      organization(HELD),
      ["fail proposed-organization-policy-older"],
    ],
    ["a lower revision", yaml(3), organization(HELD), ["fail proposed-organization-policy-older"]],
    [
      "a revision below one that judged",
      yaml(5),
      organization(HELD, 6),
      ["fail proposed-organization-policy-older"],
    ],
    ["no file any more", null, organization(HELD), ["fail proposed-organization-policy-removed"]],
    [
      "a file that cannot be used",
      `${yaml(5)}enforce: {}\n`,
      organization(HELD),
      ["fail proposed-organization-policy-invalid"],
    ],
    ["a mended file", yaml(5), organization("version: 1\n"), ["note organization-policy-changes"]],
  ])("to %s", (_what, text, current, expected) => {
    expect(brief(proposing(text, current)).filter((one) => !one.endsWith("policy-unchanged"))).toEqual(
      expected,
    );
  });

  it("is told the line and the next revision", () => {
    const finding = only(proposing(yaml(3), organization(HELD)), "proposed-organization-policy-older");
    expect(finding).toMatchObject({
      location: { path: "countersign.yml", line: 2 },
      remedy: { text: expect.stringContaining("`revision: 5`") },
    });
  });

  it("into another branch than the one that it is read from changes nothing", () => {
    expect(brief(proposing(null, organization(HELD), "draft"))).toEqual(["pass policy-unchanged"]);
  });

  it("does not pass where what holds or what is proposed cannot be read", () => {
    const unread = unknown("forbidden", "No.", "Grant it.");
    const files = controlFiles({ organization: unread });
    const one = facts({ controlFiles: known(files), proposedOrganization: known(file(yaml(5))) });
    expect(brief(proposedPolicyFindings(one))).toContain("unknown unknown-forbidden");
    expect(brief(proposedPolicyFindings(facts({ proposedOrganization: unread })))).toContain(
      "unknown unknown-forbidden",
    );
  });
});

describe("a pull request that would loosen its repository's policy", () => {
  it("fails at the line, naming the account's", () => {
    const enforcing = yaml(4, "enforced:\n  review: { approvals: 2 }\n");
    const proposed = file("version: 1\nreview:\n  approvals: 1\n", ".github/countersign.yml");
    const change = facts({
      controlFiles: known(controlFiles({ organization: organization(enforcing) })),
      proposedPolicy: known(proposed),
    });
    const finding = only(proposedPolicyFindings(change), "proposed-policy-loosens");
    expect(finding).toMatchObject({
      status: "fail",
      rule: "proposed-policy",
      subject: "review.approvals",
      location: { path: ".github/countersign.yml", line: 3 },
    });
    expect(finding.message).toContain("line 4 of countersign.yml of o/.github (revision 4)");
  });
});
