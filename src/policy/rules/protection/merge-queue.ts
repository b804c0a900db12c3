import { MERGE_QUEUE, type UnknownReason } from "../../../facts/facts.js";
import type { Finding } from "../../finding.js";
import { advice, failed, passed, unclear } from "../build.js";
import type { BranchFrame } from "../protection.js";
import type { Source } from "./sources.js";

/**
 * Whether a merged change came by the merge queue, where its base branch demands one: only the queue tests a change
 * together with those that land before it. Of an open one, which the queue takes only later, whether the app will be told
 * of the group that it is to land by: else nobody answers for that.
 */
export function mergeQueueFindings(
  { pullRequest: { base, merge } }: Pick<BranchFrame, "pullRequest">,
  sources: readonly Source[],
  queueShown: boolean,
): Finding[] {
  const demanding = sources.find((source) => source.mergeQueueRequired);
  if (demanding === undefined) return [];
  if (merge === null) return queueShown ? [] : [unclear("merge-queue", base.ref, NOT_SHOWN)];
  if (!merge.landing.known) return [unclear("merge-queue", base.ref, merge.landing.reason)];
  const { loggedAs } = merge.landing.value;
  return [loggedAs === MERGE_QUEUE ? landedByQueue(base.ref) : queueBypassed(base.ref, loggedAs, demanding)];
}

const NOT_SHOWN: UnknownReason = {
  code: "forbidden",
  message:
    "The branch demands its merge queue, which GitHub does not let the app read, so no merge group can be judged.",
  remedy:
    "Accept the app's permission “Merge queues: read” at its installation (Settings, GitHub Apps); what is open is then looked at again by itself.",
};

const landedByQueue = (branch: string): Finding =>
  passed("merge-queue", {
    subject: branch,
    reason: "landed-by-queue",
    message: `It landed on ${branch} by the merge queue, by GitHub's log of the branch.`,
  });

const queueBypassed = (branch: string, loggedAs: string, { label, settingsUrl }: Source): Finding =>
  failed("merge-queue", {
    subject: branch,
    reason: "queue-bypassed",
    message: `The ${label} demands the merge queue, and it landed on ${branch} past it: GitHub's log of the branch calls that ${loggedAs}.`,
    remedy: advice(
      "Drive the break-glass case of this merge to its end. Who may merge past the queue is set by the ruleset's bypass list.",
      [],
      settingsUrl,
    ),
  });
