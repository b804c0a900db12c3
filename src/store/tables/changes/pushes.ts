import type { Account, BranchTip } from "../../../facts/facts.js";
import type { Queries } from "../../database.js";
import { toBigInt } from "../../numbers.js";
import type { HeadPush } from "../../store.js";
import { toAccount } from "../values.js";

export async function findPusher(
  queries: Queries,
  tenantId: number,
  { repositoryId, branch, oid }: BranchTip,
): Promise<Account | null> {
  const row = await queries.headPush.findUnique({
    where: {
      tenantId_repositoryId_branch_oid: {
        tenantId: toBigInt(tenantId),
        repositoryId: toBigInt(repositoryId),
        branch,
        oid,
      },
    },
  });
  return row && toAccount(row.pusherId, row.pusherLogin, row.pusherType);
}

/**
 * Notes who pushed. `fill`: only where nobody is noted, for what tells less than a push does. What is processed later
 * takes the place of what was processed before.
 */
export async function savePusher(queries: Queries, push: HeadPush, mode: "replace" | "fill"): Promise<void> {
  await queries.$executeRaw`
    INSERT INTO head_pushes AS known
      (tenant_id, repository_id, branch, oid, pusher_id, pusher_login, pusher_type, pushed_at)
    VALUES
      (${toBigInt(push.tenantId)}, ${toBigInt(push.repositoryId)}, ${push.branch}, ${push.oid},
       ${toBigInt(push.pusher.id)}, ${push.pusher.login}, ${push.pusher.type}, ${push.at}::timestamptz)
    ON CONFLICT (tenant_id, repository_id, branch, oid) DO UPDATE
      SET pusher_id = excluded.pusher_id, pusher_login = excluded.pusher_login,
          pusher_type = excluded.pusher_type, pushed_at = excluded.pushed_at
      WHERE ${mode === "replace"} AND known.pushed_at <= excluded.pushed_at`;
}
