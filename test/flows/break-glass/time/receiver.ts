import type { ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { ChannelConfig } from "../../../../src/notify/channel.js";
import { type Endpoint, type Received, startEndpoint } from "../../../notify/support/endpoint.js";

/** What a receiver of signed webhooks was told. */
export interface Told {
  /** The channel, by its name in the policy. */
  readonly channel: string;
  /** By which a receiver tells a repetition. */
  readonly id: string;
  readonly kind: string;
  readonly url: string | null;
  readonly caseId: string;
}

const message = z.object({
  type: z.string(),
  data: z.object({
    id: z.string(),
    kind: z.string(),
    url: z.string().nullable(),
    caseId: z.string(),
  }),
});

const SECRET = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

/** A server that stakeholders have their alerts sent to; it has one address a channel. */
export class Receiver {
  readonly #endpoint: Endpoint;

  private constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** @param answer how each request is answered, by its channel; by 200 unless given */
  static async start(answer: Answer = accept): Promise<Receiver> {
    const endpoint: Endpoint = await startEndpoint((response) => {
      answer(response, channelOf(endpoint.received.at(-1)));
    });
    return new Receiver(endpoint);
  }

  /** The configuration of a channel of this name that leads here. */
  channel(name: string): ChannelConfig {
    return { kind: "webhook", name, url: `${this.#endpoint.origin}/${name}`, secrets: [SECRET] };
  }

  /** The same as the operator writes it into the environment: variable → value. */
  variables(name: string): Record<string, string> {
    const variable = `COUNTERSIGN_CHANNEL_${name.toUpperCase().replaceAll("-", "_")}`;
    return { [variable]: `webhook:${this.#endpoint.origin}/${name}`, [`${variable}_SECRET`]: SECRET };
  }

  /** All that came, in order, repetitions included. @throws where a signature or an id does not hold */
  told(channel: string | null = null): Told[] {
    const all = this.#endpoint.received.map(read);
    return channel === null ? all : all.filter((told) => told.channel === channel);
  }

  /** What came about one case. */
  about(caseId: string): Told[] {
    return this.told().filter((told) => told.caseId === caseId);
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }
}

export type Answer = (response: ServerResponse, channel: string) => void;

const accept: Answer = (response) => {
  response.writeHead(204).end();
};

const channelOf = (request: Received | undefined): string => (request?.path ?? "").slice(1);

function read(request: Received): Told {
  const { body, headers } = request;
  const [signedId, timestamp, signature] = ["id", "timestamp", "signature"].map((name) =>
    String(headers[`webhook-${name}`]),
  );
  // Signed again and not verified: a verifier refuses timestamps that are far from the machine's clock, as ours are.
  const at = new Date(Number(timestamp) * 1_000);
  if (new Webhook(SECRET).sign(signedId ?? "", at, body) !== signature)
    throw new Error(`the signature of ${body} does not hold`);
  const { data } = message.parse(JSON.parse(body));
  if (decodeURIComponent(signedId ?? "") !== data.id) throw new Error(`the ids of ${body} differ`);
  return { channel: channelOf(request), ...data };
}
