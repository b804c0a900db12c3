import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Clock } from "../../../src/clock.js";
import { type Endpoint, type Received, startEndpoint } from "../../notify/support/endpoint.js";

/** The demo policy's channels, in the order in which its routes name them. */
export const CHANNELS = ["compliance", "security", "management"] as const;
type Channel = (typeof CHANNELS)[number];

/** Receivers are to refuse what was sent longer ago, so that nobody can send it again: Standard Webhooks 1.0. */
const TOLERANCE_MS = 5 * 60_000;

const headers = z.object({
  "webhook-id": z.string(),
  "webhook-timestamp": z.string().regex(/^\d+$/),
  "webhook-signature": z.string(),
});
const message = z.object({
  type: z.string(),
  data: z.object({
    severity: z.string(),
    title: z.string(),
    lines: z.array(z.string()),
    facts: z.array(z.tuple([z.string(), z.string()])),
  }),
});

/** A webhook whose signature verified. */
export interface VerifiedAlert extends z.infer<typeof message> {
  readonly channel: Channel;
  readonly headers: z.infer<typeof headers>;
}

/** What stands behind the channels of this demo: an HTTP server that takes Standard Webhooks and verifies each. */
export class AlertReceiver {
  readonly #endpoint: Endpoint;
  readonly #secrets = new Map(
    CHANNELS.map((name) => [name, `whsec_${randomBytes(32).toString("base64")}`] as const),
  );
  readonly #ids = new Set<string>();
  readonly #arrivals: readonly Date[];
  #seen = 0;

  private constructor(endpoint: Endpoint, arrivals: readonly Date[]) {
    this.#endpoint = endpoint;
    this.#arrivals = arrivals;
  }

  /** @param clock by which it judges how old a message is */
  static async start(clock: Clock): Promise<AlertReceiver> {
    const arrivals: Date[] = [];
    const endpoint = await startEndpoint((response) => {
      arrivals.push(clock.now());
      response.writeHead(204).end();
    });
    return new AlertReceiver(endpoint, arrivals);
  }

  /** The app's environment variables for these channels; they are on this machine, which has to be allowed. */
  get environment(): Readonly<Record<string, string>> {
    const channels = [...this.#secrets].flatMap(([name, secret]) => {
      const variable = `COUNTERSIGN_CHANNEL_${name.toUpperCase()}`;
      const url = `${this.#endpoint.origin}/${name}`;
      return [
        [variable, `webhook:${url}`],
        [`${variable}_SECRET`, secret],
      ] as const;
    });
    return { COUNTERSIGN_ALLOW_PRIVATE_TARGETS: "127.0.0.1", ...Object.fromEntries(channels) };
  }

  /**
   * What came since the last call, each once: an alert may be sent twice, under the same id.
   * @throws if a message is not signed as the standard says, or is old
   */
  news(): VerifiedAlert[] {
    const from = this.#seen;
    const received = this.#endpoint.received.slice(from);
    this.#seen += received.length;
    const verified = received.map((one, index) => this.#verified(one, this.#arrivals[from + index]));
    return verified.filter(({ headers: { "webhook-id": id } }) => this.#isNew(id));
  }

  #isNew(id: string): boolean {
    const known = this.#ids.has(id);
    this.#ids.add(id);
    return !known;
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }

  /** The standard's own library signs what was received again; its `verify` would judge the age by the machine's clock. */
  #verified({ path, headers: sent, body }: Received, arrived: Date | undefined): VerifiedAlert {
    const channel = CHANNELS.find((name) => path === `/${name}`);
    const secret = channel === undefined ? undefined : this.#secrets.get(channel);
    if (channel === undefined || secret === undefined)
      throw new Error(`An alert came to ${path ?? "nowhere"}.`);
    const read = headers.parse(sent);
    const { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signature } = read;
    const sentAt = new Date(Number(seconds) * 1_000);
    if (!signature.split(" ").includes(new Webhook(secret).sign(id, sentAt, body)))
      throw new Error(`The signature of the alert ${id} does not verify.`);
    const age = (arrived ?? new Date(NaN)).getTime() - sentAt.getTime();
    if (!(Math.abs(age) <= TOLERANCE_MS))
      throw new Error(`The alert ${id} was sent at ${sentAt.toISOString()}.`);
    return { channel, headers: read, ...message.parse(JSON.parse(body)) };
  }
}
