import { CountersignError } from "../../errors.js";
import type { Queries } from "../database.js";
import { toBigInt, toNumber } from "../numbers.js";
import type { Record as RecordRow } from "../prisma/client.js";
import type { NewRecord, StoredRecord } from "../store.js";

/**
 * Appends to the tenant's records, unless one for the same change is there. The position is given by the database
 * (trigger `records_position`), which also lets appends of one tenant follow one another.
 */
export async function appendRecord(
  queries: Queries,
  record: NewRecord,
  recordedAt: Date,
): Promise<"appended" | "exists"> {
  const appended = await queries.$executeRaw`
    INSERT INTO records
      (tenant_id, kind, change_key, repository_id, repository_owner, repository_name, branch, pull_number, head_oid,
       commit_oid, outcome, bypass, policy_digest, controls, occurred_at, observed_at, recorded_at, body, digest)
    VALUES
      (${toBigInt(record.tenantId)}, ${record.kind}, ${record.changeKey}, ${toBigInt(record.repository.id)},
       ${record.repository.owner}, ${record.repository.name}, ${record.branch}, ${record.pullNumber},
       ${record.headOid}, ${record.commitOid}, ${record.outcome}, ${record.bypass}, ${record.policyDigest},
       ${[...record.controls]}::text[], ${record.occurredAt}::timestamptz, ${record.observedAt}::timestamptz,
       ${recordedAt}::timestamptz, ${record.body}, ${record.digest})
    ON CONFLICT (tenant_id, kind, change_key) DO NOTHING`;
  return appended > 0 ? "appended" : "exists";
}

/** The merge record of a pull request: the first, should a number ever have been recorded twice. */
export async function findMergeRecord(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  pullNumber: number,
): Promise<StoredRecord | null> {
  const row = await queries.record.findFirst({
    where: { tenantId: toBigInt(tenantId), repositoryId: toBigInt(repositoryId), pullNumber, kind: "merge" },
    orderBy: { position: "asc" },
  });
  return row && toRecord(row);
}

/** A tenant's records in their order, from position `from` on, at most `limit`. */
export async function listRecords(
  queries: Queries,
  tenantId: number,
  from: number,
  limit: number,
): Promise<StoredRecord[]> {
  const rows = await queries.record.findMany({
    where: { tenantId: toBigInt(tenantId), position: { gte: toBigInt(from) } },
    orderBy: { position: "asc" },
    take: limit,
  });
  return rows.map(toRecord);
}

function toRecord(row: RecordRow): StoredRecord {
  return {
    tenantId: toNumber(row.tenantId),
    position: toNumber(row.position),
    kind: recordKind(row.kind),
    changeKey: row.changeKey,
    repository: { id: toNumber(row.repositoryId), owner: row.repositoryOwner, name: row.repositoryName },
    branch: row.branch,
    pullNumber: row.pullNumber,
    headOid: row.headOid,
    commitOid: row.commitOid,
    outcome: row.outcome,
    bypass: row.bypass,
    policyDigest: row.policyDigest,
    controls: row.controls,
    occurredAt: row.occurredAt,
    observedAt: row.observedAt,
    recordedAt: row.recordedAt,
    body: row.body,
    digest: row.digest,
  };
}

function recordKind(kind: string): NewRecord["kind"] {
  if (kind === "merge") return kind;
  throw new CountersignError("invariant-broken", `"${kind}" is no kind of record that this version knows`);
}
