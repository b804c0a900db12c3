import { createHmac } from "node:crypto";
import { type Alert } from "../alert.js";
import { typeOf } from "./text.js";

/** A request as Standard Webhooks 1.0 has it: receivers verify it with any of the standard's libraries. */
export interface SignedWebhook {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Signs an alert for a receiver.
 * @param secrets `whsec_…`, the current one first; there is one signature for each, so that secrets can be rotated
 * @param now when it is sent, against replays; the id stays the same over every attempt
 */
export function signedWebhook(alert: Alert, secrets: readonly string[], now: Date): SignedWebhook {
  const id = webhookId(alert.id);
  const timestamp = Math.floor(now.getTime() / 1000).toString();
  const body = JSON.stringify({ type: typeOf(alert), timestamp: alert.at, data: alert });
  const signatures = secrets.map((secret) => `v1,${signature(secret, `${id}.${timestamp}.${body}`)}`);
  return {
    body,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatures.join(" "),
    },
  };
}

function signature(secret: string, content: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return createHmac("sha256", key).update(content, "utf8").digest("base64");
}

/** The standard signs `id.timestamp.body`: a full stop in the id could shift the parts; a line break, the headers. */
const webhookId = (id: string): string =>
  encodeURIComponent(id).replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll(".", "%2E");
