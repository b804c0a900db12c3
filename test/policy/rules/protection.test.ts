import { describe, expect, it } from "@jest/globals";
import { type BypassActor, known, type ProtectionFact, unknown } from "../../../src/facts/facts.js";
import { outcomeOf } from "../../../src/policy/decide.js";
import type { Finding } from "../../../src/policy/finding.js";
import { protectionFindings } from "../../../src/policy/rules/protection.js";
import { APP_ID, brief, classic, facts, only, policy, protection, ruleset } from "../make.js";

const judge = (change: Partial<ProtectionFact>, yaml = ""): Finding[] =>
  protectionFindings(facts({ protection: known(protection(change)) }), policy(yaml));

const failing = (findings: readonly Finding[]): string[] =>
  brief(findings.filter(({ status }) => status !== "pass"));

const wanted = { approvals: 1, dismissStale: true, codeOwners: false, lastPushApproval: true };
const team: BypassActor = { kind: "team", id: 7, name: "release", mode: "always" };
const orgAdmin: BypassActor = {
  kind: "organization-admin",
  id: null,
  name: "organization admins",
  mode: "pull-request",
};
const hidden = unknown("forbidden", "Bypass actors are not shown.", "Grant administration.");

describe("the protection gate", () => {
  it.each<[string, Partial<ProtectionFact>]>([
    ["a ruleset", {}],
    ["a classic rule", { classic: classic(), rulesets: [] }],
    ["both", { classic: classic() }],
    [
      "several that only together make it up",
      {
        classic: classic({ pullRequest: null, signaturesRequired: false, requiredChecks: [] }),
        rulesets: [
          ruleset({
            signaturesRequired: false,
            forcePushBlocked: false,
            deletionBlocked: false,
            requiredChecks: [],
          }),
          ruleset({ id: 32, name: "organization", level: "organization", source: "o", pullRequest: null }),
        ],
      },
    ],
  ])("passes with %s", (_what, change) => {
    expect(failing(judge(change))).toEqual([]);
    expect(outcomeOf(judge(change))).toBe("passed");
  });

  it.each<[string, string, Partial<ProtectionFact["rulesets"][number]>, string]>([
    [
      "no pull request",
      "protection: { approvals: 0, dismissStale: false, lastPushApproval: false }",
      { pullRequest: null },
      "pull-request-not-required",
    ],
    ["too few approvals", "protection: { approvals: 2 }", {}, "too-few-approvals-required"],
    ["stale approvals kept", "", { pullRequest: { ...wanted, dismissStale: false } }, "stale-approvals-kept"],
    [
      "code owners not asked",
      "protection: { codeOwners: true }",
      { pullRequest: wanted },
      "code-owner-review-not-required",
    ],
    [
      "last push not approved",
      "",
      { pullRequest: { ...wanted, lastPushApproval: false } },
      "last-push-approval-not-required",
    ],
    ["our check not required", "", { requiredChecks: [] }, "check-not-required"],
    [
      "our check from any source",
      "",
      { requiredChecks: [{ name: "countersign", appId: null }] },
      "check-not-pinned",
    ],
    [
      "our check from another app",
      "",
      { requiredChecks: [{ name: "countersign", appId: 1 }] },
      "check-not-pinned",
    ],
    [
      "another check not required",
      "protection: { requiredChecks: [{ name: lint, app: 5 }] }",
      {},
      "check-not-required",
    ],
    ["unsigned commits taken", "", { signaturesRequired: false }, "signatures-not-required"],
    ["force pushes", "", { forcePushBlocked: false }, "force-push-allowed"],
    ["deletion", "", { deletionBlocked: false }, "deletion-allowed"],
  ])("fails with %s, and names the setting", (_what, yaml, change, reason) => {
    const findings = judge({ rulesets: [ruleset(change)] }, yaml);
    expect(failing(findings)).toEqual([`fail ${reason}`]);
    const { remedy } = only(findings, reason);
    expect(remedy?.text).toMatch(/^Set in the repository ruleset production: .*“.+”/);
    expect(remedy?.url).toBe("https://github.com/o/r/settings/rules/31");
  });

  it("names both places where both protect, and the address of an organization's ruleset", () => {
    const rulesets = [ruleset({ level: "organization", source: "o", forcePushBlocked: false })];
    const { remedy } = only(
      judge({ classic: classic({ forcePushAllowed: true }), rulesets }),
      "force-push-allowed",
    );
    expect(remedy?.text).toBe(
      "Set in the organization ruleset production: “Block force pushes”, or in the branch protection rule main: untick “Allow force pushes”.",
    );
    expect(remedy?.url).toBe("https://github.com/organizations/o/settings/rules/31");
  });

  it("does not count approvals of two sources together", () => {
    const rulesets = [ruleset(), ruleset({ id: 32 })];
    expect(failing(judge({ rulesets }, "protection: { approvals: 2 }"))).toEqual([
      "fail too-few-approvals-required",
    ]);
  });

  it("asks for nothing that the policy does not", () => {
    const none = [
      "pullRequest",
      "dismissStale",
      "lastPushApproval",
      "requiredCheck",
      "signedCommits",
      "forcePushBlocked",
      "deletionBlocked",
    ].map((key) => `${key}: false`);
    const yaml = `protection: { approvals: 0, ${none.join(", ")} }`;
    const bare = ruleset({
      pullRequest: null,
      requiredChecks: [],
      signaturesRequired: false,
      forcePushBlocked: false,
      deletionBlocked: false,
    });
    expect(brief(judge({ rulesets: [bare] }, yaml))).toEqual(["pass protected"]);
  });

  it("fails without any protection, and says how to add it", () => {
    const findings = judge({ rulesets: [] });
    expect(brief(findings)).toEqual(["fail unprotected"]);
    const { remedy } = only(findings, "unprotected");
    expect(remedy?.url).toBe("https://github.com/o/r/settings/rules/new?target=branch");
    expect(remedy?.text).toContain(`choose the app with id ${APP_ID}`);
  });

  it("is unknown where protection could not be read, or is another branch's", () => {
    const unread = unknown("forbidden", "Protection cannot be read.", "Grant administration: read.");
    expect(brief(protectionFindings(facts({ protection: unread }), policy()))).toEqual([
      "unknown unknown-forbidden",
    ]);
    expect(brief(judge({ branch: "other" }))).toEqual(["unknown unknown-inconsistent"]);
  });
});

