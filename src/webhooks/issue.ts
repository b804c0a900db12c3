import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { accountOf, placeOf } from "./subjects.js";

/** What others do to a case's tracking issue. What the app did itself comes from whoever the issue is by: the app. */
export function onIssue(app: Probot, context: FlowContext): void {
  app.on(
    [
      "issues.edited",
      "issues.closed",
      "issues.reopened",
      "issues.labeled",
      "issues.unlabeled",
      "issues.deleted",
      "issues.transferred",
    ],
    async ({ id, payload }) => {
      const { tenantId, repository } = placeOf(payload);
      const { issue, sender, action } = payload;
      if (issue.user?.id === sender.id) return;
      const tracked = await context.store.findCaseOfIssue(tenantId, repository.id, issue.number);
      if (tracked === null) return;
      const change = { guid: id, action, by: accountOf(sender), at: issue.updated_at };
      await context.store.enqueue({
        task: "restore-issue",
        payload: { tenantId, caseId: tracked.id, ...change },
      });
    },
  );
}
