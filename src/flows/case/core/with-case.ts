import type { StoreTransaction } from "../../../store/store.js";
import type { FlowContext } from "../../context.js";
import { CaseDraft } from "./draft.js";
import { storeDraft } from "./store-draft.js";

/** Holds the case of a change until the transaction ends, so that its events follow one another. */
export const lockCase = (tx: StoreTransaction, tenantId: number, caseId: string): Promise<void> =>
  tx.lock(`case:${tenantId}:${caseId}`);

/**
 * Works on a case in one transaction, and stores what came of it together with everything that is to be told. `work`
 * may run more than once, and must do nothing but to the draft and the transaction. `null` where there is no such case.
 */
export async function withCase<T>(
  { store }: Pick<FlowContext, "store">,
  tenantId: number,
  caseId: string,
  work: (draft: CaseDraft, tx: StoreTransaction) => Promise<T> | T,
): Promise<T | null> {
  return store.transaction(async (tx) => {
    await lockCase(tx, tenantId, caseId);
    const stored = await tx.findCase(tenantId, caseId);
    if (stored === null) return null;
    const draft = CaseDraft.of(stored);
    const result = await work(draft, tx);
    if (draft.changed) await storeDraft(tx, draft);
    return result;
  });
}
