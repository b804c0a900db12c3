import type { Probot } from "probot";
import type { FlowContext } from "../../flows/context.js";
import { evaluateOpen, evaluateTenant, lookAtOrganizationPolicy, type Place } from "../subjects.js";

/**
 * The app installed on an account, suspended there, taken off, or given other repositories: the account's tenant
 * follows. What happened while the app was away was not told to it, so all open pull requests and all controlled
 * branches are looked at when it comes or comes back.
 */
export function onInstallation(app: Probot, context: FlowContext): void {
  app.on("installation.created", async ({ payload }) => {
    const account = await saveTenant(context, payload.installation, false);
    if (account === null) return;
    for (const place of placesOf(account, payload.repositories ?? [])) {
      await context.store.enqueue({ task: "watch-repository", payload: place });
    }
    await evaluateTenant(context, account.id);
  });

  // The account goes by another name, and so do all of its repositories. Both events tell it; either may come.
  app.on("installation_target.renamed", async ({ payload }) => {
    await rename(context, payload.account);
  });
  app.on("organization.renamed", async ({ payload }) => {
    await rename(context, payload.organization);
  });

  app.on(["installation.unsuspend", "installation.new_permissions_accepted"], async ({ payload }) => {
    const account = await saveTenant(context, payload.installation, false);
    if (account === null) return;
    await context.store.enqueue({ task: "reconcile", payload: { tenantId: account.id } });
    await evaluateTenant(context, account.id);
  });

  app.on(["installation.suspend", "installation.deleted"], async ({ payload }) => {
    await saveTenant(context, payload.installation, true);
  });

  app.on("installation_repositories.added", async ({ payload }) => {
    const account = accountOf(payload.installation);
    if (account === null) return;
    for (const place of placesOf(account, payload.repositories_added)) {
      await context.store.enqueue({ task: "watch-repository", payload: place });
      await evaluateOpen(context, place, null);
    }
    await lookAtOrganizationPolicy(context, account.id, namesOf(payload.repositories_added));
  });

  app.on("installation_repositories.removed", async ({ payload }) => {
    const account = accountOf(payload.installation);
    if (account === null) return;
    for (const place of placesOf(account, payload.repositories_removed)) await leave(context, place);
    await lookAtOrganizationPolicy(context, account.id, namesOf(payload.repositories_removed));
  });
}

interface InstallationPayload {
  readonly id: number;
  readonly account: { readonly id: number; readonly login?: string } | null;
  /** ISO 8601, or seconds since 1970. */
  readonly updated_at: string | number;
}

interface InstalledAccount {
  readonly id: number;
  readonly login: string;
}

interface ListedRepository {
  readonly id?: number;
  readonly name?: string;
}

const placesOf = (account: InstalledAccount, repositories: readonly ListedRepository[]): Place[] =>
  repositories.flatMap(({ id, name }) =>
    id === undefined || name === undefined
      ? []
      : [{ tenantId: account.id, repository: { id, owner: account.login, name } }],
  );

const namesOf = (repositories: readonly ListedRepository[]): string[] =>
  repositories.flatMap(({ name }) => name ?? []);

function accountOf({ account }: Pick<InstallationPayload, "account">): InstalledAccount | null {
  return account?.login === undefined ? null : { id: account.id, login: account.login };
}

/** What the app may no longer see it no longer answers for; what it knows of it stays. */
async function leave({ store, clock }: FlowContext, { tenantId, repository }: Place): Promise<void> {
  const found = await store.findRepository(tenantId, repository.id);
  if (found !== null) await store.saveRepository({ ...found, gone: true, asOf: clock.now() });
}

/** What the account is called now. The names of its repositories follow as each of them is looked at. */
async function rename(
  { store, clock }: FlowContext,
  { id, login }: { readonly id: number; readonly login?: string },
): Promise<void> {
  const tenant = await store.findTenant(id);
  if (tenant === null || login === undefined) return;
  if (tenant.login !== login) await store.saveTenant({ ...tenant, login, asOf: clock.now() });
  await store.enqueue({ task: "reconcile", payload: { tenantId: id } });
}

async function saveTenant(
  { store }: FlowContext,
  { id: installationId, account, updated_at: updatedAt }: InstallationPayload,
  suspended: boolean,
): Promise<InstalledAccount | null> {
  const installed = accountOf({ account });
  if (installed === null) return null;
  const asOf = new Date(typeof updatedAt === "number" ? updatedAt * 1000 : updatedAt);
  await store.saveTenant({ ...installed, installationId, suspended, asOf });
  return installed;
}
