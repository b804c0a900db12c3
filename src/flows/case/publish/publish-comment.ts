import type { RepositoryRef } from "../../../facts/facts.js";
import type { Installation } from "../../../github/github.js";
import { commentMarker, markedComment } from "../../../report/case/markers.js";
import type { WantedComment } from "../../../store/ports/case-store.js";
import type { PayloadOf } from "../../../store/jobs.js";
import { installationOf, type FlowContext } from "../../context.js";
import { byCurrentName } from "../../current-name.js";

/** Where a comment is posted. */
export interface Thread {
  readonly repository: RepositoryRef;
  readonly number: number;
}

/** Posts a comment that belongs to no tracking issue, as the answer to a command on a pull request. */
export async function publishComment(
  context: FlowContext,
  { tenantId, key }: PayloadOf<"publish-comment">,
): Promise<void> {
  const installation = await installationOf(context, tenantId);
  const comment = await context.store.findComment(tenantId, key);
  if (installation === null || comment?.postedAt !== null) return;
  if (comment.on === null) return;
  const thread = await byCurrentName(context, { tenantId, ...comment.on });
  await postComment(context, installation, comment, thread);
}

/** Posts a comment once: after an attempt that may have got through, it is looked for first. */
export async function postComment(
  { store, clock }: FlowContext,
  { cases }: Installation,
  comment: WantedComment,
  { repository, number }: Thread,
): Promise<void> {
  const { tenantId, key, body, attemptedAt } = comment;
  const marker = commentMarker(key);
  const found =
    attemptedAt === null ? null : await cases.findComment(repository, number, marker, attemptedAt);
  if (found === null) await store.beginComment(tenantId, key, clock.now());
  const id = found ?? (await cases.createComment(repository, number, markedComment(key, body)));
  await store.markCommentPosted(tenantId, key, id, clock.now());
}
