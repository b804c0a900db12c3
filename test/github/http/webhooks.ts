import { createHmac, randomUUID } from "node:crypto";
import { nodeId } from "../render/accounts.js";
import type { App, Installation } from "../world/model.js";
import { isoSeconds, type World, type WorldEvent } from "../world/world.js";
import type { Contract } from "./contract.js";
import { ALWAYS_SENT } from "./permissions.js";

/** One webhook, ready to be sent as often as wanted: every sending keeps its GUID. */
export interface Envelope {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  /** The exact body, as it is signed. */
  readonly body: string;
}

/** One attempt to deliver an envelope, as `GET /app/hook/deliveries` lists it. */
export interface Delivery {
  readonly id: number;
  readonly envelope: Envelope;
  readonly redelivery: boolean;
  readonly deliveredAt: string;
  readonly duration: number;
  /** `OK`, the failing answer's status text, or what broke the connection. */
  readonly status: string;
  /** 0 where no answer came. */
  readonly statusCode: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly body: string } | null;
}

export interface WebhookOptions {
  readonly url: string | null;
  readonly secret: string;
}

/** GitHub gives up on an answer after this long. */
const TIMEOUT = 10_000;

/** Turns events into webhooks of one app and delivers them: one after the other, in the order in which things happened. */
export class Webhooks {
  readonly deliveries: Delivery[] = [];
  /** Webhooks not sent yet because sending is held. */
  readonly pending: Envelope[] = [];
  /** Where they go; `null` while the app has no address, when they are made and not sent. */
  url: string | null;
  secret: string;
  readonly #world: World;
  readonly #app: App;
  readonly #contract: Contract;
  readonly #violation: (message: string) => void;
  #held = false;
  #toDrop = 0;
  #dropped: string | null = null;
  #queue: Promise<void> = Promise.resolve();
  #enqueued = 0;

  constructor(
    world: World,
    app: App,
    contract: Contract,
    options: WebhookOptions,
    violation: (message: string) => void,
  ) {
    this.#world = world;
    this.#app = app;
    this.#contract = contract;
    this.#violation = violation;
    this.url = options.url;
    this.secret = options.secret;
    world.onEvent((event) => {
      this.#accept(event);
    });
  }

  /** From now on webhooks wait in `pending`: the test sends, repeats, reorders or loses them. */
  hold(): void {
    this.#held = true;
  }

  /** Sends what is pending, in order, and everything after it by itself. */
  async resume(): Promise<void> {
    this.#held = false;
    for (const envelope of this.pending.splice(0)) this.#enqueue(envelope);
    await this.settled();
  }

  /** Sends one webhook now, again if it was sent before. */
  async deliver(envelope: Envelope, redelivery = this.#wasSent(envelope)): Promise<Delivery> {
    const at = this.pending.indexOf(envelope);
    if (at >= 0) this.pending.splice(at, 1);
    return await this.#send(envelope, redelivery);
  }

  /** Takes a pending webhook away, as when GitHub or the network loses it. */
  lose(envelope: Envelope): void {
    this.pending.splice(this.pending.indexOf(envelope), 1);
  }

  /** The next `count` webhooks (of one event, where it is named) are lost: never sent, and in no list of deliveries. */
  dropNext(count: number, event: string | null = null): void {
    this.#toDrop = count;
    this.#dropped = event;
  }

  /** Resolves when everything that was to be sent has been answered or given up. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /**
   * Resolves when webhooks bring no more webhooks: jobs post check runs, which make webhooks, which make jobs. One that
   * is made while the jobs are waited for may not be answered when they are done, so what counts is how many were to be sent.
   *
   * @param drained resolves when all is done that came of those that were taken
   */
  async quiet(drained: () => Promise<void>): Promise<void> {
    for (let seen = -1; seen !== this.#enqueued;) {
      seen = this.#enqueued;
      await this.settled();
      await drained();
    }
  }

