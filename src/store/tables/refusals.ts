import type { Queries } from "../database.js";
import { toBigInt, toNumber } from "../numbers.js";
import type { RefusalQuery } from "../store.js";

/**
 * How many commands were refused that someone gave in comments on an issue or pull request: by themselves, or as a step of
 * a case. The records tell it, which nobody can take back.
 */
export async function countRefusals(queries: Queries, of: RefusalQuery): Promise<number> {
  const [counted] = await queries.$queryRaw<{ refused: bigint }[]>`
    SELECT count(*) AS refused
      FROM (SELECT kind, body::json AS body FROM records
             WHERE tenant_id = ${toBigInt(of.tenantId)} AND repository_id = ${toBigInt(of.repositoryId)}
               AND kind IN ('break-glass', 'break-glass-refused') AND occurred_at >= ${of.since}::timestamptz) AS recent
     WHERE body #>> '{by,id}' = ${String(of.authorId)}
       AND body #>> '{refusal,rule}' IS NOT NULL
       AND coalesce(body #>> '{comment,url}', body #>> '{event,source,url}') <> ${of.exceptUrl}
       AND (body #>> '{comment,on}' = ${String(of.number)}
            OR body #>> '{event,source,url}' LIKE ${`%/${of.number}#issuecomment-%`})`;
  return toNumber(counted?.refused ?? 0n);
}
