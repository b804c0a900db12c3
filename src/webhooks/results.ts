import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { HOW_TO_SIGN, RECHECK } from "../report/actions.js";
import { evaluateAtCommit, evaluateOpen, placeOf, type Place } from "./subjects.js";

/** Results of tools on a commit, and people asking for ours again. */
export function onResults(app: Probot, context: FlowContext): void {
  app.on(["check_run.created", "check_run.completed"], async ({ payload }) => {
    // Our own check runs change nothing that we look at, and would keep us busy with ourselves.
    if (payload.check_run.app?.id === context.appId) return;
    await evaluateAtCommit(context, placeOf(payload), payload.check_run.head_sha);
  });

  app.on("check_run.rerequested", async ({ payload }) => {
    if (payload.check_run.app?.id !== context.appId) return;
    await lookAgain(context, placeOf(payload), payload.check_run.head_sha);
  });

  app.on("check_run.requested_action", async ({ payload }) => {
    const { check_run: run, requested_action: requested } = payload;
    if (run.app?.id !== context.appId) return;
    const place = placeOf(payload);
    if (requested?.identifier === RECHECK) await evaluateAtCommit(context, place, run.head_sha);
    if (requested?.identifier === HOW_TO_SIGN) await explain(context, place, run.head_sha);
  });

  app.on("check_suite.completed", async ({ payload }) => {
    if (payload.check_suite.app.id === context.appId) return;
    await evaluateAtCommit(context, placeOf(payload), payload.check_suite.head_sha);
  });

  app.on("check_suite.rerequested", async ({ payload }) => {
    if (payload.check_suite.app.id !== context.appId) return;
    await lookAgain(context, placeOf(payload), payload.check_suite.head_sha);
  });

  app.on("status", async ({ payload }) => {
    await evaluateAtCommit(context, placeOf(payload), payload.sha);
  });

  // An alert names the commit that was analysed, which may be a test merge: every open pull request may be meant.
  app.on(
    ["code_scanning_alert.appeared_in_branch", "code_scanning_alert.created", "code_scanning_alert.fixed"],
    async ({ payload }) => {
      await evaluateOpen(context, placeOf(payload), null);
    },
  );
  app.on(
    [
      "code_scanning_alert.closed_by_user",
      "code_scanning_alert.reopened",
      "code_scanning_alert.reopened_by_user",
    ],
    async ({ payload }) => {
      await evaluateOpen(context, placeOf(payload), null);
    },
  );
}

/** A commit can head several pull requests: each goes to a branch of its own, which trusts its own keys. */
async function explain({ store }: FlowContext, { tenantId, repository }: Place, oid: string): Promise<void> {
  for (const { number } of await store.openPullRequestsAt({ tenantId, repositoryId: repository.id, oid })) {
    await store.enqueue({ task: "explain-signing", payload: { tenantId, repository, number, oid } });
  }
}

/** GitHub shows a check that was asked for again as queued until it is posted again, whatever it then says. */
async function lookAgain(context: FlowContext, place: Place, oid: string): Promise<void> {
  const { tenantId, repository } = place;
  await evaluateAtCommit(context, place, oid);
  await context.store.renewChecks({ tenantId, repositoryId: repository.id, oid });
  await context.store.enqueue({ task: "publish-checks", payload: { tenantId, repository, oid } });
}
