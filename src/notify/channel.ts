/** A channel as the operator set it up. It holds secrets, the addresses of chat webhooks among them: never show one. */
export type ChannelConfig = SlackChannel | TeamsChannel | WebhookChannel | PagerDutyChannel | MailChannel;

interface Named {
  /** As the policy writes it: lower case, words joined by `-`. */
  readonly name: string;
}

/** An incoming webhook of Slack. */
export interface SlackChannel extends Named {
  readonly kind: "slack";
  readonly url: string;
}

/** The webhook of a Microsoft Teams workflow. */
export interface TeamsChannel extends Named {
  readonly kind: "teams";
  readonly url: string;
}

/** Anything that takes signed webhooks (Standard Webhooks 1.0). */
export interface WebhookChannel extends Named {
  readonly kind: "webhook";
  readonly url: string;
  /** `whsec_…`; the first is the current one, others are signed with too while they are being rotated. */
  readonly secrets: readonly [string, ...string[]];
}

/** A PagerDuty service (Events API v2). */
export interface PagerDutyChannel extends Named {
  readonly kind: "pagerduty";
  readonly routingKey: string;
  readonly url: string;
}

/** Mail by SMTP. */
export interface MailChannel extends Named {
  readonly kind: "mail";
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` or nothing at all, or `none`. */
  readonly security: "tls" | "starttls" | "none";
  readonly auth: { readonly user: string; readonly password: string } | null;
  readonly from: string;
  readonly to: readonly string[];
}

export const CHANNEL_KINDS = ["slack", "teams", "webhook", "pagerduty", "mail"] as const;

const PREFIX = "COUNTERSIGN_CHANNEL_";

/** The variable that sets up the channel `name`. */
export const variableOf = (name: string): string => PREFIX + name.toUpperCase().replaceAll("-", "_");

/** The name of the channel that `variable` sets up; `null`: it sets up none. */
export function nameOf(variable: string): string | null {
  if (!variable.startsWith(PREFIX)) return null;
  const name = variable.slice(PREFIX.length);
  return /^[A-Z0-9]+(_[A-Z0-9]+)*$/.test(name) ? name.toLowerCase().replaceAll("_", "-") : null;
}

export const isChannelVariable = (variable: string): boolean => variable.startsWith(PREFIX);
