import type { Clock } from "../clock.js";
import type { GitHub, Installation } from "../github/github.js";
import type { Logger } from "../logger.js";
import type { Notifier } from "../notify/alert.js";
import type { Store } from "../store/store.js";

/** What every flow is given: the doors, the clock, and who we are. */
export interface FlowContext {
  readonly appId: number;
  readonly store: Store;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly notifier: Notifier;
  /** Whether the operator lets the app open retroactive pull requests: it needs more permissions than app.yml asks for. */
  readonly opensPullRequests: boolean;
}

/** The tenant's installation, or `null` if the app is not (or no longer) active there: then there is nothing to do. */
export async function installationOf(context: FlowContext, tenantId: number): Promise<Installation | null> {
  const tenant = await context.store.findTenant(tenantId);
  if (tenant === null || tenant.suspended) {
    context.logger.info({ tenantId }, "The app is not active on this account; nothing to do");
    return null;
  }
  return context.github.forInstallation(tenant.installationId);
}
