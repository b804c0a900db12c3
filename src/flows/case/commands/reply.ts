import type { Refusal } from "../../../breakglass/rules.js";
import { refusalRecord } from "../../../evidence/case-record.js";
import { type Answer, answer } from "../../../report/case/answer.js";
import type { CommandSubject } from "../../../store/jobs.js";
import type { StoreTransaction } from "../../../store/store.js";
import type { FlowContext } from "../../context.js";

/** Has a command answered where it was made: once, whatever happens, for the first answer stays. */
export async function wantReply(
  tx: StoreTransaction,
  { docsUrl }: Pick<FlowContext, "docsUrl">,
  subject: CommandSubject,
  what: Answer,
): Promise<void> {
  const { tenantId, repository, number, comment } = subject;
  const key = `answer:${comment.id}`;
  const body = answer(what, docsUrl === null ? null : `${docsUrl}/break-glass.md`);
  await tx.wantComment({ tenantId, key, caseId: null, on: { repository, number }, body });
  await tx.enqueue({ task: "publish-comment", payload: { tenantId, key } });
}

/** Refuses a command that belongs to no case: the refusal is a record of its own. */
export async function refuseAlone(
  tx: StoreTransaction,
  context: Pick<FlowContext, "clock" | "docsUrl">,
  subject: CommandSubject,
  refusal: Refusal,
): Promise<void> {
  const { tenantId, repository, number, onPullRequest, comment } = subject;
  const { id, url, author: by, at, line } = comment;
  const record = refusalRecord({ repository, commentId: id, url, on: number, by, at, text: line, refusal });
  await tx.appendRecord({
    tenantId,
    kind: "break-glass-refused",
    ...record,
    repository,
    branch: "",
    pullNumber: onPullRequest ? number : null,
    headOid: "",
    commitOid: "",
    policyDigest: null,
    occurredAt: new Date(at),
    observedAt: context.clock.now(),
  });
  await wantReply(tx, context, subject, { kind: "refused", refusal, view: null });
}
