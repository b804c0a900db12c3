import { CountersignError } from "../../errors.js";
import type { GatheredChange } from "../../facts/gather.js";
import type { Decision } from "../../policy/finding.js";
import type { NewRecord } from "../../store/store.js";
import type { FlowContext } from "../context.js";
import { handsInPull } from "./involvement.js";
import type { Landed } from "./land.js";

/** A pull request that was merged around its gates, as its case begins with it. */
export function landedMerge(
  { clock, opensPullRequests }: Pick<FlowContext, "clock" | "opensPullRequests">,
  { facts, policy }: GatheredChange,
  decision: Decision,
  record: NewRecord,
): Landed {
  const { pullRequest, repository } = facts;
  const { merge, number, head, base, url } = pullRequest;
  if (merge === null) throw new CountersignError("invariant-broken", `#${number} is not merged.`);
  const { changeKey } = record;
  return {
    tenantId: record.tenantId,
    changeKey,
    repository,
    branch: base.ref,
    pullNumber: number,
    repositoryUrl: url.replace(/\/pull\/\d+$/, ""),
    how: "merge",
    policy,
    decision,
    recordDigest: record.digest,
    appMayOpen: opensPullRequests,
    event: {
      kind: "landed",
      id: `landed:${changeKey}`,
      at: clock.now().toISOString(),
      why: `Pull request #${number} was merged before its gates had passed.`,
      source: { kind: "delivery", url },
      by: merge.mergedBy,
      change: changeKey,
      landedAt: merge.mergedAt,
      // Where the branch stood is not always told; then the first parent is the best there is to compare with.
      beforeOid: merge.landing.known ? merge.landing.value.before : (merge.parents[0] ?? merge.commitOid),
      afterOid: merge.commitOid,
      headOid: head.oid,
      involvement: handsInPull(pullRequest, facts),
    },
  };
}
