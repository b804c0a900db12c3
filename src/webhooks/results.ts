import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { evaluateAtCommit, evaluateOpen, placeOf } from "./subjects.js";

/** Results of tools on a commit, and people asking for ours again. */
export function onResults(app: Probot, context: FlowContext): void {
  app.on(["check_run.created", "check_run.completed"], async ({ payload }) => {
    // Our own check runs change nothing that we look at, and would keep us busy with ourselves.
    if (payload.check_run.app?.id === context.appId) return;
    await evaluateAtCommit(context, placeOf(payload), payload.check_run.head_sha);
  });

  app.on("check_run.rerequested", async ({ payload }) => {
    if (payload.check_run.app?.id !== context.appId) return;
    await evaluateAtCommit(context, placeOf(payload), payload.check_run.head_sha);
  });

  app.on(["check_suite.completed", "check_suite.rerequested"], async ({ payload }) => {
    const ours = payload.check_suite.app.id === context.appId;
    if (ours && payload.action === "completed") return;
    await evaluateAtCommit(context, placeOf(payload), payload.check_suite.head_sha);
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
