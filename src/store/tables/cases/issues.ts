import { z } from "zod";
import { CountersignError } from "../../../errors.js";
import type { RepositoryRef } from "../../../facts/facts.js";
import type { IssueHome, NewIssue, PostedIssue, WantedIssue } from "../../ports/case-store.js";
import type { Queries } from "../../database.js";
import { toBigInt } from "../../numbers.js";
import type { WantedIssue as IssueRow } from "../../prisma/client.js";
import { toRepository } from "../values.js";

/** What is kept as JSON; the digest has its own column. */
const storedContent = z.object({
  title: z.string(),
  body: z.string(),
  labels: z.array(z.string()),
  open: z.boolean(),
});

/** An issue as it was last posted. */
export interface PostedAs {
  readonly repository: RepositoryRef;
  readonly number: number;
}

/** What the tracking issue of a case should say, or `null` where none is wanted. */
export async function wantedIssue(
  queries: Queries,
  tenantId: number,
  caseId: string,
): Promise<WantedIssue | null> {
  const row = await queries.wantedIssue.findUnique({
    where: { tenantId_caseId: { tenantId: toBigInt(tenantId), caseId } },
  });
  return (
    row && {
      tenantId,
      caseId,
      repository: toRepository(row),
      ...storedContent.parse(row.content),
      digest: row.digest,
      revision: row.revision,
      postedRevision: row.postedRevision,
      attemptedRevision: row.attemptedRevision,
      number: row.number,
    }
  );
}

/**
 * States what the tracking issue should say. True where this is news, and a new revision waits to be posted. One that
 * is to be in another repository than before is another issue: it has no number yet.
 */
export async function wantIssue(queries: Queries, issue: NewIssue): Promise<boolean> {
  const content = JSON.stringify(storedContent.parse(issue));
  if ((await insertIssue(queries, issue, content)) > 0) return true;
  const key = { tenantId: toBigInt(issue.tenantId), caseId: issue.caseId };
  await queries.$executeRaw`
    SELECT FROM wanted_issues WHERE tenant_id = ${key.tenantId} AND case_id = ${key.caseId} FOR UPDATE`;
  const known = await queries.wantedIssue.findUniqueOrThrow({ where: { tenantId_caseId: key } });
  const moved = !isSamePlace(known, issue.repository);
  const news = moved || known.digest !== issue.digest;
  await queries.$executeRaw`
    UPDATE wanted_issues
       SET repository_id = ${toBigInt(issue.repository.id)}, repository_owner = ${issue.repository.owner},
           repository_name = ${issue.repository.name}, content = ${content}::json, digest = ${issue.digest},
           revision = revision + ${news ? 1 : 0},
           number = CASE WHEN ${moved} THEN NULL ELSE number END,
           first_revision = CASE WHEN ${moved} THEN revision + 1 ELSE first_revision END
     WHERE tenant_id = ${key.tenantId} AND case_id = ${key.caseId}`;
  return news;
}

function insertIssue(queries: Queries, issue: NewIssue, content: string): Promise<number> {
  const { repository } = issue;
  return queries.$executeRaw`
    INSERT INTO wanted_issues
      (tenant_id, case_id, repository_id, repository_owner, repository_name, content, digest, revision)
    VALUES
      (${toBigInt(issue.tenantId)}, ${issue.caseId}, ${toBigInt(repository.id)}, ${repository.owner},
       ${repository.name}, ${content}::json, ${issue.digest}, 1)
    ON CONFLICT (tenant_id, case_id) DO NOTHING`;
}

/** A repository that was renamed is the same one; where one of the ids is not known (0), the names decide. */
function isSamePlace(known: IssueRow, { id, owner, name }: IssueHome): boolean {
  const before = toRepository(known);
  if (before.id !== 0 && id !== 0) return before.id === id;
  return before.owner === owner && before.name === name;
}

