import { z } from "zod";
import { CountersignError } from "../../../errors.js";
import type { NewComment, WantedComment } from "../../ports/case-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { WantedComment as CommentRow } from "../../prisma/client.js";
import { toNullableBigInt, toRepository } from "../values.js";

const storedContent = z.object({ body: z.string() });

/** States that a comment is to be posted; false if one with this key is wanted already, which stays as it is. */
export async function wantComment(queries: Queries, comment: NewComment): Promise<boolean> {
  const { on } = comment;
  const content = JSON.stringify(storedContent.parse(comment));
  const wanted = await queries.$executeRaw`
    INSERT INTO wanted_comments
      (tenant_id, key, case_id, repository_id, repository_owner, repository_name, number, content)
    VALUES
      (${toBigInt(comment.tenantId)}, ${comment.key}, ${comment.caseId},
       ${toNullableBigInt(on?.repository.id ?? null)}::bigint, ${on?.repository.owner ?? null},
       ${on?.repository.name ?? null}, ${on?.number ?? null}::int, ${content}::json)
    ON CONFLICT (tenant_id, key) DO NOTHING`;
  return wanted > 0;
}

export async function findComment(
  queries: Queries,
  tenantId: number,
  key: string,
): Promise<WantedComment | null> {
  const row = await queries.wantedComment.findUnique({
    where: { tenantId_key: { tenantId: toBigInt(tenantId), key } },
  });
  return row && toComment(row);
}

/** Comments of a case that were not posted yet, in the order in which they were wanted. */
export async function unpostedComments(
  queries: Queries,
  tenantId: number,
  caseId: string,
): Promise<WantedComment[]> {
  const rows = await queries.wantedComment.findMany({
    where: { tenantId: toBigInt(tenantId), caseId, postedAt: null },
    orderBy: { sequence: "asc" },
  });
  return rows.map(toComment);
}

/**
 * Before anything is sent. The first attempt's time stays: whatever an attempt may have left on GitHub before it was
 * cut off is from then or later, however many attempts were cut off since.
 */
export async function beginComment(queries: Queries, tenantId: number, key: string, at: Date): Promise<void> {
  const found = await queries.$executeRaw`
    UPDATE wanted_comments SET attempted_at = coalesce(attempted_at, ${at}::timestamptz)
     WHERE tenant_id = ${toBigInt(tenantId)} AND key = ${key}`;
  if (found === 0) throw notWanted(key);
}

/** After it was sent. The first comment that was posted for a key stays the one. */
export async function markCommentPosted(
  queries: Queries,
  tenantId: number,
  key: string,
  commentId: number,
  at: Date,
): Promise<void> {
  const found = await queries.$executeRaw`
    UPDATE wanted_comments
       SET attempted_at = coalesce(attempted_at, ${at}::timestamptz),
           posted_at = coalesce(posted_at, ${at}::timestamptz),
           comment_id = coalesce(comment_id, ${toBigInt(commentId)}::bigint)
     WHERE tenant_id = ${toBigInt(tenantId)} AND key = ${key}`;
  if (found === 0) throw notWanted(key);
}

function toComment(row: CommentRow): WantedComment {
  return {
    tenantId: toNumber(row.tenantId),
    key: row.key,
    caseId: row.caseId,
    on: placeOf(row),
    ...storedContent.parse(row.content),
    attemptedAt: row.attemptedAt,
    postedAt: row.postedAt,
    commentId: row.commentId === null ? null : toNumber(row.commentId),
  };
}

function placeOf(row: CommentRow): WantedComment["on"] {
  const { repositoryId, repositoryOwner, repositoryName, number } = row;
  if (repositoryId === null || repositoryOwner === null || repositoryName === null || number === null) {
    return null;
  }
  return { repository: toRepository({ repositoryId, repositoryOwner, repositoryName }), number };
}

function notWanted(key: string): CountersignError {
  return new CountersignError("invariant-broken", `comment "${key}" was never wanted`);
}
