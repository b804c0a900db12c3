import type { CaseEvent } from "../../breakglass/event.js";
import { changeKeys, readCaseFile } from "../../breakglass/stored.js";
import type { ChangeFacts } from "../../facts/facts.js";
import type { PullDecision } from "../../report/merged.js";
import type { StoredCase } from "../../store/ports/case-store.js";
import type { FlowContext } from "../context.js";
import { withCase } from "./core/with-case.js";
import { issueUrl } from "./issue-url.js";

/**
 * Ends a declaration that the pull request has outgrown: its head or base has moved, it was closed, or it was merged
 * with its gates passed, so that there was nothing to go around. Of a bypass the landing itself decides.
 */
export async function settleDeclaration(
  context: FlowContext,
  tenantId: number,
  facts: ChangeFacts,
): Promise<void> {
  const stored = await findDeclaration(context, tenantId, facts);
  if (stored === null) return;
  const { declaration } = readCaseFile(stored.body, stored.digest).case;
  const why = await reasonToEnd(context, tenantId, stored, facts);
  if (declaration === null || why === null) return;
  const at = context.clock.now().toISOString();
  const event: CaseEvent<"withdrawn"> = {
    kind: "withdrawn",
    id: `declaration-ended:${declaration.eventId}`,
    at,
    why,
    source: { kind: "comparison", url: facts.pullRequest.url },
    by: null,
  };
  await withCase(context, tenantId, stored.id, (draft) => draft.raise(event));
}

async function reasonToEnd(
  { store }: FlowContext,
  tenantId: number,
  stored: StoredCase,
  { repository, pullRequest: { number, head, base, state } }: ChangeFacts,
): Promise<string | null> {
  const { declaration } = readCaseFile(stored.body, stored.digest).case;
  if (state === "CLOSED") return "The pull request was closed.";
  if (state === "MERGED") {
    const record = await store.findMergeRecord(tenantId, repository.id, number);
    return record?.bypass === false ? "It was merged with its gates passed." : null;
  }
  if (declaration?.headOid !== head.oid) return "The pull request has another head commit now.";
  return stored.branch === base.ref ? null : "The pull request goes to another branch now.";
}

/**
 * The declaration that holds for an open pull request's head as it is; `null`: none. It turns the check only after
 * everybody who has to know was told.
 */
export async function findDeclared(
  context: FlowContext,
  tenantId: number,
  facts: ChangeFacts,
): Promise<NonNullable<PullDecision["declared"]> | null> {
  const stored = await findDeclaration(context, tenantId, facts);
  const { head, base } = facts.pullRequest;
  if (stored === null || !isAnnounced(stored) || stored.branch !== base.ref) return null;
  const { case: subject, repositoryUrl } = readCaseFile(stored.body, stored.digest);
  const { declaration } = subject;
  if (declaration?.headOid !== head.oid) return null;
  if (Date.parse(declaration.endsAt) <= context.clock.now().getTime()) return null;
  return {
    by: declaration.by.login,
    until: declaration.endsAt,
    caseId: stored.id,
    issueUrl: issueUrl(repositoryUrl, stored.issue),
  };
}

const isAnnounced = ({ announcedAt }: StoredCase): boolean => announcedAt !== null;

async function findDeclaration(
  { store }: Pick<FlowContext, "store">,
  tenantId: number,
  { repository, pullRequest }: ChangeFacts,
): Promise<StoredCase | null> {
  const key = changeKeys.pullRequest(repository.id, pullRequest.number);
  const stored = await store.findCaseOfChange(tenantId, key);
  return stored?.state === "declared" ? stored : null;
}
