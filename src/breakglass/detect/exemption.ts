import type { Exemption } from "../../evidence/push-record.js";
import type { Account } from "../../facts/facts.js";

/** Accounts whose pushes are recorded as what they are, and are no case. By id: logins can be taken over. */
export interface ExemptAccounts {
  /** The app's own bot account; `null`: not known. */
  readonly app: number | null;
  /** Those that the policy from before the change names. */
  readonly releaseBots: ReadonlySet<number>;
}

/** Why what `pusher` pushed is no bypass; `null`: it is one. Nobody known, nobody exempt. */
export function exemptionOf(pusher: Account | null, { app, releaseBots }: ExemptAccounts): Exemption | null {
  if (pusher === null) return null;
  if (pusher.id === app) return "own-app";
  return releaseBots.has(pusher.id) ? "release-bot" : null;
}
