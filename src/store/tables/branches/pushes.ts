import type { NewPush } from "../../ports/branch-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { BranchPush as PushRow } from "../../prisma/client.js";
import { toAccount, toNullableBigInt, toRepository } from "../values.js";

/** Keeps a push as its webhook told it, once a GUID. */
export async function notePush(queries: Queries, push: NewPush): Promise<void> {
  const { repository, pusher } = push;
  await queries.$executeRaw`
    INSERT INTO branch_pushes
      (tenant_id, guid, repository_id, repository_owner, repository_name, branch, before, after, forced, pusher_id,
       pusher_login, pusher_type, pushed_at, received_at)
    VALUES
      (${toBigInt(push.tenantId)}, ${push.guid}, ${toBigInt(push.repositoryId)}, ${repository.owner},
       ${repository.name}, ${push.branch}, ${push.before}, ${push.after}, ${push.forced},
       ${toNullableBigInt(pusher?.id ?? null)}::bigint, ${pusher?.login ?? null}, ${pusher?.type ?? null},
       ${push.pushedAt}::timestamptz, ${push.receivedAt}::timestamptz)
    ON CONFLICT (tenant_id, guid) DO NOTHING`;
}

/** Pushes to a branch that were not accounted for yet, in the order in which they came. */
export async function unsettledPushes(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  branch: string,
): Promise<NewPush[]> {
  const rows = await queries.branchPush.findMany({
    where: {
      tenantId: toBigInt(tenantId),
      repositoryId: toBigInt(repositoryId),
      branch,
      settledAt: null,
    },
    orderBy: [{ receivedAt: "asc" }, { sequence: "asc" }],
  });
  return rows.map(toPush);
}

/** Notes that these pushes of a tenant are accounted for. */
export async function settlePushes(
  queries: Queries,
  tenantId: number,
  guids: readonly string[],
  at: Date,
): Promise<void> {
  await queries.$executeRaw`
    UPDATE branch_pushes SET settled_at = ${at}::timestamptz
     WHERE tenant_id = ${toBigInt(tenantId)} AND guid = ANY (${[...guids]}::text[]) AND settled_at IS NULL`;
}

function toPush(row: PushRow): NewPush {
  return {
    guid: row.guid,
    tenantId: toNumber(row.tenantId),
    repositoryId: toNumber(row.repositoryId),
    repository: toRepository(row),
    branch: row.branch,
    before: row.before,
    after: row.after,
    forced: row.forced,
    pusher: toAccount(row.pusherId, row.pusherLogin, row.pusherType),
    pushedAt: row.pushedAt,
    receivedAt: row.receivedAt,
  };
}
