import { readCaseFile } from "../../../breakglass/stored.js";
import type { CaseSubject } from "../../../store/jobs.js";
import type { FlowContext } from "../../context.js";

/**
 * Has the pull requests looked at again whose verdict a case may turn: its own while it is only declared, and, where
 * the policy freezes, all into its branch.
 */
export async function reassess({ store }: FlowContext, { tenantId, caseId }: CaseSubject): Promise<void> {
  const stored = await store.findCase(tenantId, caseId);
  if (stored === null) return;
  const { repository, branch, pullNumber, state, breached } = stored;
  const { handling } = readCaseFile(stored.body, stored.digest);
  const numbers = new Set<number>();
  if (pullNumber !== null && (state === "declared" || state === "withdrawn")) numbers.add(pullNumber);
  if (handling.freeze && breached) {
    for (const pull of await store.openPullRequests(tenantId)) {
      if (pull.repository.id === repository.id && pull.baseRef === branch) numbers.add(pull.number);
    }
  }
  for (const number of numbers) {
    await store.enqueue({ task: "evaluate-pull-request", payload: { tenantId, repository, number } });
  }
}
