import { searchLog } from "../world/audit-log.js";
import type { Json } from "../world/json.js";
import type { Account, AuditLogEntry } from "../world/model.js";
import { notFound } from "../world/refusal.js";
import { fullName } from "../world/world.js";
import { byCursor, text, type Handler, type RestRequest } from "./request.js";

/** What belongs to organizations themselves. */
export const organizations: Readonly<Record<string, Handler>> = {
  "orgs/get-audit-log": (request) => {
    const organization = organizationOf(request);
    if (!organization.enterprise) throw notFound();
    const found = searchLog(organization, String(request.query["phrase"] ?? ""));
    return byCursor(request, found, "after", (page) => page.map((entry) => entryJson(organization, entry)));
  },
};

/** An installation sees the organization that it is on. */
function organizationOf(request: RestRequest): Account {
  const { world, caller } = request;
  const account = world.account(text(request, "org"));
  const own = caller.kind !== "installation" || caller.installation.account === account;
  if (account?.type !== "Organization" || !own) throw notFound();
  return account;
}

function entryJson(organization: Account, { id, at, action, actor, repo, details }: AuditLogEntry): Json {
  const place = repo === null ? {} : { repo: fullName(repo), repo_id: repo.id, public_repo: !repo.private };
  return {
    "@timestamp": at,
    _document_id: id,
    action,
    actor: actor.login,
    actor_id: actor.id,
    actor_is_bot: actor.type === "Bot",
    created_at: at,
    operation_type: action.endsWith(".create") ? "create" : "remove",
    org: organization.login,
    org_id: organization.id,
    ...place,
    ...details,
  };
}
