import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";
import { evaluateOpen, evaluateTenant } from "./subjects.js";

/**
 * The app installed on an account, suspended there, or taken off: the account's tenant follows. What happened while
 * the app was away was not told to it, so all open pull requests are looked at when it comes or comes back.
 */
export function onInstallation(app: Probot, context: FlowContext): void {
  app.on("installation.created", async ({ payload }) => {
    const account = await saveTenant(context, payload.installation, false);
    if (account === null) return;
    for (const { id, name } of payload.repositories ?? []) {
      const place = { tenantId: account.id, repository: { id, owner: account.login, name } };
      await evaluateOpen(context, place, null);
    }
  });

  app.on(["installation.unsuspend", "installation.new_permissions_accepted"], async ({ payload }) => {
    const account = await saveTenant(context, payload.installation, false);
    if (account !== null) await evaluateTenant(context, account.id);
  });

  app.on(["installation.suspend", "installation.deleted"], async ({ payload }) => {
    await saveTenant(context, payload.installation, true);
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

async function saveTenant(
  { store }: FlowContext,
  { id: installationId, account, updated_at: updatedAt }: InstallationPayload,
  suspended: boolean,
): Promise<InstalledAccount | null> {
  if (account?.login === undefined) return null;
  const { id, login } = account;
  const asOf = new Date(typeof updatedAt === "number" ? updatedAt * 1000 : updatedAt);
  await store.saveTenant({ id, login, installationId, suspended, asOf });
  return { id, login };
}
