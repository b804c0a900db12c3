import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { evaluate, followCases, placeOf } from "./subjects.js";

/** Approvals given, changed or taken back. */
export function onReview(app: Probot, context: FlowContext): void {
  app.on(
    ["pull_request_review.submitted", "pull_request_review.edited", "pull_request_review.dismissed"],
    async ({ payload }) => {
      // An approval is as a rule the last thing that was missing.
      const urgency = payload.review.state === "approved" ? "merging" : "ordinary";
      await evaluate(context, placeOf(payload), [payload.pull_request.number], urgency);
      await followCases(context, placeOf(payload), payload.pull_request.number);
    },
  );
}
