import { CountersignError } from "../../../errors.js";
import type { NewStoredCase, StoredCase } from "../../ports/case-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { Prisma, BreakGlassCase as CaseRow } from "../../prisma/client.js";
import { toRepository } from "../values.js";
import { caseIdOfIssue, type PostedAs, postedIssues } from "./issues.js";

const ENDED = ["closed", "withdrawn"];
const OLDEST_FIRST = [{ openedAt: "asc" as const }, { id: "asc" as const }];
const NEWEST_FIRST = [{ openedAt: "desc" as const }, { id: "desc" as const }];

export async function findCase(
  queries: Queries,
  tenantId: number,
  caseId: string,
): Promise<StoredCase | null> {
  const [found] = await casesWhere(queries, tenantId, { id: caseId });
  return found ?? null;
}

/** The case of a change; there is never more than one. */
export async function findCaseOfChange(
  queries: Queries,
  tenantId: number,
  changeKey: string,
): Promise<StoredCase | null> {
  const [found] = await casesWhere(queries, tenantId, { changeKey });
  return found ?? null;
}

/** The case that an issue tracks, by the id of the repository that the issue is in. */
export async function findCaseOfIssue(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  number: number,
): Promise<StoredCase | null> {
  const caseId = await caseIdOfIssue(queries, tenantId, repositoryId, number);
  return caseId === null ? null : findCase(queries, tenantId, caseId);
}

/** Cases about this pull request, and cases that it documents or is offered to document, the oldest first. */
export async function findCasesOfPullRequest(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  number: number,
): Promise<StoredCase[]> {
  return casesWhere(queries, tenantId, {
    repositoryId: toBigInt(repositoryId),
    OR: [{ pullNumber: number }, { retroNumber: number }],
  });
}

/** Cases of a branch that are neither closed nor withdrawn, the oldest first. */
export async function openCases(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  branch: string,
): Promise<StoredCase[]> {
  const where = { repositoryId: toBigInt(repositoryId), branch, state: { notIn: ENDED } };
  return casesWhere(queries, tenantId, where);
}

/** Cases of a tenant that are neither closed nor withdrawn, the oldest first. */
export async function allOpenCases(queries: Queries, tenantId: number): Promise<StoredCase[]> {
  return casesWhere(queries, tenantId, { state: { notIn: ENDED } });
}

/** Every case of a tenant, the newest first, at most `limit`. */
export async function listCases(queries: Queries, tenantId: number, limit: number): Promise<StoredCase[]> {
  return casesWhere(queries, tenantId, {}, { orderBy: NEWEST_FIRST, take: limit });
}

/**
 * Inserts a case (revision 0) or writes its next state.
 *
 * @throws CountersignError `store-conflict` unless `revision` is the stored one's: someone else wrote in between, or
 *   the change has a case already
 */
export async function saveCase(queries: Queries, stored: NewStoredCase): Promise<void> {
  const saved = stored.revision === 0 ? await insertCase(queries, stored) : await updateCase(queries, stored);
  if (saved > 0) return;
  throw new CountersignError(
    "store-conflict",
    `case ${stored.id} is not at revision ${stored.revision} any more`,
  );
}

/** Notes that the case has been announced. True if it was not before. */
export async function markAnnounced(
  queries: Queries,
  tenantId: number,
  caseId: string,
  at: Date,
): Promise<boolean> {
  const marked = await queries.$executeRaw`
    UPDATE cases SET announced_at = ${at}::timestamptz
     WHERE tenant_id = ${toBigInt(tenantId)} AND id = ${caseId} AND announced_at IS NULL`;
  return marked > 0;
}

/** Has the case to be announced again. */
export async function forgetAnnouncement(queries: Queries, tenantId: number, caseId: string): Promise<void> {
  await queries.$executeRaw`
    UPDATE cases SET announced_at = NULL WHERE tenant_id = ${toBigInt(tenantId)} AND id = ${caseId}`;
}

function insertCase(queries: Queries, stored: NewStoredCase): Promise<number> {
  return queries.$executeRaw`
    INSERT INTO cases
      (tenant_id, id, change_key, repository_id, repository_owner, repository_name, branch, pull_number, retro_number,
       state, breached, opened_at, body, digest, revision)
    VALUES
      (${toBigInt(stored.tenantId)}, ${stored.id}, ${stored.changeKey}, ${toBigInt(stored.repository.id)},
       ${stored.repository.owner}, ${stored.repository.name}, ${stored.branch}, ${stored.pullNumber},
       ${stored.retroNumber}, ${stored.state}, ${stored.breached}, ${stored.openedAt}::timestamptz,
       ${stored.body}, ${stored.digest}, 1)
    ON CONFLICT DO NOTHING`;
}

/** A case never becomes another change's. */
function updateCase(queries: Queries, stored: NewStoredCase): Promise<number> {
  return queries.$executeRaw`
    UPDATE cases
       SET repository_id = ${toBigInt(stored.repository.id)}, repository_owner = ${stored.repository.owner},
           repository_name = ${stored.repository.name}, branch = ${stored.branch},
           pull_number = ${stored.pullNumber}, retro_number = ${stored.retroNumber}, state = ${stored.state},
           breached = ${stored.breached}, opened_at = ${stored.openedAt}::timestamptz, body = ${stored.body},
           digest = ${stored.digest}, revision = revision + 1
     WHERE tenant_id = ${toBigInt(stored.tenantId)} AND id = ${stored.id} AND change_key = ${stored.changeKey}
       AND revision = ${stored.revision}`;
}

async function casesWhere(
  queries: Queries,
  tenantId: number,
  where: Prisma.BreakGlassCaseWhereInput,
  page: Pick<Prisma.BreakGlassCaseFindManyArgs, "orderBy" | "take"> = { orderBy: OLDEST_FIRST },
): Promise<StoredCase[]> {
  const rows = await queries.breakGlassCase.findMany({
    ...page,
    where: { ...where, tenantId: toBigInt(tenantId) },
  });
  const ids = rows.map(({ id }) => id);
  const issues = await postedIssues(queries, tenantId, ids);
  return rows.map((row) => toCase(row, issues.get(row.id) ?? null));
}

function toCase(row: CaseRow, issue: PostedAs | null): StoredCase {
  return {
    tenantId: toNumber(row.tenantId),
    id: row.id,
    changeKey: row.changeKey,
    repository: toRepository(row),
    branch: row.branch,
    pullNumber: row.pullNumber,
    retroNumber: row.retroNumber,
    state: row.state,
    breached: row.breached,
    openedAt: row.openedAt,
    body: row.body,
    digest: row.digest,
    revision: row.revision,
    announcedAt: row.announcedAt,
    issue,
  };
}
