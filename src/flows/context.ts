import type { Clock } from "../clock.js";
import type { GatherPorts } from "../facts/gather.js";
import type { GitHub, Installation } from "../github/github.js";
import type { Logger } from "../logger.js";
import type { Notifier } from "../notify/alert.js";
import type { Verifier } from "../signatures/verifier.js";
import type { Store } from "../store/store.js";
import { remembering } from "./organization/remembering.js";

/** What every flow is given: the doors, the clock, and who we are. */
export interface FlowContext {
  readonly appId: number;
  readonly store: Store;
  readonly github: GitHub;
  readonly clock: Clock;
  /** Keeps what was proven of commits and keys, for as long as the process lives. */
  readonly verifier: Verifier;
  readonly logger: Logger;
  readonly notifier: Notifier;
  /** Whether the operator lets the app open retroactive pull requests: it needs more permissions than app.yml asks for. */
  readonly opensPullRequests: boolean;
  /** How long webhooks that were processed are kept. */
  readonly deliveriesKeptDays: number;
  /** The address of the folder of this documentation, without a slash at its end; `null`: it is not known. */
  readonly docsUrl: string | null;
}

/** What facts are gathered with for a tenant. */
export function gatherPorts(
  { clock, store, verifier }: Pick<FlowContext, "clock" | "store" | "verifier">,
  installation: Installation,
  tenantId: number,
): GatherPorts {
  return {
    source: installation.facts,
    trees: installation.retroactive,
    clock,
    verifier,
    findPusher: (tip) => store.findPusher(tenantId, tip),
  };
}

/** The tenant's installation, or `null` if the app is not (or no longer) active there: then there is nothing to do. */
export async function installationOf(context: FlowContext, tenantId: number): Promise<Installation | null> {
  const tenant = await context.store.findTenant(tenantId);
  if (tenant === null || tenant.suspended) {
    context.logger.info({ tenantId }, "The app is not active on this account; nothing to do");
    return null;
  }
  const installation = context.github.forInstallation(tenant.installationId);
  const { store, clock } = context;
  return remembering(installation, { store, clock, tenantId });
}
