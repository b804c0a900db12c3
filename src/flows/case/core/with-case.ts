import { caseIdOf } from "../../../breakglass/stored.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { StoreTransaction } from "../../../store/store.js";
import type { FlowContext } from "../../context.js";
import { CaseDraft } from "./draft.js";
import { storeDraft } from "./store-draft.js";

/** Holds the case of a change until the transaction ends, so that its events follow one another. */
const lockCase = (tx: StoreTransaction, tenantId: number, caseId: string): Promise<void> =>
  tx.lock(`case:${tenantId}:${caseId}`);

/**
 * Holds the case that a change has, or can have, until the transaction ends. An id that is another change's is passed
 * over: else whoever makes a second change for an id that is taken would have it lost in the case of the first.
 */
export async function lockCaseOf(
  tx: StoreTransaction,
  tenantId: number,
  changeKey: string,
): Promise<{ readonly id: string; readonly stored: StoredCase | null }> {
  for (let attempt = 0; ; attempt += 1) {
    const id = caseIdOf(changeKey, attempt);
    await lockCase(tx, tenantId, id);
    const stored = await tx.findCase(tenantId, id);
    if (stored === null || stored.changeKey === changeKey) return { id, stored };
  }
}

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
