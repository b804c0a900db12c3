import { type Clock } from "../clock.js";
import { CountersignError } from "../errors.js";
import { visible } from "../report/escape.js";
import { type Alert, type Notifier } from "./alert.js";
import { type ChannelConfig, variableOf } from "./channel.js";
import { type PrivateTargets } from "./net/addresses.js";
import { type Resolve, systemResolve } from "./net/guard.js";
import { renderMail } from "./render/mail.js";
import { pagerDutyEvent } from "./render/pagerduty.js";
import { slackMessage } from "./render/slack.js";
import { teamsMessage } from "./render/teams.js";
import { signedWebhook } from "./render/webhook.js";
import { post } from "./send/post.js";
import { sendMail } from "./send/smtp.js";
import { type Transport } from "./send/transport.js";

export interface NotifierOptions {
  readonly clock: Clock;
  /** Where alerts may go besides the public internet. */
  readonly privateTargets: PrivateTargets;
  /** How names are looked up; the operating system's way unless given. */
  readonly resolve?: Resolve;
  /** Milliseconds that one attempt may take in all; 10 s unless given. */
  readonly limitMs?: number;
  /** Certificate authorities (PEM) to trust instead of Node's. */
  readonly ca?: string;
}

const LIMIT_MS = 10_000;

/** A notifier for the operator's channels. It keeps no connection and no state: `send` is one attempt. */
export function createNotifier(channels: readonly ChannelConfig[], options: NotifierOptions): Notifier {
  const byName = new Map(channels.map((channel) => [channel.name, channel]));
  const transport: Transport = {
    clock: options.clock,
    targets: options.privateTargets,
    resolve: options.resolve ?? systemResolve,
    limitMs: options.limitMs ?? LIMIT_MS,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
  return {
    channels: new Set(byName.keys()),
    async send(name, alert) {
      const channel = byName.get(name);
      if (channel === undefined) throw unknown(name);
      await sendTo(channel, alert, transport);
    },
  };
}

async function sendTo(channel: ChannelConfig, alert: Alert, transport: Transport): Promise<void> {
  switch (channel.kind) {
    case "slack":
      return post(channel, json(channel.url, slackMessage(alert)), transport);
    case "teams":
      return post(channel, json(channel.url, teamsMessage(alert)), transport);
    case "pagerduty":
      return post(channel, json(channel.url, pagerDutyEvent(alert, channel.routingKey)), transport);
    case "webhook": {
      const signed = signedWebhook(alert, channel.secrets, transport.clock.now());
      return post(channel, { url: channel.url, ...signed }, transport);
    }
    case "mail":
      return sendMail(channel, renderMail(alert, channel.from), transport);
  }
}

const json = (url: string, message: object) => ({ url, body: JSON.stringify(message) });

function unknown(name: string): CountersignError {
  const shown = visible(name);
  return new CountersignError("channel-unknown", `There is no channel ${shown}.`, {
    remedy: `Set ${visible(variableOf(name))} in the service's environment; see docs/notifications.md.`,
  });
}
