import type { Probot } from "probot";
import { parseCommand } from "../breakglass/commands.js";
import type { FlowContext } from "../flows/context.js";
import { accountOf, placeOf } from "./subjects.js";

/** Longer than any command may be, so that one that is too long is still seen to be. */
const LONGEST = 1_100;

/**
 * Comments that may be commands. Only when they are made: what is edited in or out later changes nothing, and the job
 * holds the line as it was.
 */
export function onComment(app: Probot, context: FlowContext): void {
  app.on("issue_comment.created", async ({ payload }) => {
    const { comment, issue } = payload;
    const author = accountOf(comment.user);
    const via = comment.performed_via_github_app;
    if (author === null || via?.id === context.appId) return;
    const line = firstLine(comment.body);
    if (parseCommand(line) === null) return;
    await context.store.enqueue({
      task: "hear-command",
      payload: {
        ...placeOf(payload),
        number: issue.number,
        onPullRequest: issue.pull_request !== undefined,
        comment: {
          id: comment.id,
          url: comment.html_url,
          line,
          at: comment.created_at,
          author,
          viaApp: via?.slug ?? via?.name ?? null,
        },
      },
    });
  });
}

const firstLine = (body: string): string =>
  (/^[^\r\n]*/.exec(body)?.[0] ?? "").slice(0, LONGEST).toWellFormed();
