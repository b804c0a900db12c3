import type { BranchKey } from "../ports/branch-store.js";
import type { Queries } from "../database.js";
import { toBigInt, toNumber } from "../numbers.js";
import type { Record as RecordRow } from "../prisma/client.js";
import type { NewRecord, RecordKind, StoredRecord } from "../store.js";
import { oneOf, toRepository } from "./values.js";

const KINDS: Readonly<Record<RecordKind, true>> = {
  merge: true,
  push: true,
  baseline: true,
  "break-glass": true,
  "break-glass-sealed": true,
  "break-glass-refused": true,
  "break-glass-issue": true,
  "protection-drift": true,
  "merge-reassessed": true,
};

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

/** The record of this kind about a change, or about a step of a case. */
export async function findRecord(
  queries: Queries,
  tenantId: number,
  kind: RecordKind,
  changeKey: string,
): Promise<StoredRecord | null> {
  const row = await queries.record.findUnique({
    where: { tenantId_kind_changeKey: { tenantId: toBigInt(tenantId), kind, changeKey } },
  });
  return row && toRecord(row);
}

/** Merges into a branch with all gates passed, also by what was found later, that occurred after `since`, in the order of their records. */
export async function gatedMerges(
  queries: Queries,
  { tenantId, repositoryId, branch }: BranchKey,
  since: Date,
): Promise<StoredRecord[]> {
  const rows = await queries.record.findMany({
    where: {
      tenantId: toBigInt(tenantId),
      repositoryId: toBigInt(repositoryId),
      branch,
      kind: "merge",
      bypass: false,
      occurredAt: { gt: since },
    },
    orderBy: { position: "asc" },
  });
  const keys = await reassessedAmong(
    queries,
    tenantId,
    rows.map(({ changeKey }) => changeKey),
  );
  return rows.filter(({ changeKey }) => !keys.has(changeKey)).map(toRecord);
}

/** Those of some merges that were found afterwards to have landed while protection was not what the policy asks. */
async function reassessedAmong(
  queries: Queries,
  tenantId: number,
  changeKeys: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await queries.record.findMany({
    where: {
      tenantId: toBigInt(tenantId),
      kind: "merge-reassessed",
      bypass: true,
      changeKey: { in: [...changeKeys] },
    },
    select: { changeKey: true },
  });
  return new Set(rows.map(({ changeKey }) => changeKey));
}

/** Records of pushes to this branch that led to one of these commits, or deleted the branch at it, in their order. */
export async function pushRecordsAt(
  queries: Queries,
  { tenantId, repositoryId, branch }: BranchKey,
  oids: readonly string[],
): Promise<StoredRecord[]> {
  const rows = await queries.record.findMany({
    where: {
      tenantId: toBigInt(tenantId),
      repositoryId: toBigInt(repositoryId),
      branch,
      kind: "push",
      commitOid: { in: [...oids] },
    },
    orderBy: { position: "asc" },
  });
  return rows.map(toRecord);
}

/** Records of merges and pushes that landed on a branch after the first and not after the second instant, at most 1,000. */
export async function landedBetween(
  queries: Queries,
  { tenantId, repositoryId, branch }: BranchKey,
  after: Date,
  until: Date,
): Promise<StoredRecord[]> {
  const rows = await queries.record.findMany({
    where: {
      tenantId: toBigInt(tenantId),
      repositoryId: toBigInt(repositoryId),
      branch,
      kind: { in: ["merge", "push"] },
      occurredAt: { gt: after, lte: until },
    },
    orderBy: [{ occurredAt: "asc" }, { position: "asc" }],
    take: 1_000,
  });
  return rows.map(toRecord);
}

/** Merges into a branch whose record says that all gates had passed, and whose facts were read at `since` or later. */
export async function passedSince(
  queries: Queries,
  { tenantId, repositoryId, branch }: BranchKey,
  since: Date,
): Promise<StoredRecord[]> {
  const rows = await queries.record.findMany({
    where: {
      tenantId: toBigInt(tenantId),
      repositoryId: toBigInt(repositoryId),
      branch,
      kind: "merge",
      bypass: false,
      observedAt: { gte: since },
    },
    orderBy: { position: "asc" },
  });
  return rows.map(toRecord);
}

/**
 * The records of a case in their order: those of the kinds `break-glass…` whose key is the case's id, alone or before
 * a slash. The conditions are those of the index `records_of_case`.
 */
export async function recordsOfCase(
  queries: Queries,
  tenantId: number,
  caseId: string,
): Promise<StoredRecord[]> {
  const tenant = toBigInt(tenantId);
  const found = await queries.$queryRaw<{ position: bigint }[]>`
    SELECT position FROM records
     WHERE tenant_id = ${tenant} AND split_part(change_key, '/', 1) = ${caseId} AND kind LIKE 'break-glass%'`;
  const rows = await queries.record.findMany({
    where: { tenantId: tenant, position: { in: found.map(({ position }) => position) } },
    orderBy: { position: "asc" },
  });
  return rows.map(toRecord);
}

/** How many changes landed on a repository's branches since then, and how many of those around the gates. */
export async function countChanges(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  since: Date,
): Promise<{ readonly changes: number; readonly bypasses: number }> {
  const [counted] = await queries.$queryRaw<{ changes: bigint; bypasses: bigint }[]>`
    SELECT count(*) FILTER (WHERE kind <> 'merge-reassessed') AS changes,
           count(*) FILTER (WHERE bypass) AS bypasses FROM records
     WHERE tenant_id = ${toBigInt(tenantId)} AND repository_id = ${toBigInt(repositoryId)}
       AND kind IN ('merge', 'push', 'merge-reassessed') AND occurred_at >= ${since}::timestamptz`;
  return { changes: toNumber(counted?.changes ?? 0n), bypasses: toNumber(counted?.bypasses ?? 0n) };
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
    kind: oneOf(KINDS, row.kind, "kind of record"),
    changeKey: row.changeKey,
    repository: toRepository(row),
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
