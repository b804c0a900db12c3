import type { GatheredChange } from "../../facts/gather.js";
import { MERGE_QUEUE } from "../../facts/facts.js";
import type { Finding } from "../../policy/finding.js";
import { groupLandedFinding } from "../../policy/merge-group/landed.js";
import type { StoredDecision } from "../../store/store.js";
import type { FlowContext } from "../context.js";

/**
 * Whether the merge group by which a change landed had passed, by the last verdict on the change in it; nothing of one that
 * did not land by the merge queue.
 */
export async function groupFindings(
  { store }: Pick<FlowContext, "store">,
  tenantId: number,
  { facts: { repository, pullRequest } }: Pick<GatheredChange, "facts">,
): Promise<Finding[]> {
  const { merge, number, base } = pullRequest;
  if (merge?.landing.known !== true || merge.landing.value.loggedAs !== MERGE_QUEUE) return [];
  // GitHub tells the merge to the second, so a verdict within that second may still be the one before it.
  const endOfSecond = new Date(Date.parse(merge.mergedAt) + 999);
  const verdicts: StoredDecision[] = [];
  for (const oid of merge.landing.value.groupHeads ?? []) {
    const commit = { tenantId, repositoryId: repository.id, oid };
    const verdict = await store.decisionAsOf(commit, number, endOfSecond);
    if (verdict !== null) verdicts.push(verdict);
  }
  const [last] = verdicts.sort((one, other) => other.observedAt.getTime() - one.observedAt.getTime());
  return [groupLandedFinding(base.ref, last ?? null)];
}
