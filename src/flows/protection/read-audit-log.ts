import type { LoggedChange } from "../../facts/audit-log.js";
import type { Installation } from "../../github/github.js";
import { heardAround, isTold } from "../../policy/drift/logged.js";
import type { KnownRepository, ProtectionChange } from "../../store/ports/branch-store.js";
import { installationOf, type FlowContext } from "../context.js";
import { toTold } from "./around-merge.js";
import { queueAudits } from "./queue-audits.js";

/** As far back as lost webhooks are asked for: whoever was away that long catches up. */
const LOOK_BACK_MS = 3 * 24 * 60 * 60_000;

/**
 * Reads the audit log of a tenant's organization, where it may be read, for changes of protection that no webhook told of.
 *
 * @throws CountersignError a `github-*` code
 */
export async function readAuditLog(
  context: FlowContext,
  { tenantId }: { readonly tenantId: number },
): Promise<void> {
  const installation = await installationOf(context, tenantId);
  if (installation !== null) await noteLogged(context, installation, tenantId);
}

/**
 * Keeps what the audit log tells and no webhook did, once an entry, as of when it happened, and has the branches that it
 * may concern audited. From then on it is one more change that was told.
 *
 * @throws CountersignError a `github-*` code
 */
export async function noteLogged(
  { store, clock, logger }: FlowContext,
  { auditLog }: Installation,
  tenantId: number,
): Promise<void> {
  const tenant = await store.findTenant(tenantId);
  if (tenant === null) return;
  const now = clock.now();
  const logged = await auditLog.protectionChanges(tenant.login, new Date(now.getTime() - LOOK_BACK_MS));
  if (logged === null || logged.length === 0) return;
  const known = await store.listRepositories(tenantId);
  for (const entry of logged) {
    const repositoryId = placeOf(entry, known);
    if (repositoryId === undefined) continue;
    const change = changeOf(entry, { tenantId, repositoryId, receivedAt: now });
    const heard = await store.protectionChanges(tenantId, repositoryId, ...heardAround(entry.at));
    if (heard.some(({ guid }) => guid === change.guid) || isTold(toTold(change), heard.map(toTold))) continue;
    await store.noteProtectionChange(change);
    await queueAudits(store, tenantId, repositoryId);
    logger.warn(
      { tenantId, repositoryId },
      "The audit log has a change of protection that no webhook told of",
    );
  }
}

/** The id of the repository that an entry is of, `null` for the organization; `undefined`: of none that is watched. */
function placeOf({ repository }: LoggedChange, known: readonly KnownRepository[]): number | null | undefined {
  if (repository === null) return null;
  const { id, fullName } = repository;
  return known.find(({ repository: { id: knownId, owner, name } }) =>
    id === null ? `${owner}/${name}`.toLowerCase() === fullName.toLowerCase() : knownId === id,
  )?.repository.id;
}

const changeOf = (
  { id, at, kind, action, name, by }: LoggedChange,
  place: Pick<ProtectionChange, "tenantId" | "repositoryId" | "receivedAt">,
): ProtectionChange => ({
  ...place,
  guid: `audit-log:${id}`,
  kind,
  action,
  name,
  by,
  occurredAt: at,
  source: "audit-log",
});
