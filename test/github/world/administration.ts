import { installation as installationJson, organization, simpleUser } from "../render/accounts.js";
import { briefRepository, ruleset as rulesetJson } from "../render/repository.js";
import { log } from "./audit-log.js";
import { tell } from "./telling.js";
import type { Json } from "./json.js";
import type { Account, App, ClassicRule, Installation, Repo, Ruleset } from "./model.js";
import type { World } from "./world.js";

/** Installs an app on an account; on all of its repositories where none are named. */
export function install(
  world: World,
  app: App,
  account: Account,
  repositories: readonly Repo[] | null,
): Installation {
  const installation: Installation = {
    id: world.id(),
    app,
    account,
    selection: repositories === null ? "all" : "selected",
    repositories: new Set(repositories?.map(({ id }) => id)),
    permissions: app.permissions,
    suspendedBy: null,
    suspendedAt: null,
    createdAt: world.now(),
    updatedAt: world.now(),
  };
  world.installations.push(installation);
  tellInstallation(world, installation, "created", {
    repositories: reached(world, installation),
    requester: null,
  });
  return installation;
}

export function uninstall(world: World, installation: Installation): void {
  tellInstallation(world, installation, "deleted", {
    repositories: reached(world, installation),
    requester: null,
  });
  world.installations.splice(world.installations.indexOf(installation), 1);
}

export function suspend(world: World, installation: Installation, by: Account): void {
  Object.assign(installation, { suspendedBy: by, suspendedAt: world.now() });
  tellInstallation(world, installation, "suspend", {});
}

export function unsuspend(world: World, installation: Installation): void {
  Object.assign(installation, { suspendedBy: null, suspendedAt: null });
  tellInstallation(world, installation, "unsuspend", {});
}

/** The account's owner accepts the permissions that the app asks for now. */
export function acceptPermissions(
  world: World,
  installation: Installation,
  permissions: Installation["permissions"],
): void {
  Object.assign(installation, { permissions, updatedAt: world.now() });
  tellInstallation(world, installation, "new_permissions_accepted", { requester: null });
}

/** Adds repositories to, or removes them from, an installation that names its repositories. */
export function selectRepositories(
  world: World,
  installation: Installation,
  action: "added" | "removed",
  repositories: readonly Repo[],
): void {
  for (const { id } of repositories) {
    if (action === "added") installation.repositories.add(id);
    else installation.repositories.delete(id);
  }
  const changed = repositories.map(briefRepository);
  emit(world, installation, "installation_repositories", action, {
    repository_selection: installation.selection,
    repositories_added: action === "added" ? changed : [],
    repositories_removed: action === "removed" ? changed : [],
    requester: null,
  });
}

function reached(world: World, installation: Installation): Json[] {
  const { selection, repositories, account } = installation;
  const all = world.repositories.filter(({ owner }) => owner === account);
  return all.filter(({ id }) => selection === "all" || repositories.has(id)).map(briefRepository);
}

function tellInstallation(world: World, installation: Installation, action: string, details: Json): void {
  emit(world, installation, "installation", action, details);
}

function emit(world: World, installation: Installation, name: string, action: string, details: Json): void {
  const { account } = installation;
  const payload = {
    action,
    installation: installationJson(world, installation),
    ...details,
    ...(account.type === "Organization" ? { organization: organization(world, account) } : {}),
    sender: simpleUser(world, account),
  };
  world.emit({ name, action, account, repo: null, installation, payload });
}

export function addProtection(world: World, repo: Repo, rule: ClassicRule, actor: Account): void {
  repo.protections.push(rule);
  tellProtection(world, repo, rule, actor, "created");
}

export function removeProtection(world: World, repo: Repo, rule: ClassicRule, actor: Account): void {
  repo.protections.splice(repo.protections.indexOf(rule), 1);
  tellProtection(world, repo, rule, actor, "deleted");
}

/** Gives a rule other settings: one webhook tells of them all, the audit log has an entry for each. */
export function editProtection(
  world: World,
  repo: Repo,
  { rule, settings }: { readonly rule: ClassicRule; readonly settings: ProtectionSettings },
  actor: Account,
): ClassicRule {
  const edited = { ...rule, ...settings };
  repo.protections.splice(repo.protections.indexOf(rule), 1, edited);
  for (const [setting, operation] of Object.entries(SETTINGS)) {
    if (!Object.hasOwn(settings, setting)) continue;
    const details = { name: rule.pattern };
    log(world, repo.owner, actor, { action: `protected_branch.${operation}`, repo, details });
  }
  const told = { rule: protectionJson(repo, edited), changes: {} };
  tell(world, repo, actor, "branch_protection_rule", "edited", told);
  return edited;
}