  /** GitHub greets a new webhook address. */
  ping(): void {
    const hook = {
      type: "App",
      id: this.#app.id,
      name: "web",
      active: true,
      app_id: this.#app.id,
      events: this.#app.events,
      config: { content_type: "json", insecure_ssl: "0", url: this.url ?? "" },
      created_at: this.#world.now(),
      updated_at: this.#world.now(),
    };
    this.#make("ping", null, null, null, {
      zen: "Approachable is better than simple.",
      hook_id: this.#app.id,
      hook,
    });
  }

  #accept(event: WorldEvent): void {
    const { app } = event.installation ?? { app: this.#app };
    if (app !== this.#app) return;
    if (!ALWAYS_SENT.has(event.name) && !this.#app.events.includes(event.name)) return;
    for (const installation of this.#recipients(event)) {
      const reference = {
        installation: { id: installation.id, node_id: nodeId("Installation", installation.id) },
      };
      // The events about an installation carry all of it; the others refer to it.
      const payload = { ...reference, ...event.payload };
      this.#make(event.name, event.action, installation.id, event.repo?.id ?? null, payload);
    }
  }

  #recipients(event: WorldEvent): Installation[] {
    const { installation, account, repo, permissions: needed } = event;
    if (installation !== null && ALWAYS_SENT.has(event.name)) return [installation];
    const reached = installation === null ? this.#world.installationsFor(account, repo) : [installation];
    return reached.filter(
      ({ app, suspendedAt, permissions }) =>
        app === this.#app &&
        suspendedAt === null &&
        (needed === undefined || needed.some((name) => permissions[name] !== undefined)),
    );
  }

  #make(
    event: string,
    action: string | null,
    installationId: number | null,
    repositoryId: number | null,
    payload: Record<string, unknown>,
  ): void {
    const body = JSON.stringify(payload);
    const errors = this.#contract.webhookErrors(event, action, payload);
    if (errors.length > 0) this.#violation(`webhook ${event} ${action ?? ""}: ${errors.join("; ")}`);
    if (this.#drops(event)) return;
    const envelope = { guid: randomUUID(), event, action, installationId, repositoryId, body };
    if (this.#held || this.url === null) this.pending.push(envelope);
    else this.#enqueue(envelope);
  }

  #drops(event: string): boolean {
    if (this.#toDrop === 0 || (this.#dropped !== null && this.#dropped !== event)) return false;
    this.#toDrop -= 1;
    return true;
  }

  #enqueue(envelope: Envelope): void {
    this.#enqueued += 1;
    this.#queue = this.#queue.then(async () => {
      await this.#send(envelope, false);
    });
  }

  #wasSent({ guid }: Envelope): boolean {
    return this.deliveries.some(({ envelope }) => envelope.guid === guid);
  }

  async #send(envelope: Envelope, redelivery: boolean): Promise<Delivery> {
    const started = performance.now();
    const headers = this.#headers(envelope);
    const outcome = await post(this.url, headers, envelope.body);
    const delivery: Delivery = {
      id: this.#world.id(),
      envelope,
      redelivery,
      deliveredAt: isoSeconds(this.#world.clock.now()),
      duration: Math.round(performance.now() - started) / 1_000,
      requestHeaders: headers,
      ...outcome,
    };
    this.deliveries.push(delivery);
    return delivery;
  }

  #headers({ guid, event, body }: Envelope): Record<string, string> {
    const signed = (algorithm: string) => createHmac(algorithm, this.secret).update(body).digest("hex");
    return {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/loopback",
      "x-github-delivery": guid,
      "x-github-event": event,
      "x-github-hook-id": String(this.#app.id),
      "x-github-hook-installation-target-id": String(this.#app.id),
      "x-github-hook-installation-target-type": "integration",
      "x-hub-signature": `sha1=${signed("sha1")}`,
      "x-hub-signature-256": `sha256=${signed("sha256")}`,
    };
  }
}

type Outcome = Pick<Delivery, "status" | "statusCode" | "response">;

async function post(url: string | null, headers: Record<string, string>, body: string): Promise<Outcome> {
  if (url === null) return { status: "no webhook address", statusCode: 0, response: null };
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const text = await response.text();
    return {
      status: response.ok ? "OK" : response.statusText,
      statusCode: response.status,
      response: { headers: Object.fromEntries(response.headers), body: text },
    };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    return { status: timedOut ? "timed out" : "failed to connect to host", statusCode: 0, response: null };
  }
}
