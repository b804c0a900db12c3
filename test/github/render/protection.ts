import type { ClassicRule, NamedActor, Repo } from "../world/model.js";
import type { Json } from "../world/json.js";
import type { AppliedRule } from "../world/branches/protection.js";
import { fullName, type World } from "../world/world.js";
import { app, simpleUser } from "./accounts.js";
import { repoApi } from "./repository.js";

/** A ruleset rule as `rules/branches` lists it. */
export function branchRule({ rule, ruleset: { id, source } }: AppliedRule): Json {
  return {
    type: rule.type,
    ...(rule.parameters === undefined ? {} : { parameters: rule.parameters }),
    ruleset_source_type: source.kind === "organization" ? "Organization" : "Repository",
    ruleset_source: source.kind === "organization" ? source.account.login : fullName(source.repo),
    ruleset_id: id,
  };
}

/** The classic protection of a branch. */
export function branchProtection(world: World, repo: Repo, branch: string, rule: ClassicRule): Json {
  const url = repoApi(world, repo, `/branches/${encodeURIComponent(branch)}/protection`);
  return {
    url,
    ...(rule.checks === null ? {} : { required_status_checks: requiredChecks(url, rule, rule.checks) }),
    ...(rule.pullRequest === null
      ? {}
      : { required_pull_request_reviews: reviews(world, url, rule, rule.pullRequest) }),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: rule.adminEnforced },
    required_signatures: { url: `${url}/required_signatures`, enabled: rule.signatures },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: rule.forcePushes },
    allow_deletions: { enabled: rule.deletions },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  };
}

function requiredChecks(url: string, rule: ClassicRule, checks: NonNullable<ClassicRule["checks"]>): Json {
  return {
    url: `${url}/required_status_checks`,
    strict: rule.strictChecks,
    contexts: checks.map(({ context }) => context),
    contexts_url: `${url}/required_status_checks/contexts`,
    checks: checks.map(({ context, appId }) => ({ context, app_id: appId })),
  };
}

function reviews(
  world: World,
  url: string,
  rule: ClassicRule,
  required: NonNullable<ClassicRule["pullRequest"]>,
): Json {
  return {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: required.dismissStale,
    require_code_owner_reviews: required.codeOwners,
    required_approving_review_count: required.approvals,
    require_last_push_approval: required.lastPushApproval,
    ...(rule.pullRequestBypass.length === 0
      ? {}
      : { bypass_pull_request_allowances: allowances(world, rule.pullRequestBypass) }),
  };
}

/** Teams are names only in this world: GraphQL shows them, REST would want all of a team. */
function allowances(world: World, actors: readonly NamedActor[]): Json {
  const named = (kind: NamedActor["kind"]) =>
    new Set(actors.filter((actor) => actor.kind === kind).map(({ id }) => id));
  const [users, apps] = [named("user"), named("app")];
  return {
    users: world.accounts.filter(({ id }) => users.has(id)).map((account) => simpleUser(world, account)),
    apps: world.apps.filter(({ id }) => apps.has(id)).map((entry) => app(world, entry)),
    teams: [],
  };
}
