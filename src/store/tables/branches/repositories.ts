import { z } from "zod";
import type { KnownRepository } from "../../ports/branch-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { Repository as RepositoryRow } from "../../prisma/client.js";
import { toRepository } from "../values.js";

const globs = z.array(z.string());

export async function findRepository(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
): Promise<KnownRepository | null> {
  const row = await queries.repository.findUnique({
    where: {
      tenantId_repositoryId: { tenantId: toBigInt(tenantId), repositoryId: toBigInt(repositoryId) },
    },
  });
  return row && toKnown(row);
}

/** Every repository of a tenant that we heard of and that is not gone, by id. */
export async function listRepositories(queries: Queries, tenantId: number): Promise<KnownRepository[]> {
  const rows = await queries.repository.findMany({
    where: { tenantId: toBigInt(tenantId), gone: false },
    orderBy: { repositoryId: "asc" },
  });
  return rows.map(toKnown);
}

/**
 * Notes a repository as it was at `asOf`, unless something newer is known: jobs and events come in any order.
 *
 * Whatever is still worked on follows its name in the same statement: pull requests, cases, tracking issues. What is on
 * record keeps the name that it had. Of one that is gone no pull request is open any more, as far as we can hear.
 */
export async function saveRepository(queries: Queries, known: KnownRepository): Promise<void> {
  const { repository } = known;
  await queries.$executeRaw`
    WITH saved AS (INSERT INTO repositories AS known
      (tenant_id, repository_id, repository_owner, repository_name, default_branch, controlled, gone, as_of)
    VALUES
      (${toBigInt(known.tenantId)}, ${toBigInt(repository.id)}, ${repository.owner}, ${repository.name},
       ${known.defaultBranch}, ${JSON.stringify(known.controlled)}::json, ${known.gone}, ${known.asOf}::timestamptz)
    ON CONFLICT (tenant_id, repository_id) DO UPDATE
      SET repository_owner = excluded.repository_owner, repository_name = excluded.repository_name,
          default_branch = excluded.default_branch, controlled = excluded.controlled, gone = excluded.gone,
          as_of = excluded.as_of
      WHERE excluded.as_of >= known.as_of
      RETURNING tenant_id, repository_id, repository_owner, repository_name, gone),
    pulls AS (
      UPDATE pull_requests AS pull
         SET repository_owner = saved.repository_owner, repository_name = saved.repository_name,
             open = pull.open AND NOT saved.gone
        FROM saved
       WHERE pull.tenant_id = saved.tenant_id AND pull.repository_id = saved.repository_id
         AND ((pull.repository_owner, pull.repository_name) <> (saved.repository_owner, saved.repository_name)
              OR (pull.open AND saved.gone))),
    issues AS (
      UPDATE wanted_issues AS issue
         SET repository_owner = saved.repository_owner, repository_name = saved.repository_name
        FROM saved
       WHERE issue.tenant_id = saved.tenant_id AND issue.repository_id = saved.repository_id
         AND (issue.repository_owner, issue.repository_name) <> (saved.repository_owner, saved.repository_name))
    UPDATE cases AS one
       SET repository_owner = saved.repository_owner, repository_name = saved.repository_name
      FROM saved
     WHERE one.tenant_id = saved.tenant_id AND one.repository_id = saved.repository_id
       AND (one.repository_owner, one.repository_name) <> (saved.repository_owner, saved.repository_name)`;
}

function toKnown(row: RepositoryRow): KnownRepository {
  return {
    tenantId: toNumber(row.tenantId),
    repository: toRepository(row),
    defaultBranch: row.defaultBranch,
    controlled: globs.parse(row.controlled),
    gone: row.gone,
    asOf: row.asOf,
  };
}
