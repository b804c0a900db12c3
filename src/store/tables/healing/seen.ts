import type { Queries } from "../../database.js";
import type { PullRequestSeen, SeenPullRequest, ShownCheck } from "../../ports/healing-store.js";
import type { CommitKey } from "../../store.js";
import { toBigInt } from "../../numbers.js";

/** Notes what a look at a pull request saw. */
export async function noteSeen(queries: Queries, seen: PullRequestSeen): Promise<void> {
  await queries.$executeRaw`
    UPDATE pull_requests SET evaluated_at = ${seen.at}::timestamptz, evaluated_head = ${seen.headOid}, seen = ${seen.state},
           base_seen = ${seen.base}
     WHERE tenant_id = ${toBigInt(seen.tenantId)} AND repository_id = ${toBigInt(seen.repositoryId)}
       AND number = ${seen.number}`;
}

/** The open pull requests of a repository, as far as we heard, with what the last look at each saw. */
export async function seenPullRequests(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
): Promise<SeenPullRequest[]> {
  const rows = await queries.pullRequest.findMany({
    where: { tenantId: toBigInt(tenantId), repositoryId: toBigInt(repositoryId), open: true },
    orderBy: { number: "asc" },
    select: { number: true, evaluatedAt: true, seen: true },
  });
  return rows.map(({ number, evaluatedAt, seen: state }) => ({ number, evaluatedAt, state }));
}

/** When the last look at a pull request began to read; `null`: none was, or it judged another head than this commit. */
export async function lastLookAt(
  queries: Queries,
  { tenantId, repositoryId, oid }: CommitKey,
  number: number,
): Promise<Date | null> {
  const row = await queries.pullRequest.findFirst({
    where: {
      tenantId: toBigInt(tenantId),
      repositoryId: toBigInt(repositoryId),
      number,
      evaluatedHead: oid,
    },
    select: { evaluatedAt: true },
  });
  return row?.evaluatedAt ?? null;
}

/** What GitHub is to show on some of a repository's commits, without what it says. */
export async function shownChecks(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  oids: readonly string[],
): Promise<ShownCheck[]> {
  return await queries.$queryRaw<ShownCheck[]>`
    SELECT oid, name, content ->> 'conclusion' AS conclusion, digest, revision,
           posted_revision AS "postedRevision", posted_at AS "postedAt"
      FROM wanted_checks
     WHERE tenant_id = ${toBigInt(tenantId)} AND repository_id = ${toBigInt(repositoryId)}
       AND oid = ANY (${[...oids]}::text[])
     ORDER BY oid, name`;
}
