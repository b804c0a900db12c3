import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Webhooks } from "@octokit/webhooks";
import type { Clock } from "../../clock.js";
import { CountersignError, isCountersignError, type ErrorCode } from "../../errors.js";
import type { Logger } from "../../logger.js";
import type { NewDelivery, Store } from "../../store/store.js";
import { sendJson } from "../../web/server.js";
import { envelope, problemsOf, shapeProblems, type Envelope } from "./shapes.js";

export const WEBHOOK_PATH = "/api/github/webhooks";

/** GitHub caps payloads at 25 MB: https://docs.github.com/webhooks/webhook-events-and-payloads */
const MAX_BODY_BYTES = 25 * 1024 * 1024;

export interface ReceiverOptions {
  readonly store: Pick<Store, "acceptDelivery">;
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Makes the handler of webhook deliveries. It proves the signature over the raw body, stores the delivery with its job
 * in one transaction, and only then answers 202; all work is done by the job. Nothing is answered 2xx that is not
 * stored, so a delivery that GitHub shows as failed can be redelivered without loss.
 */
export function webhookReceiver(options: ReceiverOptions) {
  const verifiers = options.secrets.map((secret) => new Webhooks({ secret }));
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const body = await readBody(request);
      const text = await verifiedText(verifiers, body, header(request, "x-hub-signature-256"));
      const delivery = readDelivery(request, { body, text }, options.clock.now());
      const outcome = await options.store.acceptDelivery(delivery);
      sendJson(response, 202, { outcome });
    } catch (error) {
      refuse(response, error, options.logger);
    }
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw new CountersignError("payload-too-large", "The body is larger than 25 MB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The body as text, if its signature is right. Two secrets are accepted while one is being rotated. Bytes that are not
 * UTF-8 would be others once they are read.
 */
async function verifiedText(
  verifiers: readonly Webhooks[],
  body: Buffer,
  signature: string,
): Promise<string> {
  if (body.length > 0 && isUtf8(body)) {
    const text = body.toString("utf8");
    for (const verifier of verifiers) {
      if (await verifier.verify(text, signature)) return text;
    }
  }
  throw new CountersignError("signature-mismatch", "X-Hub-Signature-256 does not match the body.", {
    remedy: "Set WEBHOOK_SECRET to the secret on the GitHub App's settings page.",
  });
}

interface SignedBody {
  readonly body: Buffer;
  /** The same, decoded once. */
  readonly text: string;
}

function readDelivery(request: IncomingMessage, { body, text }: SignedBody, receivedAt: Date): NewDelivery {
  const event = header(request, "x-github-event");
  const json = parseJson(text);
  const payload = readEnvelope(json);
  const problems = shapeProblems(event, json);
  if (problems.length > 0) throw malformed(`This is not a ${event} event. ${listed(problems)}.`);
  return {
    guid: header(request, "x-github-delivery"),
    event,
    action: payload.action ?? null,
    tenantId: tenantOf(payload),
    installationId: payload.installation?.id ?? null,
    receivedAt,
    payload: body,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed("The body is not JSON. Set the webhook's content type to application/json.", cause);
  }
}

function readEnvelope(json: unknown): Envelope {
  const parsed = envelope.safeParse(json);
  if (parsed.success) return parsed.data;
  throw malformed(`The body is not a webhook payload. ${listed(problemsOf(parsed.error))}.`, parsed.error);
}

/** A tenant is the account on which the app is installed; 0 is the app itself, for `ping`. */
function tenantOf({ repository, installation, organization, account }: Envelope): number {
  return repository?.owner.id ?? installation?.account?.id ?? organization?.id ?? account?.id ?? 0;
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  if (typeof value === "string" && value !== "") return value;
  if (name === "x-hub-signature-256") {
    throw new CountersignError("signature-mismatch", "The X-Hub-Signature-256 header is missing.", {
      remedy: "Set a webhook secret on the GitHub App's settings page; unsigned deliveries are not accepted.",
    });
  }
  throw malformed(`The ${name} header is missing.`);
}

const listed = (problems: readonly string[]): string => problems.slice(0, 3).join("; ");
const malformed = (message: string, cause?: unknown) =>
  new CountersignError("delivery-malformed", message, { cause });

const STATUS: Partial<Record<ErrorCode, number>> = {
  "signature-mismatch": 401,
  "delivery-malformed": 400,
  "payload-too-large": 413,
  "store-unavailable": 503,
};

function refuse(response: ServerResponse, error: unknown, logger: Logger): void {
  if (!isCountersignError(error)) {
    logger.error({ err: error }, "A webhook could not be stored");
    sendJson(response, 500, { error: "internal", message: "The delivery was not stored. Redeliver it." });
    return;
  }
  logger.warn({ err: error, code: error.code }, "A webhook was refused");
  const { code, message, remedy } = error;
  // What is left of a refused body is not read: the connection ends with the answer.
  sendJson(response, STATUS[code] ?? 500, { error: code, message, remedy }, { connection: "close" });
}
