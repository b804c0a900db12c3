import type {
  BypassActor,
  ClassicProtection,
  Fact,
  ProtectionFact,
  PullRequestRequirement,
  RequiredCheck,
  RulesetFact,
} from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import type {
  AllowanceNode,
  BaseRefNode,
  BypassActorNode,
  ClassicProtectionNode,
  RuleNode,
} from "./schemas.js";

const GRANT_READ = "Grant the app the repository permission “Administration: read”, then re-run this check.";

/** Refused to whoever may not edit the ruleset; its rules are readable all the same. */
const RULESET_BYPASS = ".repositoryRuleset.bypassActors";

/**
 * Joins the classic rule and the ruleset rules that apply to the base branch into one fact; `queueShown`: whether GitHub
 * shows a merge queue of it.
 */
export function mapProtection(
  baseRef: BaseRefNode | null,
  refused: readonly string[],
  queueShown: boolean,
): Fact<ProtectionFact> {
  if (baseRef === null) {
    return unknown(
      "not-found",
      "The base branch does not exist.",
      "Restore the branch or retarget the pull request.",
    );
  }
  const isRefused = (field: string) =>
    refused.some((path) => path.includes(`baseRef.${field}`) && !path.includes(RULESET_BYPASS));
  if (isRefused("branchProtectionRule") || isRefused("rules") || baseRef.rules === null) {
    return unknown("forbidden", "GitHub did not let the app read the branch's protection.", GRANT_READ);
  }
  const { rules, branchProtectionRule: classic } = baseRef;
  if (rules.totalCount > rules.nodes.length) {
    return unknown("truncated", "More ruleset rules apply to the branch than were read.", "Merge rulesets.");
  }
  if (classic !== null && hasMoreAllowances(classic)) {
    return unknown(
      "truncated",
      "More actors may bypass the branch protection than were read.",
      "Use teams instead.",
    );
  }
  return known({
    branch: baseRef.name,
    classic: classic === null ? null : mapClassic(classic),
    rulesets: mapRulesets(rules.nodes),
    queueShown,
  });
}

function hasMoreAllowances(node: ClassicProtectionNode): boolean {
  return [node.bypassPullRequestAllowances, node.bypassForcePushAllowances].some(
    (list) => list.totalCount > list.nodes.length,
  );
}

function mapClassic(node: ClassicProtectionNode): ClassicProtection {
  return {
    pattern: node.pattern,
    adminsIncluded: node.isAdminEnforced,
    forcePushAllowed: node.allowsForcePushes,
    deletionAllowed: node.allowsDeletions,
    pullRequest: node.requiresApprovingReviews
      ? {
          approvals: node.requiredApprovingReviewCount ?? 0,
          dismissStale: node.dismissesStaleReviews,
          codeOwners: node.requiresCodeOwnerReviews,
          lastPushApproval: node.requireLastPushApproval,
        }
      : null,
    signaturesRequired: node.requiresCommitSignatures,
    requiredChecks: node.requiresStatusChecks ? (node.requiredStatusChecks ?? []).map(mapClassicCheck) : [],
    pullRequestBypass: node.bypassPullRequestAllowances.nodes.map(mapAllowance),
    forcePushBypass: node.bypassForcePushAllowances.nodes.map(mapAllowance),
  };
}

type ClassicCheckNode = NonNullable<ClassicProtectionNode["requiredStatusChecks"]>[number];
const mapClassicCheck = (node: ClassicCheckNode): RequiredCheck => ({
  name: node.context,
  appId: node.app?.databaseId ?? null,
});

function mapAllowance({ actor }: AllowanceNode): BypassActor {
  const kinds = { App: "app", Team: "team", User: "user" } as const;
  if (actor === null) return { kind: "user", id: null, name: "(deleted account)", mode: "always" };
  return {
    kind: kinds[actor.__typename],
    id: actor.databaseId,
    name: actor.slug ?? actor.login ?? "",
    mode: "always",
  };
}

