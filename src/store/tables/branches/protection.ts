import { z } from "zod";
import type { ProtectionChange } from "../../branch-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { ProtectionChange as ChangeRow } from "../../prisma/client.js";
import { oneOf, toAccount, toNullableBigInt } from "../values.js";

const KINDS: Readonly<Record<ProtectionChange["kind"], true>> = { classic: true, ruleset: true };
const ACTIONS: Readonly<Record<ProtectionChange["action"], true>> = {
  created: true,
  edited: true,
  deleted: true,
};

/** Keeps a change of protection as its webhook told it, once a GUID. */
export async function noteProtectionChange(queries: Queries, change: ProtectionChange): Promise<void> {
  const { by } = change;
  await queries.$executeRaw`
    INSERT INTO protection_changes
      (tenant_id, guid, repository_id, kind, action, name, by_id, by_login, by_type, received_at)
    VALUES
      (${toBigInt(change.tenantId)}, ${change.guid}, ${toNullableBigInt(change.repositoryId)}::bigint, ${change.kind},
       ${change.action}, ${JSON.stringify(change.name)}::json, ${toNullableBigInt(by?.id ?? null)}::bigint,
       ${by?.login ?? null}, ${by?.type ?? null}, ${change.receivedAt}::timestamptz)
    ON CONFLICT (tenant_id, guid) DO NOTHING`;
}

/** Changes of a repository's protection, its organization's included, heard of in this span (both ends in it). */
export async function protectionChanges(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  from: Date,
  to: Date,
): Promise<ProtectionChange[]> {
  const rows = await queries.protectionChange.findMany({
    where: {
      tenantId: toBigInt(tenantId),
      OR: [{ repositoryId: toBigInt(repositoryId) }, { repositoryId: null }],
      receivedAt: { gte: from, lte: to },
    },
    orderBy: [{ receivedAt: "asc" }, { guid: "asc" }],
  });
  return rows.map(toChange);
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
  };
}
