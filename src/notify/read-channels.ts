import { CountersignError } from "../errors.js";
import {
  CHANNEL_KINDS,
  type ChannelConfig,
  isChannelVariable,
  nameOf,
  type PagerDutyChannel,
  variableOf,
  type WebhookChannel,
} from "./channel.js";
import { type PrivateTargets } from "./net/addresses.js";
import { readMail } from "./read-mail.js";
import { Unusable, targetUrl } from "./target-url.js";

/** What belongs to a channel besides its own variable. */
interface Extras {
  readonly secret: string | undefined;
  readonly url: string | undefined;
}

const SETTING = /_(SECRET|URL)$/;
const PAGERDUTY = "https://events.pagerduty.com/v2/enqueue";
const FORMS =
  "slack:https://…, teams:https://…, webhook:https://…, pagerduty:<routing key>, or mail:smtps://user:password@host/?from=…&to=…";

/**
 * The channels that environment variables set up: `COUNTERSIGN_CHANNEL_<NAME>`, each with its `_SECRET` or `_URL` where
 * its kind has one. A variable that ends so never names a channel, so nothing can be read in two ways.
 *
 * @throws CountersignError `config-invalid`, naming every variable that cannot be used and never showing its value
 */
export function readChannels(
  variables: Readonly<Record<string, string | undefined>>,
  targets: PrivateTargets,
): readonly ChannelConfig[] {
  const set = new Map(
    Object.entries(variables).flatMap(([name, value = ""]): [string, string][] =>
      isChannelVariable(name) && value.trim() !== "" ? [[name, value.trim()]] : [],
    ),
  );
  const problems: string[] = [];
  const channels: ChannelConfig[] = [];
  for (const [variable, value] of set) {
    try {
      const channel = readVariable(variable, value, set, targets);
      if (channel !== null) channels.push(channel);
    } catch (error) {
      // Not handed on as a cause: what could not be read may be a secret.
      if (!(error instanceof Unusable)) throw error;
      problems.push(`${error.variable ?? variable}: ${error.message}`);
    }
  }
  if (problems.length === 0) return channels;
  throw new CountersignError("config-invalid", `Channels are not usable. ${problems.join("; ")}.`, {
    remedy: "Mend these variables; .env.example shows each kind, and docs/notifications.md explains them.",
  });
}

/** `null` for a setting that belongs to a channel, which reads it itself. */
function readVariable(
  variable: string,
  value: string,
  set: ReadonlyMap<string, string>,
  targets: PrivateTargets,
): ChannelConfig | null {
  const name = nameOf(variable);
  if (name === null) throw new Unusable("a channel's name is of A-Z, 0-9 and single _ between them");
  const owner = variable.replace(SETTING, "");
  if (owner !== variable && nameOf(owner) !== null) {
    if (set.has(owner)) return null;
    throw new Unusable(
      `${owner}, to which this belongs, is not set (no channel's name ends in _SECRET or _URL)`,
    );
  }
  const extras = { secret: set.get(`${variable}_SECRET`), url: set.get(`${variable}_URL`) };
  return readChannel(name, value, extras, targets);
}

function readChannel(name: string, value: string, extras: Extras, targets: PrivateTargets): ChannelConfig {
  const [, kindText = "", target = ""] = /^([a-z]+):(.*)$/s.exec(value) ?? [];
  const kind = CHANNEL_KINDS.find((known) => known === kindText);
  if (kind === undefined) throw new Unusable(`is none of ${FORMS}`);
  if (kind !== "webhook") refuseExtra(name, "SECRET", extras.secret, kind);
  if (kind !== "pagerduty") refuseExtra(name, "URL", extras.url, kind);
  switch (kind) {
    case "slack":
    case "teams":
      return { name, kind, url: targetUrl(target, targets) };
    case "webhook":
      return readWebhook(name, target, extras.secret, targets);
    case "pagerduty":
      return readPagerDuty(name, target, extras.url, targets);
    case "mail":
      return readMail(name, target, targets);
  }
}

function refuseExtra(name: string, suffix: string, value: string | undefined, kind: string): void {
  if (value === undefined) return;
  throw new Unusable(`is set, but a ${kind} channel has none`, `${variableOf(name)}_${suffix}`);
}

function readWebhook(
  name: string,
  target: string,
  secret: string | undefined,
  targets: PrivateTargets,
): WebhookChannel {
  const variable = `${variableOf(name)}_SECRET`;
  const [current, ...older] = (secret ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
  if (current === undefined) {
    const make = 'make one: echo "whsec_$(openssl rand -base64 32)"';
    throw new Unusable(`is not set: what receivers verify the webhook by (${make})`, variable);
  }
  if (![current, ...older].every(isSigningSecret)) {
    throw new Unusable("is not whsec_ and 24 to 64 bytes in base64, or two such with a comma", variable);
  }
  return { name, kind: "webhook", url: targetUrl(target, targets), secrets: [current, ...older] };
}

/** Standard Webhooks 1.0, "Signature scheme": 24 to 64 random bytes. */
function isSigningSecret(secret: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return false;
  const bytes = Buffer.from(encoded, "base64");
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString("base64") === encoded;
}

function readPagerDuty(
  name: string,
  routingKey: string,
  url: string | undefined,
  targets: PrivateTargets,
): PagerDutyChannel {
  if (!/^[A-Za-z0-9]{32}$/.test(routingKey)) {
    throw new Unusable("is not pagerduty: and the 32 letters and digits of an Events API v2 integration key");
  }
  const read = (): string => (url === undefined ? PAGERDUTY : targetUrl(url, targets));
  return { name, kind: "pagerduty", routingKey, url: Unusable.in(`${variableOf(name)}_URL`, read) };
}