function mapRulesets(rules: readonly RuleNode[]): RulesetFact[] {
  const byRuleset = new Map<number, RuleNode[]>();
  for (const rule of rules) {
    const id = rule.repositoryRuleset?.databaseId;
    if (typeof id !== "number" || rule.repositoryRuleset?.enforcement !== "ACTIVE") continue;
    byRuleset.set(id, [...(byRuleset.get(id) ?? []), rule]);
  }
  return [...byRuleset].flatMap(([id, rulesOfOne]) => {
    const ruleset = rulesOfOne[0]?.repositoryRuleset;
    return ruleset ? [mapRuleset(id, ruleset, rulesOfOne)] : [];
  });
}

function mapRuleset(
  id: number,
  ruleset: NonNullable<RuleNode["repositoryRuleset"]>,
  rules: readonly RuleNode[],
): RulesetFact {
  const has = (type: string) => rules.some((rule) => rule.type === type);
  const levels = {
    Repository: "repository",
    Organization: "organization",
    Enterprise: "enterprise",
  } as const;
  return {
    id,
    name: ruleset.name,
    source: ruleset.source.nameWithOwner ?? ruleset.source.login ?? ruleset.source.slug ?? "",
    level: levels[ruleset.source.__typename],
    pullRequest: joinPullRequestRules(rules.filter((rule) => rule.type === "PULL_REQUEST")),
    requiredChecks: rules.flatMap(mapRequiredChecks),
    signaturesRequired: has("REQUIRED_SIGNATURES"),
    forcePushBlocked: has("NON_FAST_FORWARD"),
    deletionBlocked: has("DELETION"),
    mergeQueueRequired: has("MERGE_QUEUE"),
    bypass: mapBypass(ruleset),
  };
}

function joinPullRequestRules(rules: readonly RuleNode[]): PullRequestRequirement | null {
  if (rules.length === 0) return null;
  const parameters = rules.map((rule) => rule.parameters);
  return {
    approvals: Math.max(...parameters.map((p) => p?.requiredApprovingReviewCount ?? 0)),
    dismissStale: parameters.some((p) => p?.dismissStaleReviewsOnPush === true),
    codeOwners: parameters.some((p) => p?.requireCodeOwnerReview === true),
    lastPushApproval: parameters.some((p) => p?.requireLastPushApproval === true),
  };
}

function mapRequiredChecks(rule: RuleNode): RequiredCheck[] {
  if (rule.type !== "REQUIRED_STATUS_CHECKS") return [];
  return (rule.parameters?.requiredStatusChecks ?? []).map(({ context, integrationId }) => ({
    name: context,
    appId: integrationId,
  }));
}

function mapBypass({
  bypassActors,
}: NonNullable<RuleNode["repositoryRuleset"]>): Fact<readonly BypassActor[]> {
  if (bypassActors === null) {
    return unknown(
      "forbidden",
      "GitHub shows a ruleset's bypass list only to apps that may edit it.",
      "Grant the app “Administration: write”, or set protection.unreadableBypass: accept in the policy.",
    );
  }
  if (bypassActors.totalCount > bypassActors.nodes.length) {
    return unknown("truncated", "The ruleset's bypass list is longer than was read.", "Use teams instead.");
  }
  return known(bypassActors.nodes.map(mapBypassActor));
}

function mapBypassActor(node: BypassActorNode): BypassActor {
  const mode =
    node.bypassMode === "ALWAYS" ? "always" : node.bypassMode === "PULL_REQUEST" ? "pull-request" : "exempt";
  const { actor } = node;
  if (node.deployKey) return { kind: "deploy-key", id: null, name: "deploy keys", mode };
  if (node.organizationAdmin)
    return { kind: "organization-admin", id: null, name: "organization owners", mode };
  if (node.enterpriseOwner) return { kind: "enterprise-owner", id: null, name: "enterprise owners", mode };
  if (node.repositoryRoleDatabaseId !== null) {
    return { kind: "role", id: node.repositoryRoleDatabaseId, name: node.repositoryRoleName ?? "", mode };
  }
  if (actor === null) return { kind: "user", id: null, name: "(unnamed actor)", mode };
  return { kind: actor.__typename === "App" ? "app" : "team", id: actor.databaseId, name: actor.slug, mode };
}
