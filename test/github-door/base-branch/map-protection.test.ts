import { describe, expect, it } from "@jest/globals";
import type { Fact, ProtectionFact } from "../../../src/facts/facts.js";
import { mapProtection } from "../../../src/github/base-branch/map-protection.js";
import type {
  BypassActorNode,
  ClassicProtectionNode,
  RuleNode,
} from "../../../src/github/base-branch/schemas.js";
import { baseRef, list, rule, ruleset } from "../nodes.js";

function valueOf<T>(fact: Fact<T>): T {
  if (!fact.known) throw new Error(fact.reason.message);
  return fact.value;
}

const rulesetsOf = (...rules: RuleNode[]): ProtectionFact["rulesets"] =>
  valueOf(mapProtection(baseRef({ rules: list(rules) }), [], false)).rulesets;

const reasonOf = (fact: Fact<unknown>): string => (fact.known ? "known" : fact.reason.code);

describe("ruleset rules", () => {
  it("are joined by ruleset, each with its source", () => {
    const organization = ruleset({
      databaseId: 40,
      name: "org",
      source: { __typename: "Organization", login: "acme" },
    });
    const enterprise = ruleset({
      databaseId: 50,
      name: "all",
      source: { __typename: "Enterprise", slug: "acme-inc" },
    });
    const pull = {
      dismissStaleReviewsOnPush: true,
      requireCodeOwnerReview: false,
      requireLastPushApproval: true,
      requiredApprovingReviewCount: 2,
    };
    const checks = {
      requiredStatusChecks: [
        { context: "countersign", integrationId: 4242 },
        { context: "any", integrationId: null },
      ],
    };
    const found = rulesetsOf(
      rule("PULL_REQUEST", pull),
      rule("NON_FAST_FORWARD", null, organization),
      rule("REQUIRED_STATUS_CHECKS", checks),
      rule("REQUIRED_SIGNATURES"),
      rule("DELETION", null, organization),
      rule("CREATION", null, enterprise),
      rule("MERGE_QUEUE", null, organization),
    );
    expect(found).toMatchObject([
      {
        id: 31,
        name: "production",
        source: "acme/infra",
        level: "repository",
        pullRequest: { approvals: 2, dismissStale: true, codeOwners: false, lastPushApproval: true },
        requiredChecks: [
          { name: "countersign", appId: 4242 },
          { name: "any", appId: null },
        ],
        signaturesRequired: true,
        forcePushBlocked: false,
        deletionBlocked: false,
        mergeQueueRequired: false,
      },
      {
        id: 40,
        source: "acme",
        level: "organization",
        pullRequest: null,
        requiredChecks: [],
        signaturesRequired: false,
        forcePushBlocked: true,
        deletionBlocked: true,
        mergeQueueRequired: true,
      },
      { id: 50, source: "acme-inc", level: "enterprise", forcePushBlocked: false },
    ]);
  });

  it.each(["DISABLED", "EVALUATE"])("protect nothing while their ruleset is %s", (enforcement) => {
    expect(rulesetsOf(rule("DELETION", null, ruleset({ enforcement })))).toEqual([]);
  });

  it("protect nothing when nobody says whose they are", () => {
    expect(rulesetsOf(rule("DELETION", null, null))).toEqual([]);
    expect(rulesetsOf(rule("DELETION", null, ruleset({ databaseId: null })))).toEqual([]);
  });

  it("ask for nothing that their parameters do not name", () => {
    expect(rulesetsOf(rule("PULL_REQUEST"))).toMatchObject([
      { pullRequest: { approvals: 0, dismissStale: false, codeOwners: false, lastPushApproval: false } },
    ]);
  });
});

describe("who may bypass a ruleset", () => {
  const bypassOf = (bypassActors: { totalCount: number; nodes: BypassActorNode[] } | null) =>
    rulesetsOf(rule("DELETION", null, ruleset({ bypassActors })))[0]?.bypass;

  const nobody: BypassActorNode = {
    bypassMode: "ALWAYS",
    deployKey: false,
    enterpriseOwner: false,
    organizationAdmin: false,
    repositoryRoleDatabaseId: null,
    repositoryRoleName: null,
    actor: null,
  };
  const app = { __typename: "App" as const, databaseId: 5, slug: "renovate" };
  const team = { __typename: "Team" as const, databaseId: 8, slug: "sre" };

  it.each([
    [{ actor: app }, { kind: "app", id: 5, name: "renovate", mode: "always" }],
    [
      { actor: team, bypassMode: "PULL_REQUEST" },
      { kind: "team", id: 8, name: "sre", mode: "pull-request" },
    ],
    [
      { organizationAdmin: true, bypassMode: "EXEMPT" },
      { kind: "organization-admin", mode: "exempt" },
    ],
    [{ enterpriseOwner: true }, { kind: "enterprise-owner" }],
    [{ deployKey: true }, { kind: "deploy-key" }],
    [
      { repositoryRoleDatabaseId: 5, repositoryRoleName: "admin" },
      { kind: "role", id: 5, name: "admin" },
    ],
    [{ bypassMode: "SOMETHING_NEW" }, { kind: "user", id: null, mode: "exempt" }],
    [{ bypassMode: null }, { kind: "user", id: null, mode: "exempt" }],
  ])("%j", (change, actor) => {
    expect(bypassOf(list([{ ...nobody, ...change }]))).toMatchObject({ known: true, value: [actor] });
  });

  it("is unknown where GitHub does not show it, or shows part of it", () => {
    expect(bypassOf(null)).toMatchObject({ known: false, reason: { code: "forbidden" } });
    expect(bypassOf(list([nobody], 101))).toMatchObject({ known: false, reason: { code: "truncated" } });
  });

  it("is unknown, and the rest is not, where GitHub says that it refuses", () => {
    const refused = "repository.pullRequest.baseRef.rules.nodes.0.repositoryRuleset.bypassActors";
    const base = baseRef({ rules: list([rule("DELETION", null, ruleset({ bypassActors: null }))]) });
    const { rulesets } = valueOf(mapProtection(base, [refused], false));
    expect(rulesets).toMatchObject([{ deletionBlocked: true, bypass: { known: false } }]);
  });
});

