import { z } from "zod";
import type { BranchKey, ProtectionChange } from "../../ports/branch-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { ProtectionChange as ChangeRow } from "../../prisma/client.js";
import { oneOf, toAccount, toNullableBigInt } from "../values.js";

const KINDS: Readonly<Record<ProtectionChange["kind"], true>> = { classic: true, ruleset: true };
const SOURCES: Readonly<Record<ProtectionChange["source"], true>> = { webhook: true, "audit-log": true };
const ACTIONS: Readonly<Record<ProtectionChange["action"], true>> = {
  created: true,
  edited: true,
  deleted: true,
};

/** Keeps a change of protection as it was told, once a GUID. */
export async function noteProtectionChange(queries: Queries, change: ProtectionChange): Promise<void> {
  const { by } = change;
  await queries.$executeRaw`
    INSERT INTO protection_changes
      (tenant_id, guid, repository_id, kind, action, name, by_id, by_login, by_type, received_at, occurred_at, source)
    VALUES
      (${toBigInt(change.tenantId)}, ${change.guid}, ${toNullableBigInt(change.repositoryId)}::bigint, ${change.kind},
       ${change.action}, ${JSON.stringify(change.name)}::json, ${toNullableBigInt(by?.id ?? null)}::bigint,
       ${by?.login ?? null}, ${by?.type ?? null}, ${change.receivedAt}::timestamptz,
       ${change.occurredAt}::timestamptz, ${change.source})
    ON CONFLICT (tenant_id, guid) DO NOTHING`;
}

/** Changes of a repository's protection, its organization's included, that happened or were heard of in this span. */
export async function protectionChanges(
  queries: Queries,
  tenantId: number,
  repositoryId: number | null,
  from: Date,
  to: Date,
): Promise<ProtectionChange[]> {
  const rows = await queries.protectionChange.findMany({
    where: {
      tenantId: toBigInt(tenantId),
      AND: [
        { OR: [{ repositoryId: toNullableBigInt(repositoryId) }, { repositoryId: null }] },
        { OR: [{ receivedAt: { gte: from, lte: to } }, { occurredAt: { gte: from, lte: to } }] },
      ],
    },
    orderBy: [{ receivedAt: "asc" }, { guid: "asc" }],
  });
  return rows.map(toChange);
}

/** Those that a branch's audits have not taken account of, the oldest first. */
export async function unauditedChanges(
  queries: Queries,
  { tenantId, repositoryId, branch }: BranchKey,
): Promise<ProtectionChange[]> {
  const tenant = toBigInt(tenantId);
  const repository = toBigInt(repositoryId);
  const found = await queries.$queryRaw<{ guid: string }[]>`
    SELECT guid FROM protection_changes AS change
     WHERE tenant_id = ${tenant} AND (repository_id = ${repository} OR repository_id IS NULL)
       AND NOT EXISTS (SELECT FROM audited_changes AS audited
                        WHERE audited.tenant_id = ${tenant} AND audited.repository_id = ${repository}
                          AND audited.branch = ${branch} AND audited.guid = change.guid)`;
  const rows = await queries.protectionChange.findMany({
    where: { tenantId: tenant, guid: { in: found.map(({ guid }) => guid) } },
    orderBy: [{ receivedAt: "asc" }, { guid: "asc" }],
  });
  return rows.map(toChange);
}

/** Notes that a branch's audits have taken account of these. */
export async function noteAudited(
  queries: Queries,
  { tenantId, repositoryId, branch }: BranchKey,
  guids: readonly string[],
): Promise<void> {
  await queries.$executeRaw`
    INSERT INTO audited_changes (tenant_id, repository_id, branch, guid)
    SELECT ${toBigInt(tenantId)}, ${toBigInt(repositoryId)}, ${branch}, guid FROM unnest(${[...guids]}::text[]) AS guid
    ON CONFLICT (tenant_id, repository_id, branch, guid) DO NOTHING`;
}

function toChange(row: ChangeRow): ProtectionChange {
  return {
    guid: row.guid,
    tenantId: toNumber(row.tenantId),
    repositoryId: row.repositoryId === null ? null : toNumber(row.repositoryId),
    kind: oneOf(KINDS, row.kind, "kind of protection"),
    action: oneOf(ACTIONS, row.action, "change of protection"),
    name: z.string().parse(row.name),
    by: toAccount(row.byId, row.byLogin, row.byType),
    receivedAt: row.receivedAt,
    occurredAt: row.occurredAt,
    source: oneOf(SOURCES, row.source, "source of a change"),
  };
}
