import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { forkedHead } from "../facts/facts.js";
import { holdVerdict } from "../flows/hold-verdict.js";
import type { KnownPullRequest } from "../store/store.js";
import { accountOf, evaluate, evaluateAtCommit, followCases, placeOf } from "./subjects.js";

/** What happens to a pull request itself: a new head, a new base, a merge. */
export function onPullRequest(app: Probot, context: FlowContext): void {
  app.on(
    [
      "pull_request.opened",
      "pull_request.reopened",
      "pull_request.synchronize",
      "pull_request.edited",
      "pull_request.ready_for_review",
      "pull_request.converted_to_draft",
    ],
    async ({ payload }) => {
      await holdVerdict(context, await notePullRequest(context, payload));
      await notePusher(context, payload);
      await evaluate(context, placeOf(payload), [payload.pull_request.number]);
      await followCases(context, placeOf(payload), payload.pull_request.number);
    },
  );

  // It changes no verdict, but now somebody waits for it.
  app.on(["pull_request.auto_merge_enabled", "pull_request.auto_merge_disabled"], async ({ payload }) => {
    const { number, autoMerge } = await notePullRequest(context, payload);
    if (autoMerge === true) await evaluate(context, placeOf(payload), [number], "merging");
  });

  app.on("pull_request.closed", async ({ payload }) => {
    const place = placeOf(payload);
    const { number, merged, head } = payload.pull_request;
    await notePullRequest(context, payload);
    if (merged) await context.store.enqueue({ task: "record-merge", payload: { ...place, number } });
    // Others with the same head shared this one's verdict, and no longer do.
    await evaluateAtCommit(context, place, head.sha);
    await followCases(context, place, number);
  });
}

interface PullRequestPayload {
  readonly action: string;
  readonly repository: Parameters<typeof placeOf>[0]["repository"];
  readonly sender?: { readonly id: number; readonly login: string; readonly type?: string };
  readonly pull_request: {
    readonly number: number;
    readonly state: string;
    readonly auto_merge: object | null;
    readonly updated_at: string;
    readonly head: {
      readonly sha: string;
      readonly ref: string;
      readonly repo: { readonly id: number } | null;
    };
    readonly base: { readonly ref: string; readonly repo: { readonly id: number } };
  };
}

async function notePullRequest(
  { store }: FlowContext,
  payload: PullRequestPayload,
): Promise<KnownPullRequest> {
  const { number, state, head, base, auto_merge: autoMerge, updated_at: updatedAt } = payload.pull_request;
  const pull = {
    ...placeOf(payload),
    number,
    headOid: head.sha,
    baseRef: base.ref,
    open: state === "open",
    autoMerge: autoMerge !== null,
    // Who approved has not seen the new head.
    ...(payload.action === "synchronize" ? { approved: false } : {}),
    asOf: new Date(updatedAt),
  };
  await store.notePullRequest(pull);
  return pull;
}

/**
 * Notes who pushed the head. `synchronize` is sent for a push and names the pusher; of a pull request from a fork,
 * `opened` is often the only word we get, since a fork's own pushes are not told to us. It names who opened, which is
 * less, so it only fills a gap.
 */
async function notePusher(context: FlowContext, payload: PullRequestPayload): Promise<void> {
  const { number, head, base } = payload.pull_request;
  const fromFork = head.repo?.id !== base.repo.id;
  const pusher = accountOf(payload.sender);
  const pushed = payload.action === "synchronize";
  if (pusher === null || !(pushed || (payload.action === "opened" && fromFork))) return;
  await context.store.savePusher(
    {
      tenantId: placeOf(payload).tenantId,
      repositoryId: base.repo.id,
      branch: fromFork ? forkedHead(number) : head.ref,
      oid: head.sha,
      pusher,
      at: context.clock.now(),
    },
    pushed ? "replace" : "fill",
  );
}
