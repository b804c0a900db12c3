import type { Probot } from "probot";
import type { FlowContext } from "../../flows/context.js";
import { leave } from "../../flows/watch/watch-repository.js";
import {
  evaluateOpen,
  lookAtOrganizationPolicy,
  type Place,
  placeOf,
  type RepositoryPayload,
} from "../subjects.js";

/**
 * What becomes of a repository itself. Its name and its default branch stand in what we keep, and which of its branches
 * are controlled follows from the default branch's policy; who can see it decides what protection there is.
 */
export function onRepository(app: Probot, context: FlowContext): void {
  app.on("repository.created", async ({ payload }) => {
    const place = placeOf(payload);
    await context.store.enqueue({ task: "watch-repository", payload: place });
    await lookAtOrganizationPolicy(context, place.tenantId, [place.repository.name]);
  });

  app.on(
    ["repository.privatized", "repository.publicized", "repository.renamed", "repository.unarchived"],
    async ({ payload }) => {
      await lookAgain(context, placeOf(payload), payload.repository);
    },
  );

  app.on("repository.edited", async ({ payload }) => {
    // What it says of itself is nothing to us.
    if (payload.changes.default_branch) await lookAgain(context, placeOf(payload), payload.repository);
  });

  app.on("repository.transferred", async ({ payload }) => {
    const place = placeOf(payload);
    const { organization, user } = payload.changes.owner.from;
    const before = organization?.id ?? user?.id;
    // Nothing crosses from one account to another: what is known there stays there, and here it begins anew.
    if (before !== undefined && before !== place.tenantId) {
      await leavePlace(context, { ...place, tenantId: before });
    }
    await lookAgain(context, place, payload.repository);
  });

  app.on("repository.deleted", async ({ payload }) => {
    await leavePlace(context, placeOf(payload));
  });
}

interface Changed extends Pick<RepositoryPayload, "repository"> {
  readonly repository: RepositoryPayload["repository"] & {
    readonly default_branch?: string;
    /** ISO 8601. */
    readonly updated_at?: string | null;
  };
}

/** Notes what the event tells, has the rest read, and everything evaluated that this may concern. */
async function lookAgain(
  context: FlowContext,
  place: Place,
  { default_branch: branch, updated_at: updatedAt }: Changed["repository"],
): Promise<void> {
  const { store } = context;
  const known = await store.findRepository(place.tenantId, place.repository.id);
  if (known !== null && updatedAt) {
    const defaultBranch = branch ?? known.defaultBranch;
    // Events come in any order: an earlier name never takes the place of a later one.
    const asOf = new Date(updatedAt);
    await store.saveRepository({ ...known, ...place, defaultBranch, gone: false, asOf });
  }
  await store.enqueue({ task: "watch-repository", payload: place });
  await evaluateOpen(context, place, null);
  await lookAtOrganizationPolicy(context, place.tenantId, [place.repository.name]);
}

async function leavePlace(context: FlowContext, { tenantId, repository }: Place): Promise<void> {
  await lookAtOrganizationPolicy(context, tenantId, [repository.name]);
  const known = await context.store.findRepository(tenantId, repository.id);
  if (known !== null) await leave(context, known);
}
