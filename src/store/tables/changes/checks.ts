import { z } from "zod";
import { CountersignError } from "../../../errors.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { CheckContent, CheckKey, CommitKey, PostOutcome, WantedCheck } from "../../store.js";

/** What is kept as JSON; the digest has its own column. */
const storedContent = z.object({
  conclusion: z.string(),
  title: z.string(),
  summary: z.string(),
  text: z.string(),
  annotations: z.array(z.unknown()),
  actions: z.array(z.unknown()).default([]),
});

/** States what a check run should say. True where this is news, and a new revision waits to be posted. */
export async function wantCheck(queries: Queries, check: CheckKey, content: CheckContent): Promise<boolean> {
  const { digest, ...stored } = content;
  const bumped = await queries.$executeRaw`
    INSERT INTO wanted_checks AS known (tenant_id, repository_id, oid, name, content, digest, revision)
    VALUES (${toBigInt(check.tenantId)}, ${toBigInt(check.repositoryId)}, ${check.oid}, ${check.name},
            ${JSON.stringify(stored)}::json, ${digest}, 1)
    ON CONFLICT (tenant_id, repository_id, oid, name) DO UPDATE
      SET content = excluded.content, digest = excluded.digest, revision = known.revision + 1
      WHERE known.digest <> excluded.digest`;
  return bumped > 0;
}

/** Check runs wanted on a commit, posted or not, by name. */
export async function wantedChecks(queries: Queries, commit: CommitKey): Promise<WantedCheck[]> {
  const rows = await queries.wantedCheck.findMany({
    where: {
      tenantId: toBigInt(commit.tenantId),
      repositoryId: toBigInt(commit.repositoryId),
      oid: commit.oid,
    },
    orderBy: { name: "asc" },
  });
  return rows.map((row) => ({
    key: { ...commit, name: row.name },
    content: { ...storedContent.parse(row.content), digest: row.digest },
    revision: row.revision,
    postedRevision: row.postedRevision,
    attemptedRevision: row.attemptedRevision,
    checkRunId: row.checkRunId === null ? null : toNumber(row.checkRunId),
  }));
}

export async function beginPosting(
  queries: Queries,
  check: CheckKey,
  revision: number,
  at: Date,
): Promise<void> {
  const found = await queries.$executeRaw`
    UPDATE wanted_checks
       SET attempted_revision = greatest(attempted_revision, ${revision}), attempted_at = ${at}::timestamptz
     WHERE tenant_id = ${toBigInt(check.tenantId)} AND repository_id = ${toBigInt(check.repositoryId)}
       AND oid = ${check.oid} AND name = ${check.name} AND ${revision} <= revision`;
  if (found === 0) throw notWanted(check, revision);
}

/**
 * Notes what was posted. An answer that comes late never hides that a newer revision was posted meanwhile; but then
 * GitHub shows the older one again, so the check gets a revision that still has to be posted.
 */
export async function markPosted(
  queries: Queries,
  check: CheckKey,
  revision: number,
  checkRunId: number | null,
  at: Date,
): Promise<PostOutcome> {
  const rows = await queries.$queryRaw<{ overtaken: boolean }[]>`
    UPDATE wanted_checks
       SET attempted_revision = greatest(attempted_revision, ${revision}::int),
           check_run_id = ${checkRunId === null ? null : toBigInt(checkRunId)}::bigint,
           posted_at = ${at}::timestamptz,
           revision = CASE WHEN posted_revision > ${revision}::int THEN revision + 1 ELSE revision END,
           posted_revision = greatest(posted_revision, ${revision}::int)
     WHERE tenant_id = ${toBigInt(check.tenantId)} AND repository_id = ${toBigInt(check.repositoryId)}
       AND oid = ${check.oid} AND name = ${check.name} AND ${revision}::int <= revision
    RETURNING posted_revision > ${revision}::int AS overtaken`;
  const [row] = rows;
  if (row === undefined) throw notWanted(check, revision);
  return row.overtaken ? "overtaken" : "posted";
}

/** Has every check run of a commit posted again, whether or not it would say anything new. */
export async function renewChecks(queries: Queries, commit: CommitKey): Promise<void> {
  await queries.$executeRaw`
    UPDATE wanted_checks SET revision = revision + 1
     WHERE tenant_id = ${toBigInt(commit.tenantId)} AND repository_id = ${toBigInt(commit.repositoryId)}
       AND oid = ${commit.oid}`;
}

function notWanted(check: CheckKey, revision: number): CountersignError {
  return new CountersignError(
    "invariant-broken",
    `revision ${revision} of check "${check.name}" on ${check.oid} was never wanted`,
  );
}
