import { bind, type Database, type Queries } from "../../database.js";
import type {
  GroupEnd,
  KnownMergeGroup,
  MergeGroupStore,
  MergeGroupTransaction,
  NewMergeGroup,
} from "../../ports/merge-group-store.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { MergeGroup as MergeGroupRow } from "../../prisma/client.js";
import type { CommitKey } from "../../store.js";
import { oneOf } from "../values.js";

const ENDS: Readonly<Record<GroupEnd, true>> = { merged: true, invalidated: true, dequeued: true };

/** Merge groups, outside of transactions. */
export function mergeGroupStoreOn(database: Database): MergeGroupStore {
  return {
    noteMergeGroup: (group) => database.use((queries) => note(queries, group, null)),
    endMergeGroup: (group, end) => database.use((queries) => note(queries, group, end)),
    findMergeGroup: database.bind(findMergeGroup),
  };
}

/** Merge groups as part of one transaction. */
export function mergeGroupTransactionOn(queries: Queries): MergeGroupTransaction {
  return {
    findMergeGroup: bind(queries, findMergeGroup),
    openMergeGroups: bind(queries, openMergeGroups),
    nameMergeGroup: bind(queries, nameMergeGroup),
  };
}

/** The first end that was told stays, and one that was told is never forgotten. */
async function note(queries: Queries, group: NewMergeGroup, ended: GroupEnd | null): Promise<void> {
  const { repository } = group;
  await queries.$executeRaw`
    INSERT INTO merge_groups AS known
      (tenant_id, repository_id, head_oid, repository_owner, repository_name, head_ref, base_ref, base_oid, ended, received_at)
    VALUES
      (${toBigInt(group.tenantId)}, ${toBigInt(repository.id)}, ${group.headOid}, ${repository.owner}, ${repository.name},
       ${group.headRef}, ${group.baseRef}, ${group.baseOid}, ${ended}, ${group.receivedAt}::timestamptz)
    ON CONFLICT (tenant_id, repository_id, head_oid) DO UPDATE SET ended = coalesce(known.ended, excluded.ended)`;
}

async function findMergeGroup(queries: Queries, commit: CommitKey): Promise<KnownMergeGroup | null> {
  const row = await queries.mergeGroup.findUnique({
    where: { tenantId_repositoryId_headOid: keyOf(commit) },
  });
  return row && toGroup(row);
}

async function openMergeGroups(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  baseRef: string,
): Promise<KnownMergeGroup[]> {
  const rows = await queries.mergeGroup.findMany({
    where: { tenantId: toBigInt(tenantId), repositoryId: toBigInt(repositoryId), baseRef, ended: null },
    orderBy: [{ receivedAt: "asc" }, { headOid: "asc" }],
  });
  return rows.map(toGroup);
}

async function nameMergeGroup(
  queries: Queries,
  commit: CommitKey,
  pullNumbers: readonly number[],
): Promise<void> {
  await queries.mergeGroup.update({
    where: { tenantId_repositoryId_headOid: keyOf(commit) },
    data: { pullNumbers: [...pullNumbers] },
  });
}

const keyOf = ({ tenantId, repositoryId, oid }: CommitKey) => ({
  tenantId: toBigInt(tenantId),
  repositoryId: toBigInt(repositoryId),
  headOid: oid,
});

function toGroup(row: MergeGroupRow): KnownMergeGroup {
  return {
    tenantId: toNumber(row.tenantId),
    repository: { id: toNumber(row.repositoryId), owner: row.repositoryOwner, name: row.repositoryName },
    headRef: row.headRef,
    headOid: row.headOid,
    baseRef: row.baseRef,
    baseOid: row.baseOid,
    pullNumbers: row.pullNumbers,
    ended: row.ended === null ? null : oneOf(ENDS, row.ended, "end of a merge group"),
    receivedAt: row.receivedAt,
  };
}
