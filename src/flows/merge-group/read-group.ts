import { CountersignError } from "../../errors.js";
import type { Fact, Unknown } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import type { MergeQueueReading, QueueMethod } from "../../policy/merge-group/queue.js";
import type { Installation } from "../../github/github.js";
import { attributeGroup, type Member } from "../../policy/merge-group/attribute.js";
import type { KnownMergeGroup } from "../../store/ports/merge-group-store.js";

/** GitHub's answers may lag behind its webhooks; for this long what does not fit is taken for lag. */
const LAG_MS = 2 * 60_000;
const RETRY_MS = 10_000;

/** What a group is made of, the first to land first. */
export interface GroupReading {
  readonly method: QueueMethod;
  readonly members: readonly Member[];
}

/**
 * Reads which pull requests a merge group lands, and what the queue made of each. `null`: it has landed, and there is
 * nothing to say of it any more.
 *
 * Where each group has to pass by itself, those below answer for what is below. Else one that passes lands all that is
 * between it and the branch, so it answers for all of that.
 *
 * @throws CountersignError `github-unavailable` while GitHub may not show yet what it told by webhook, or a `github-*` code
 */
export async function readGroup(
  { queues }: Pick<Installation, "queues">,
  group: KnownMergeGroup,
  now: Date,
): Promise<Fact<GroupReading> | null> {
  const queue = await queues.readQueue(group.repository, group.baseRef);
  if (!queue.known) return queue;
  if (queue.value?.branchTip === group.headOid) return null;
  const reading = queue.value === null ? NO_QUEUE : await readMembers(queues, group, queue.value);
  if (reading.known || now.getTime() - group.receivedAt.getTime() >= LAG_MS) return reading;
  if (reading.reason.code === "forbidden") return reading;
  throw new CountersignError("github-unavailable", reading.reason.message, {
    retryAt: new Date(now.getTime() + RETRY_MS),
  });
}

async function readMembers(
  queues: Installation["queues"],
  group: KnownMergeGroup,
  queue: MergeQueueReading,
): Promise<Fact<GroupReading>> {
  const below = foundation(group, queue);
  const line = await queues.readLine(group.repository, group.headOid, below);
  if (!line.known) return line;
  const members = attributeGroup(group, queue, below, line.value);
  return members.known ? known({ method: queue.method, members: members.value }) : members;
}

/** The commit above which the group answers for everything. */
function foundation(
  { baseOid }: KnownMergeGroup,
  { mustPass, branchTip, entries }: MergeQueueReading,
): string {
  const onAnother = mustPass === "every" && entries.some(({ groupOid }) => groupOid === baseOid);
  return onAnother ? baseOid : (branchTip ?? baseOid);
}

const NO_QUEUE: Unknown = unknown(
  "not-found",
  "GitHub tells of no merge queue on the branch of this merge group.",
  "Merge without a queue, or turn the queue on again.",
);
