import type { UsedRevision } from "../../facts/control-files.js";
import { bind, type Database, type Queries } from "../database.js";
import { toBigInt } from "../numbers.js";
import type { PolicyPlace, PolicyStore, PolicyTransaction } from "../ports/policy-store.js";

/** Revisions of policy files, outside of transactions. */
export function policyStoreOn(database: Database): PolicyStore {
  return {
    newestRevision: database.bind(newestRevision),
    useRevision: database.bind(useRevision),
  };
}

/** Revisions of policy files as part of one transaction. */
export function policyTransactionOn(queries: Queries): PolicyTransaction {
  return {
    newestRevision: bind(queries, newestRevision),
    useRevision: bind(queries, useRevision),
  };
}

async function newestRevision(
  queries: Queries,
  place: PolicyPlace,
  asOf: Date | null,
): Promise<UsedRevision | null> {
  const row = await queries.policyRevision.findFirst({
    where: { ...columnsOf(place), ...(asOf !== null && { usedAt: { lte: asOf } }) },
    orderBy: { revision: "desc" },
  });
  if (row === null) return null;
  const { revision, digest, commitOid, usedAt } = row;
  return { revision, digest, commitOid, usedAt: usedAt.toISOString() };
}

/** Whoever is first stays, so of two files with one revision only one can ever judge. */
async function useRevision(queries: Queries, place: PolicyPlace, used: UsedRevision): Promise<UsedRevision> {
  const { tenantId, repositoryId, branch } = columnsOf(place);
  await queries.$executeRaw`
    INSERT INTO policy_revisions (tenant_id, repository_id, branch, revision, digest, commit_oid, used_at)
    SELECT ${tenantId}, ${repositoryId}, ${branch}, ${used.revision}, ${used.digest}, ${used.commitOid},
           ${used.usedAt}::timestamptz
     WHERE NOT EXISTS (
       SELECT FROM policy_revisions
        WHERE tenant_id = ${tenantId} AND repository_id = ${repositoryId} AND branch = ${branch}
          AND revision >= ${used.revision})
    ON CONFLICT (tenant_id, repository_id, branch, revision) DO NOTHING`;
  return (await newestRevision(queries, place, null)) ?? used;
}

const columnsOf = ({ tenantId, of }: PolicyPlace) => ({
  tenantId: toBigInt(tenantId),
  repositoryId: toBigInt(of?.repositoryId ?? 0),
  branch: of?.branch ?? "",
});
