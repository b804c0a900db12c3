import type { RepositoryRef } from "../../facts/facts.js";
import type { StoreTransaction } from "../../store/store.js";

/** Has the open merge groups of a branch judged again. */
export async function lookAtGroups(
  tx: StoreTransaction,
  tenantId: number,
  repository: RepositoryRef,
  branch: string,
): Promise<void> {
  for (const { headOid: oid } of await tx.openMergeGroups(tenantId, repository.id, branch)) {
    await tx.enqueue({ task: "evaluate-merge-group", payload: { tenantId, repository, oid } });
  }
}
