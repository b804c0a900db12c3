import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { onInstallation } from "./account/installation.js";
import { onPeople } from "./account/people.js";
import { onRepository } from "./account/repository.js";
import { onBranch } from "./branch.js";
import { onComment } from "./comment.js";
import { onIssue } from "./issue.js";
import { onMergeGroup } from "./merge-group.js";
import { onPullRequest } from "./pull-request.js";
import { onResults } from "./results.js";
import { onReview } from "./review.js";

/**
 * Registers every event family with Probot. Handlers only say what has to be looked at again and queue it; they are
 * run by the job of a stored delivery, so they may run more than once.
 */
export function registerHandlers(app: Probot, context: FlowContext): void {
  onInstallation(app, context);
  onPullRequest(app, context);
  onReview(app, context);
  onResults(app, context);
  onBranch(app, context);
  onMergeGroup(app, context);
  onRepository(app, context);
  onPeople(app, context);
  onComment(app, context);
  onIssue(app, context);
}