describe("the classic rule", () => {
  const classic: ClassicProtectionNode = {
    pattern: "main",
    isAdminEnforced: true,
    allowsForcePushes: false,
    allowsDeletions: false,
    requiresApprovingReviews: true,
    requiredApprovingReviewCount: 2,
    dismissesStaleReviews: true,
    requiresCodeOwnerReviews: false,
    requireLastPushApproval: true,
    requiresCommitSignatures: true,
    requiresStatusChecks: true,
    requiredStatusChecks: [
      { context: "countersign", app: { databaseId: 4242 } },
      { context: "any", app: null },
    ],
    bypassPullRequestAllowances: list([
      { actor: { __typename: "User", databaseId: 1, login: "ada" } },
      { actor: null },
    ]),
    bypassForcePushAllowances: list([{ actor: { __typename: "Team", databaseId: 8, slug: "sre" } }]),
  };
  const mapped = (change: Partial<ClassicProtectionNode> = {}) =>
    valueOf(mapProtection(baseRef({ branchProtectionRule: { ...classic, ...change } }), [], false)).classic;

  it("is mapped whole", () => {
    expect(mapped()).toEqual({
      pattern: "main",
      adminsIncluded: true,
      forcePushAllowed: false,
      deletionAllowed: false,
      pullRequest: { approvals: 2, dismissStale: true, codeOwners: false, lastPushApproval: true },
      signaturesRequired: true,
      requiredChecks: [
        { name: "countersign", appId: 4242 },
        { name: "any", appId: null },
      ],
      pullRequestBypass: [
        { kind: "user", id: 1, name: "ada", mode: "always" },
        { kind: "user", id: null, name: "(deleted account)", mode: "always" },
      ],
      forcePushBypass: [{ kind: "team", id: 8, name: "sre", mode: "always" }],
    });
  });

  it("requires no pull request and no check that it does not turn on", () => {
    const off = mapped({ requiresApprovingReviews: false, requiresStatusChecks: false });
    expect(off).toMatchObject({ pullRequest: null, requiredChecks: [] });
    expect(mapped({ requiredApprovingReviewCount: null })?.pullRequest?.approvals).toBe(0);
    expect(mapped({ requiredStatusChecks: null })?.requiredChecks).toEqual([]);
  });

  it.each(["bypassPullRequestAllowances", "bypassForcePushAllowances"] as const)(
    "is unknown where %s is longer than was read",
    (field) => {
      const branchProtectionRule = { ...classic, [field]: list([], 1) };
      expect(reasonOf(mapProtection(baseRef({ branchProtectionRule }), [], false))).toBe("truncated");
    },
  );
});

describe("protection as a whole", () => {
  const at = (field: string): string => `repository.pullRequest.baseRef.${field}`;
  it.each([
    ["the branch is gone", null, [], "not-found"],
    ["the classic rule is refused", baseRef(), [at("branchProtectionRule")], "forbidden"],
    [
      "a field of it is refused",
      baseRef(),
      [at("branchProtectionRule.bypassForcePushAllowances")],
      "forbidden",
    ],
    ["the rules are refused", baseRef({ rules: null }), [at("rules")], "forbidden"],
    ["a rule's ruleset is refused", baseRef(), [at("rules.nodes.0.repositoryRuleset")], "forbidden"],
    ["no rules came, and nobody says why", baseRef({ rules: null }), [], "forbidden"],
    ["more rules apply than were read", baseRef({ rules: list([rule("DELETION")], 2) }), [], "truncated"],
    ["something else is refused", baseRef(), ["repository.pullRequest.reviews"], "known"],
  ])("when %s", (_what, node, refused, reason) => {
    expect(reasonOf(mapProtection(node, refused, false))).toBe(reason);
  });
});