const SETTINGS = {
  adminEnforced: "update_admin_enforced",
  pullRequest: "update_pull_request_reviews_enforcement_level",
  checks: "update_required_status_checks_enforcement_level",
  signatures: "update_signature_requirement_enforcement_level",
} as const;
export type ProtectionSettings = Partial<Pick<ClassicRule, keyof typeof SETTINGS>>;

/** What the audit log calls what webhooks call otherwise. */
const OPERATIONS = { created: "create", deleted: "destroy" } as const;
type Action = keyof typeof OPERATIONS;

function tellProtection(world: World, repo: Repo, rule: ClassicRule, actor: Account, action: Action): void {
  log(world, repo.owner, actor, {
    action: `protected_branch.${OPERATIONS[action]}`,
    repo,
    details: { name: rule.pattern },
  });
  tell(world, repo, actor, "branch_protection_rule", action, { rule: protectionJson(repo, rule) });
}

function protectionJson(repo: Repo, rule: ClassicRule): Json {
  const level = (on: boolean) => (on ? "non_admins" : "off");
  return {
    id: rule.id,
    repository_id: repo.id,
    name: rule.pattern,
    created_at: rule.createdAt,
    updated_at: rule.createdAt,
    admin_enforced: rule.adminEnforced,
    allow_deletions_enforcement_level: level(rule.deletions),
    allow_force_pushes_enforcement_level: level(rule.forcePushes),
    authorized_actor_names: [],
    authorized_actors_only: false,
    authorized_dismissal_actors_only: false,
    dismiss_stale_reviews_on_push: rule.pullRequest?.dismissStale ?? false,
    ignore_approvals_from_contributors: false,
    linear_history_requirement_enforcement_level: "off",
    lock_branch_enforcement_level: "off",
    merge_queue_enforcement_level: "off",
    pull_request_reviews_enforcement_level: level(rule.pullRequest !== null),
    require_code_owner_review: rule.pullRequest?.codeOwners ?? false,
    require_last_push_approval: rule.pullRequest?.lastPushApproval ?? false,
    required_approving_review_count: rule.pullRequest?.approvals ?? 0,
    required_conversation_resolution_level: "off",
    required_deployments_enforcement_level: "off",
    required_status_checks: (rule.checks ?? []).map(({ context }) => context),
    required_status_checks_enforcement_level: level(rule.checks !== null),
    signature_requirement_enforcement_level: level(rule.signatures),
    strict_required_status_checks_policy: rule.strictChecks,
  };
}

/** Adds a ruleset to its source; an organization's is told for each repository's installations once. */
export function addRuleset(world: World, ruleset: Ruleset, actor: Account): void {
  holder(ruleset).push(ruleset);
  tellRuleset(world, ruleset, actor, "created");
}

export function removeRuleset(world: World, ruleset: Ruleset, actor: Account): void {
  const rulesets = holder(ruleset);
  rulesets.splice(rulesets.indexOf(ruleset), 1);
  tellRuleset(world, ruleset, actor, "deleted");
}

function holder({ source }: Ruleset): Ruleset[] {
  return source.kind === "repository" ? source.repo.rulesets : source.account.rulesets;
}

function tellRuleset(world: World, ruleset: Ruleset, actor: Account, action: Action): void {
  const { source } = ruleset;
  const repo = source.kind === "repository" ? source.repo : null;
  log(world, source.kind === "repository" ? source.repo.owner : source.account, actor, {
    action: `repository_ruleset.${OPERATIONS[action]}`,
    repo,
    details: {
      ruleset_id: ruleset.id,
      ruleset_name: ruleset.name,
      ruleset_source_type: repo === null ? "Organization" : "Repository",
    },
  });
  const details = { repository_ruleset: rulesetJson(ruleset) };
  if (source.kind === "repository") {
    tell(world, source.repo, actor, "repository_ruleset", action, details);
    return;
  }
  const payload = {
    action,
    ...details,
    organization: organization(world, source.account),
    sender: simpleUser(world, actor),
  };
  world.emit({
    name: "repository_ruleset",
    action,
    account: source.account,
    repo: null,
    installation: null,
    payload,
  });
}
