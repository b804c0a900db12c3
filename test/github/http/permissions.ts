import type { Access, Role } from "../world/model.js";
import { Refusal } from "../world/refusal.js";
import type { Caller } from "./access.js";

/** What a caller needs for an operation: an app's JWT, nothing beyond a credential, or one of several permissions. */
export type Need = "jwt" | "anyone" | readonly Permission[];

interface Permission {
  readonly name: string;
  readonly access: Access;
}

const metadata: Need = [{ name: "metadata", access: "read" }];
const read = (...names: string[]): Need => names.map((name) => ({ name, access: "read" }));
const write = (...names: string[]): Need => names.map((name) => ({ name, access: "write" }));

/**
 * Permission by REST operation, as GitHub documents it in "Permissions required for GitHub Apps". Where several are
 * named, one is enough. An operation that is not here is refused.
 */
const NEEDS: Readonly<Record<string, Need>> = {
  "apps/create-installation-access-token": "jwt",
  "apps/get-authenticated": "jwt",
  "apps/get-by-slug": "anyone",
  "apps/get-installation": "jwt",
  "apps/get-org-installation": "jwt",
  "apps/get-repo-installation": "jwt",
  "apps/get-webhook-delivery": "jwt",
  "apps/list-installations": "jwt",
  "apps/list-repos-accessible-to-installation": metadata,
  "apps/list-webhook-deliveries": "jwt",
  "apps/redeliver-webhook-delivery": "jwt",
  "checks/create": write("checks"),
  "checks/get": read("checks"),
  "checks/list-annotations": read("checks"),
  "checks/list-for-ref": read("checks"),
  "checks/update": write("checks"),
  "code-scanning/list-alerts-for-repo": read("security_events"),
  "code-scanning/list-recent-analyses": read("security_events"),
  "git/create-ref": write("contents"),
  "git/get-blob": read("contents"),
  "git/get-commit": read("contents"),
  "git/get-ref": read("contents"),
  "git/get-tree": read("contents"),
  // With `pull_requests` alone only on the number of a pull request: its handlers see to that.
  "issues/create": write("issues"),
  "issues/create-comment": write("issues", "pull_requests"),
  "issues/get": read("issues", "pull_requests"),
  "issues/get-comment": read("issues", "pull_requests"),
  "issues/list-comments": read("issues", "pull_requests"),
  "issues/list-for-repo": read("issues"),
  "issues/update": write("issues", "pull_requests"),
  "orgs/get-audit-log": read("organization_administration"),
  "pulls/create": write("pull_requests"),
  "pulls/create-review": write("pull_requests"),
  "pulls/dismiss-review": write("pull_requests"),
  "pulls/get": read("pull_requests"),
  "pulls/list": read("pull_requests"),
  "pulls/list-commits": read("pull_requests"),
  "pulls/list-reviews": read("pull_requests"),
  "pulls/merge": write("contents"),
  "pulls/update": write("pull_requests"),
  "rate-limit/get": "anyone",
  "repos/compare-commits-with-basehead": read("contents"),
  "repos/create-commit-status": write("statuses"),
  "repos/get": metadata,
  "repos/get-branch-protection": read("administration"),
  "repos/get-branch-rules": metadata,
  "repos/get-collaborator-permission-level": metadata,
  "repos/get-commit": read("contents"),
  "repos/get-content": read("contents"),
  "repos/list-activities": read("contents"),
  "repos/list-commit-statuses-for-ref": read("statuses"),
  "repos/list-pull-requests-associated-with-commit": read("pull_requests"),
  "users/get-by-username": "anyone",
  "users/list-gpg-keys-for-user": "anyone",
  "users/list-ssh-signing-keys-for-user": "anyone",
};

/** @throws Refusal 401 for the wrong kind of credential, 403 for a missing permission */
export function checkPermission(operation: string, caller: Caller, role: Role | null): void {
  const need = NEEDS[operation];
  if (need === undefined) throw new Refusal(403, `no permission is known for ${operation}`);
  if (need === "jwt" || caller.kind === "app") {
    if (need === "jwt" && caller.kind === "app") return;
    throw new Refusal(
      need === "jwt" ? 401 : 403,
      need === "jwt" ? "A JSON web token could not be decoded" : "Resource not accessible by integration",
    );
  }
  if (need === "anyone") return;
  if (caller.kind === "user") checkRole(operation, need, role);
  else if (!need.some((permission) => holds(caller.grant.permissions, permission))) {
    throw new Refusal(403, "Resource not accessible by integration");
  }
}

/** Whether `granted` covers a permission; write covers read. */
export function holds(granted: Readonly<Record<string, Access>>, { name, access }: Permission): boolean {
  const has = granted[name];
  return has === "write" || has === access;
}

const ADMIN = new Set(["repos/get-branch-protection"]);
/** Writes that need no more than read access of a person. */
const OPEN_TO_READERS = new Set([
  "pulls/create",
  "pulls/create-review",
  "pulls/update",
  "issues/create",
  "issues/create-comment",
  "issues/update",
]);

function checkRole(operation: string, need: readonly Permission[], role: Role | null): void {
  const writes = need.some(({ access }) => access === "write") && !OPEN_TO_READERS.has(operation);
  const enough = ADMIN.has(operation)
    ? role === "admin"
    : !writes || ["write", "maintain", "admin"].includes(role ?? "");
  if (!enough) throw new Refusal(403, "Must have admin rights to Repository.");
}

/** Permission without which GitHub does not let an app subscribe to an event. */
const EVENT_NEEDS: Readonly<Record<string, string>> = {
  branch_protection_rule: "administration",
  check_run: "checks",
  check_suite: "checks",
  code_scanning_alert: "security_events",
  issue_comment: "issues",
  issues: "issues",
  member: "members",
  membership: "members",
  merge_group: "merge_queues",
  organization: "members",
  pull_request: "pull_requests",
  pull_request_review: "pull_requests",
  push: "contents",
  repository: "metadata",
  repository_ruleset: "metadata",
  status: "statuses",
  team: "members",
  team_add: "members",
};

/** Events that an app gets without subscribing. */
export const ALWAYS_SENT: ReadonlySet<string> = new Set([
  "ping",
  "installation",
  "installation_repositories",
  "installation_target",
]);

/** What is wrong with an app's manifest: events that its permissions do not reach. */
export function manifestErrors(
  permissions: Readonly<Record<string, Access>>,
  events: readonly string[],
): string[] {
  return events.flatMap((event) => {
    const need = EVENT_NEEDS[event];
    if (ALWAYS_SENT.has(event)) return [`${event} is always sent and cannot be subscribed to`];
    if (need === undefined || need === "metadata" || permissions[need] !== undefined) return [];
    if (event === "issue_comment" && permissions["pull_requests"] !== undefined) return [];
    return [`${event} needs the permission ${need}`];
  });
}
