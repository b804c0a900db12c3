import type { Alert } from "../report/case/alert.js";

export type { Alert } from "../report/case/alert.js";

/** Sends alerts to the operator's channels. */
export interface Notifier {
  /** The names of the channels that the operator has set up. */
  readonly channels: ReadonlySet<string>;
  /**
   * Sends one alert once; the caller repeats what failed, under the same id.
   *
   * @throws CountersignError `channel-unknown` where the operator has set up no such channel, `channel-refused` where
   *   it can never be delivered as it is (an address that is not allowed, a redirect, an answer 4xx), `channel-failed`
   *   where trying again may help (no answer in time, 5xx, 429 with its `retryAt`)
   */
  send(channel: string, alert: Alert): Promise<void>;
}
