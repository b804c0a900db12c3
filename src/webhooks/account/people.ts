import type { Probot } from "probot";
import type { FlowContext } from "../../flows/context.js";
import { evaluateOpen, evaluateTenant, placeOf } from "../subjects.js";

/**
 * Who may write where: approvals of those who may not count for nothing, and neither do their registered keys.
 *
 * Whom a change concerns, its event tells: one repository's collaborators or teams, or an organization's members. A team
 * can reach any of its repositories, and which ones these events do not say. Nor can the pull requests be told apart by
 * what the person did to them: an approval that did not count yesterday may count today.
 */
export function onPeople(app: Probot, context: FlowContext): void {
  app.on(["member.added", "member.edited", "member.removed"], async ({ payload }) => {
    await evaluateOpen(context, placeOf(payload), null);
  });

  app.on(["team.added_to_repository", "team.edited", "team.removed_from_repository"], async ({ payload }) => {
    const { repository, organization } = payload;
    if (repository) await evaluateOpen(context, placeOf({ repository }), null);
    else await evaluateTenant(context, organization.id);
  });

  app.on("team_add", async ({ payload }) => {
    await evaluateOpen(context, placeOf(payload), null);
  });

  app.on(
    [
      "team.deleted",
      "membership.added",
      "membership.removed",
      "organization.member_added",
      "organization.member_removed",
    ],
    async ({ payload }) => {
      await evaluateTenant(context, payload.organization.id);
    },
  );
}