/** Before anything is sent: notes that an attempt to post this revision has begun. */
export async function beginIssue(
  queries: Queries,
  tenantId: number,
  caseId: string,
  revision: number,
  at: Date,
): Promise<void> {
  const found = await queries.$executeRaw`
    UPDATE wanted_issues
       SET attempted_revision = greatest(attempted_revision, ${revision}), attempted_at = ${at}::timestamptz
     WHERE tenant_id = ${toBigInt(tenantId)} AND case_id = ${caseId} AND ${revision} <= revision`;
  if (found === 0) throw notWanted(caseId, revision);
}

/**
 * Notes what was posted, with the same care for answers that come late as check runs get (`tables/checks.ts`). One
 * more thing may come late: the number of an issue that is gone by now or that is to be elsewhere. It is not kept.
 */
export async function markIssuePosted(
  queries: Queries,
  tenantId: number,
  caseId: string,
  revision: number,
  number: number,
  at: Date,
): Promise<PostedIssue> {
  const rows = await queries.$queryRaw<{ overtaken: boolean; first: boolean }[]>`
    UPDATE wanted_issues AS issue
       SET attempted_revision = greatest(issue.attempted_revision, ${revision}::int),
           number = CASE WHEN ${revision}::int >= issue.first_revision THEN ${number}::int ELSE issue.number END,
           posted_at = ${at}::timestamptz,
           revision = issue.revision + CASE WHEN issue.posted_revision > ${revision}::int THEN 1 ELSE 0 END,
           posted_revision = greatest(issue.posted_revision, ${revision}::int)
      FROM (SELECT number FROM wanted_issues
             WHERE tenant_id = ${toBigInt(tenantId)} AND case_id = ${caseId} FOR UPDATE) AS before
     WHERE issue.tenant_id = ${toBigInt(tenantId)} AND issue.case_id = ${caseId}
       AND ${revision}::int <= issue.revision
    RETURNING issue.posted_revision > ${revision}::int OR issue.first_revision > ${revision}::int AS overtaken,
              before.number IS NULL AS first`;
  const [row] = rows;
  if (row === undefined) throw notWanted(caseId, revision);
  if (row.overtaken) return "overtaken";
  return row.first ? "first" : "posted";
}

/** Has the issue posted again, whether or not it would say anything new; `gone`: under a new number. */
export async function renewIssue(
  queries: Queries,
  tenantId: number,
  caseId: string,
  gone: boolean,
): Promise<void> {
  await queries.$executeRaw`
    UPDATE wanted_issues
       SET revision = revision + 1,
           number = CASE WHEN ${gone} THEN NULL ELSE number END,
           first_revision = CASE WHEN ${gone} THEN revision + 1 ELSE first_revision END
     WHERE tenant_id = ${toBigInt(tenantId)} AND case_id = ${caseId}`;
}

/** Which case an issue tracks, or `null`. */
export async function caseIdOfIssue(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  number: number,
): Promise<string | null> {
  const row = await queries.wantedIssue.findFirst({
    where: { tenantId: toBigInt(tenantId), repositoryId: toBigInt(repositoryId), number },
    select: { caseId: true },
  });
  return row?.caseId ?? null;
}

/** The issues of these cases as they were last posted, by case; none for those that were not. */
export async function postedIssues(
  queries: Queries,
  tenantId: number,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, PostedAs>> {
  if (caseIds.length === 0) return new Map();
  const rows = await queries.wantedIssue.findMany({
    where: { tenantId: toBigInt(tenantId), caseId: { in: [...caseIds] }, number: { not: null } },
  });
  return new Map(
    rows.flatMap((row) =>
      row.number === null ? [] : [[row.caseId, { repository: toRepository(row), number: row.number }]],
    ),
  );
}

function notWanted(caseId: string, revision: number): CountersignError {
  return new CountersignError(
    "invariant-broken",
    `revision ${revision} of the issue of case ${caseId} was never wanted`,
  );
}