describe("who can bypass", () => {
  const bypassed = ruleset({ bypass: known([team]) });

  it.each<[string, Partial<ProtectionFact>, string, string[]]>([
    ["a ruleset", { rulesets: [bypassed] }, "", ["fail bypass-actor"]],
    [
      "a ruleset, by several",
      { rulesets: [ruleset({ bypass: known([team, orgAdmin]) })] },
      "",
      ["fail bypass-actor", "fail bypass-actor"],
    ],
    [
      "a ruleset, and the policy names them",
      { rulesets: [bypassed] },
      "protection: { bypassActors: [{ kind: team, id: 7 }] }",
      [],
    ],
    [
      "a ruleset, and the policy names another",
      { rulesets: [bypassed] },
      "protection: { bypassActors: [{ kind: team, id: 8 }] }",
      ["fail bypass-actor"],
    ],
    [
      "a ruleset, and the policy names a user with the id",
      { rulesets: [bypassed] },
      "protection: { bypassActors: [{ kind: user, id: 7 }] }",
      ["fail bypass-actor"],
    ],
    [
      "a ruleset, as a group the policy names",
      { rulesets: [ruleset({ bypass: known([orgAdmin]) })] },
      "protection: { bypassActors: [{ kind: organization-admin }] }",
      [],
    ],
    ["a ruleset, but another is firm", { rulesets: [bypassed, ruleset({ id: 32 })] }, "", []],
    [
      "both of two rulesets",
      { rulesets: [bypassed, ruleset({ id: 32, bypass: known([orgAdmin]) })] },
      "",
      ["fail bypass-actor", "fail bypass-actor"],
    ],
    [
      "a ruleset that adds nothing",
      {
        rulesets: [
          ruleset(),
          ruleset({ id: 32, pullRequest: null, requiredChecks: [], bypass: known([team]) }),
        ],
      },
      "",
      [],
    ],
    [
      "a classic rule, as an administrator",
      { classic: classic({ adminsIncluded: false }), rulesets: [] },
      "",
      ["fail admins-exempt"],
    ],
    [
      "a classic rule, as an administrator, accepted",
      { classic: classic({ adminsIncluded: false }), rulesets: [] },
      "protection: { adminsIncluded: false }",
      [],
    ],
    [
      "a classic rule's pull request",
      { classic: classic({ pullRequestBypass: [team] }), rulesets: [] },
      "",
      ["fail bypass-actor"],
    ],
    [
      "a classic rule's block of force pushes",
      { classic: classic({ forcePushBypass: [team] }), rulesets: [] },
      "",
      ["fail bypass-actor"],
    ],
    [
      "force pushes that are not asked about",
      { classic: classic({ forcePushBypass: [team] }), rulesets: [] },
      "protection: { forcePushBlocked: false }",
      [],
    ],
    [
      "a ruleset, which is not shown",
      { rulesets: [ruleset({ bypass: hidden })] },
      "",
      ["unknown unknown-forbidden"],
    ],
    [
      "a ruleset, which is not shown but accepted",
      { rulesets: [ruleset({ bypass: hidden })] },
      "protection: { unreadableBypass: accept }",
      ["waived bypass-unreadable-accepted"],
    ],
    [
      "one not shown, but another is firm",
      { rulesets: [ruleset({ bypass: hidden }), ruleset({ id: 32 })] },
      "",
      [],
    ],
    [
      "one not shown, one bypassable",
      { rulesets: [ruleset({ bypass: hidden }), ruleset({ id: 32, bypass: known([team]) })] },
      "",
      ["unknown unknown-forbidden"],
    ],
  ])("judges %s", (_what, change, yaml, expected) => {
    expect(failing(judge(change, yaml))).toEqual(expected);
  });

  it("names the actor, the source and where to remove it", () => {
    const finding = only(judge({ rulesets: [bypassed] }), "bypass-actor");
    expect(finding.subject).toBe("team release (id 7)");
    expect(finding.message).toContain("repository ruleset production");
    expect(finding.remedy?.url).toBe("https://github.com/o/r/settings/rules/31");
  });
});
