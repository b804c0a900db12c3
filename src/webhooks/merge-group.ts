import type { Probot } from "probot";
import { CountersignError } from "../errors.js";
import type { FlowContext } from "../flows/context.js";
import type { GroupEnd, NewMergeGroup } from "../store/ports/merge-group-store.js";
import { evaluateAtCommit, placeOf, type RepositoryPayload } from "./subjects.js";

/** Groups of pull requests that a merge queue is about to land. */
export function onMergeGroup(app: Probot, context: FlowContext): void {
  app.on("merge_group.checks_requested", async ({ payload }) => {
    const group = groupOf(context, payload);
    await context.store.noteMergeGroup(group);
    await lookAt(context, group);
  });

  app.on("merge_group.destroyed", async ({ payload }) => {
    const group = groupOf(context, payload);
    await context.store.endMergeGroup(group, endOf(payload.reason));
    // Pull requests with the same head shared the group's verdict, and no longer do.
    await lookAt(context, group);
  });
}

interface GroupPayload {
  readonly repository?: RepositoryPayload["repository"];
  readonly merge_group: {
    readonly head_sha: string;
    readonly head_ref: string;
    readonly base_sha: string;
    readonly base_ref: string;
  };
}

/** @throws CountersignError `delivery-malformed` if it does not say of which repository it is */
function groupOf({ clock }: FlowContext, { repository, merge_group: group }: GroupPayload): NewMergeGroup {
  if (!repository) throw new CountersignError("delivery-malformed", "A merge group is of no repository.");
  return {
    ...placeOf({ repository }),
    headRef: branchOf(group.head_ref),
    headOid: group.head_sha,
    baseRef: branchOf(group.base_ref),
    baseOid: group.base_sha,
    receivedAt: clock.now(),
  };
}

const lookAt = (context: FlowContext, { tenantId, repository, headOid }: NewMergeGroup): Promise<void> =>
  evaluateAtCommit(context, { tenantId, repository }, headOid);

const branchOf = (ref: string): string => ref.replace(/^refs\/heads\//, "");

/** GitHub does not always tell why. */
const endOf = (reason: GroupEnd | undefined): GroupEnd => reason ?? "invalidated";
