import type { Probot } from "probot";
import type { FlowContext } from "../flows/context.js";

/** The app installed on an account, suspended there, or taken off: the account's tenant follows. */
export function onInstallation(app: Probot, context: FlowContext): void {
  const save = async (installation: InstallationPayload, suspended: boolean): Promise<void> => {
    const { id, account } = installation;
    if (account?.login === undefined) return;
    // Events come in any order: the end of an earlier installation is not the end of the present one.
    const current = await context.store.findTenant(account.id);
    if (suspended && current !== null && current.installationId !== id) return;
    await context.store.saveTenant({ id: account.id, login: account.login, installationId: id, suspended });
  };

  app.on(
    ["installation.created", "installation.unsuspend", "installation.new_permissions_accepted"],
    ({ payload }) => save(payload.installation, false),
  );
  app.on(["installation.suspend", "installation.deleted"], ({ payload }) => save(payload.installation, true));
}

interface InstallationPayload {
  readonly id: number;
  readonly account: { readonly id: number; readonly login?: string } | null;
}
