/** What stakeholders are told, whatever the channel. Plain text: each channel escapes it in its own way. */
export interface Alert {
  /** Stable over every attempt to send it. */
  readonly id: string;
  readonly kind:
    "opened" | "reminder" | "breach" | "escalation" | "closed" | "budget" | "withdrawn" | "rejected";
  readonly severity: "info" | "warning" | "critical";
  /** One line. */
  readonly title: string;
  /** What happened, and what is owed: one sentence each. */
  readonly lines: readonly string[];
  /** Labelled facts in their order: repository, branch, commit, who, deadlines. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Where to look and act; `null` where there is no issue yet. */
  readonly url: string | null;
  /** Ties the alerts of one case together (PagerDuty: one incident). */
  readonly caseId: string;
  /** When the thing happened (ISO 8601, UTC). */
  readonly at: string;
  /** Who is meant by name: logins and teams. */
  readonly mentions: readonly string[];
}

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
