import { nodeId } from "../render/accounts.js";
import type { ClassicRule, NamedActor, RequiredCheck, Rule, Ruleset, RulesetBypass } from "../world/model.js";
import type { AppliedRule } from "../world/branches/protection.js";
import { actorNode, appNode, namedActorNode } from "./accounts.js";
import { connection, type PageArguments } from "./connection.js";
import type { Context } from "./context.js";
import { RepositoryNode } from "./repository.js";

/** A classic branch protection rule. Who may read it has been checked on the way here. */
export class ProtectionNode {
  readonly __typename = "BranchProtectionRule";
  readonly id: string;
  readonly databaseId: number;
  readonly pattern: string;
  readonly isAdminEnforced: boolean;
  readonly allowsForcePushes: boolean;
  readonly allowsDeletions: boolean;
  readonly requiresApprovingReviews: boolean;
  readonly requiredApprovingReviewCount: number | null;
  readonly dismissesStaleReviews: boolean;
  readonly requiresCodeOwnerReviews: boolean;
  readonly requireLastPushApproval: boolean;
  readonly requiresCommitSignatures: boolean;
  readonly requiresStatusChecks: boolean;
  readonly requiresStrictStatusChecks: boolean;
  readonly #context: Context;
  readonly #rule: ClassicRule;

  constructor(context: Context, rule: ClassicRule) {
    this.#context = context;
    this.#rule = rule;
    this.id = nodeId("BranchProtectionRule", rule.id);
    this.databaseId = rule.id;
    this.pattern = rule.pattern;
    this.isAdminEnforced = rule.adminEnforced;
    this.allowsForcePushes = rule.forcePushes;
    this.allowsDeletions = rule.deletions;
    this.requiresApprovingReviews = rule.pullRequest !== null;
    this.requiredApprovingReviewCount = rule.pullRequest?.approvals ?? null;
    this.dismissesStaleReviews = rule.pullRequest?.dismissStale ?? false;
    this.requiresCodeOwnerReviews = rule.pullRequest?.codeOwners ?? false;
    this.requireLastPushApproval = rule.pullRequest?.lastPushApproval ?? false;
    this.requiresCommitSignatures = rule.signatures;
    this.requiresStatusChecks = rule.checks !== null;
    this.requiresStrictStatusChecks = rule.strictChecks;
  }

  requiredStatusChecks(): object[] {
    return (this.#rule.checks ?? []).map(({ context, appId }: RequiredCheck) => {
      const app = this.#context.world.apps.find(({ id }) => id === appId);
      return { context, app: app === undefined ? null : appNode(app) };
    });
  }

  requiredStatusCheckContexts(): string[] {
    return (this.#rule.checks ?? []).map(({ context }) => context);
  }

  bypassPullRequestAllowances(page: PageArguments): object {
    return allowances(this.#rule.pullRequestBypass, page);
  }

  bypassForcePushAllowances(page: PageArguments): object {
    return allowances(this.#rule.forcePushBypass, page);
  }
}

function allowances(actors: readonly NamedActor[], page: PageArguments): object {
  return connection(actors, page, (some) =>
    some.map((actor) => ({ id: nodeId("Allowance", actor.id), actor: namedActorNode(actor) })),
  );
}

const PARAMETERS: Readonly<Record<string, string>> = {
  pull_request: "PullRequestParameters",
  required_status_checks: "RequiredStatusChecksParameters",
  update: "UpdateParameters",
  merge_queue: "MergeQueueParameters",
};

export function ruleNode(context: Context, { rule, ruleset }: AppliedRule): object {
  return {
    __typename: "RepositoryRule",
    id: nodeId("RepositoryRule", `${ruleset.id}:${rule.type}`),
    type: rule.type.toUpperCase(),
    parameters: parametersNode(rule),
    repositoryRuleset: new RulesetNode(context, ruleset),
  };
}

function parametersNode({ type, parameters }: Rule): object | null {
  const typename = PARAMETERS[type];
  if (parameters === undefined || typename === undefined) return null;
  const camel = camelCased(parameters);
  return { __typename: typename, ...(typeof camel === "object" ? camel : {}) };
}

/** REST's names as GraphQL has them, all the way down. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const fields = Object.entries(value).map(([name, inner]) => [camel(name), camelCased(inner)]);
  // GraphQL shows a missing integration as null where REST leaves it out.
  return "context" in value
    ? { integrationId: null, ...Object.fromEntries(fields) }
    : Object.fromEntries(fields);
}

export class RulesetNode {
  readonly __typename = "RepositoryRuleset";
  readonly id: string;
  readonly databaseId: number;
  readonly name: string;
  readonly enforcement: string;
  readonly target = "BRANCH";
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly #context: Context;
  readonly #ruleset: Ruleset;

  constructor(context: Context, ruleset: Ruleset) {
    this.#context = context;
    this.#ruleset = ruleset;
    this.id = nodeId("RepositoryRuleset", ruleset.id);
    this.databaseId = ruleset.id;
    this.name = ruleset.name;
    this.enforcement = ruleset.enforcement.toUpperCase();
    this.createdAt = ruleset.createdAt;
    this.updatedAt = ruleset.createdAt;
  }

  source(): object {
    const { source } = this.#ruleset;
    return source.kind === "organization"
      ? actorNode(source.account)
      : new RepositoryNode(this.#context, source.repo);
  }

  /** Shown only to those who may edit the ruleset; to all others it is null, without an error. */
  bypassActors(page: PageArguments): object | null {
    const ofOrganization = this.#ruleset.source.kind === "organization";
    if (!this.#context.may(ofOrganization ? "organization_administration" : "administration", "write"))
      return null;
    return connection(this.#ruleset.bypass, page, (some) => some.map((entry) => this.#bypass(entry)));
  }

  rules(page: PageArguments): object {
    const rules = this.#ruleset.rules.map((rule) => ({ rule, ruleset: this.#ruleset }));
    return connection(rules, page, (some) => some.map((applied) => ruleNode(this.#context, applied)));
  }

  #bypass(entry: RulesetBypass): object {
    const role = entry.type === "RepositoryRole";
    return {
      id: nodeId("RepositoryRulesetBypassActor", `${this.#ruleset.id}:${entry.type}:${entry.id ?? 0}`),
      // The published schema has no word for "exempt", nor for a user as bypass actor.
      bypassMode: entry.mode === "exempt" ? null : entry.mode.toUpperCase(),
      deployKey: entry.type === "DeployKey",
      enterpriseOwner: entry.type === "EnterpriseOwner",
      organizationAdmin: entry.type === "OrganizationAdmin",
      repositoryRoleDatabaseId: role ? entry.id : null,
      repositoryRoleName: role ? entry.name : null,
      actor: bypassActor(entry),
    };
  }
}

function bypassActor({ type, id, name }: RulesetBypass): object | null {
  if (type === "Team") return namedActorNode({ kind: "team", id: id ?? 0, name });
  return type === "Integration" ? namedActorNode({ kind: "app", id: id ?? 0, name }) : null;
}
