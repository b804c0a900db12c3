import { type Clock } from "../../clock.js";
import { type PrivateTargets } from "../net/addresses.js";
import { type Resolve } from "../net/guard.js";

/** What sending needs besides the message. */
export interface Transport {
  readonly clock: Clock;
  readonly targets: PrivateTargets;
  readonly resolve: Resolve;
  /** Milliseconds that one attempt may take in all, from the first look-up to the last byte. */
  readonly limitMs: number;
  /** Certificate authorities (PEM) instead of those that Node trusts. */
  readonly ca?: string;
}
