import { type ChangeFacts, MERGE_QUEUE } from "../../../facts/facts.js";
import type { Finding } from "../../finding.js";
import { advice, failed, passed, unclear } from "../build.js";
import type { Source } from "./sources.js";

/**
 * Whether a merged change came by the merge queue, where its base branch demands one: only the queue tests a change
 * together with those that land before it. Nothing of an open one, as the queue takes it only when it is merged.
 */
export function mergeQueueFindings(
  { pullRequest: { base, merge } }: Pick<ChangeFacts, "pullRequest">,
  sources: readonly Source[],
): Finding[] {
  const demanding = sources.find((source) => source.mergeQueueRequired);
  if (merge === null || demanding === undefined) return [];
  if (!merge.landing.known) return [unclear("merge-queue", base.ref, merge.landing.reason)];
  const { loggedAs } = merge.landing.value;
  return [loggedAs === MERGE_QUEUE ? landedByQueue(base.ref) : queueBypassed(base.ref, loggedAs, demanding)];
}

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
