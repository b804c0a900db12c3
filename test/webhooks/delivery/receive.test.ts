import { createHmac } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import { CountersignError } from "../../../src/errors.js";
import { silentLogger } from "../../../src/logger.js";
import type { NewDelivery } from "../../../src/store/store.js";
import { type RunningServer, serve } from "../../../src/web/server.js";
import { WEBHOOK_PATH, webhookReceiver } from "../../../src/webhooks/delivery/receive.js";
import { installationEvent, pullRequestEvent, pushEvent, rulesetEvent, type Example } from "../payloads.js";

const NOW = new Date("2026-11-20T12:00:00Z");
const SECRETS = ["current", "older"];
const sign = (body: Buffer | string, secret = "current"): string =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

/** A store that remembers GUIDs, or fails as it is told. */
class Deliveries {
  readonly stored: NewDelivery[] = [];
  failure: Error | null = null;

  acceptDelivery(delivery: NewDelivery): Promise<"stored" | "duplicate"> {
    if (this.failure !== null) return Promise.reject(this.failure);
    if (this.stored.some(({ guid }) => guid === delivery.guid)) return Promise.resolve("duplicate");
    this.stored.push(delivery);
    return Promise.resolve("stored");
  }
}

let store: Deliveries;
let server: RunningServer;
let url: string;

beforeEach(async () => {
  store = new Deliveries();
  const clock = new ManualClock(NOW);
  const receive = webhookReceiver({ store, secrets: SECRETS, clock, logger: silentLogger });
  server = await serve({ [`POST ${WEBHOOK_PATH}`]: receive }, { host: "127.0.0.1", port: 0 }, silentLogger);
  url = server.url + WEBHOOK_PATH;
});
afterEach(() => server.close());

interface Answer {
  readonly status: number;
  readonly error?: string;
  readonly message?: string;
  readonly outcome?: string;
}

/** Delivers `body` as GitHub would; `null` leaves a header out. */
async function deliver(
  body: Buffer | string,
  headers: Readonly<Record<string, string | null>> = {},
): Promise<Answer> {
  const all = {
    "content-type": "application/json",
    "x-github-delivery": "guid-1",
    "x-github-event": "push",
    "x-hub-signature-256": sign(body),
    ...headers,
  };
  const sent = Object.entries<string | null>(all).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const response = await fetch(url, { method: "POST", body, headers: sent });
  return { status: response.status, ...((await response.json()) as object) };
}

const send = ({ event, payload }: Example): Promise<Answer> =>
  deliver(JSON.stringify(payload), { "x-github-event": event });

const PUSH = JSON.stringify(pushEvent().payload);

describe("a delivery", () => {
  it("is stored before it is answered, with all that tells whose it is", async () => {
    expect(await send(pullRequestEvent("opened"))).toEqual({ status: 202, outcome: "stored" });
    expect(store.stored).toEqual([
      {
        guid: "guid-1",
        event: "pull_request",
        action: "opened",
        tenantId: 7,
        installationId: 55,
        receivedAt: NOW,
        payload: Buffer.from(JSON.stringify(pullRequestEvent("opened").payload)),
      },
    ]);
  });

  it("is told apart from its repetition", async () => {
    expect(await deliver(PUSH)).toMatchObject({ status: 202, outcome: "stored" });
    expect(await deliver(PUSH)).toMatchObject({ status: 202, outcome: "duplicate" });
    expect(store.stored).toHaveLength(1);
  });

  it("is kept byte for byte, as it was signed", async () => {
    const odd = `\n\t{ "title" : "Grüße \\ud83d \u{1f600} e\u0301 <b>" ,\r\n${PUSH.slice(1)}  \n`;
    expect(await deliver(odd)).toMatchObject({ status: 202 });
    expect(Buffer.compare(Buffer.from(store.stored[0]?.payload ?? []), Buffer.from(odd))).toBe(0);
  });

  it("may be signed with the older secret while it is rotated", async () => {
    expect(await deliver(PUSH, { "x-hub-signature-256": sign(PUSH, "older") })).toMatchObject({
      status: 202,
    });
  });

  it.each([
    ["an installation belongs to its account", installationEvent("created"), 7, 55],
    ["an organization's ruleset to the organization", rulesetEvent("edited", false), 7, 55],
    ["a ping to the app", { event: "ping", payload: { zen: "Keep it simple.", hook_id: 1 } }, 0, null],
  ])("%s", async (_what, example, tenantId, installationId) => {
    expect(await send(example)).toMatchObject({ status: 202 });
    expect(store.stored).toMatchObject([{ tenantId, installationId }]);
  });

  it.each(["constructor", "__proto__", "some_future_event"])(
    "of an event we do not know (%s) is kept",
    async (event) => {
      expect(await send({ event, payload: {} })).toMatchObject({ status: 202 });
      expect(store.stored).toMatchObject([{ event, action: null }]);
    },
  );
});

describe("a delivery is refused, and nothing stored,", () => {
  afterEach(() => {
    expect(store.stored).toEqual([]);
  });

  it.each([
    ["by another secret", sign(PUSH, "development")],
    ["over other bytes", sign(`${PUSH} `)],
    ["and then cut", sign(PUSH).slice(0, -1)],
    ["with nothing", "sha256="],
    ["with SHA-1", `sha1=${createHmac("sha1", "current").update(PUSH).digest("hex")}`],
    ["without saying how", sign(PUSH).slice("sha256=".length)],
    ["by both secrets at once", `${sign(PUSH)}, ${sign(PUSH, "older")}`],
    ["not at all", null],
    ["with an empty header", ""],
  ])("when it is signed %s", async (_how, signature) => {
    const answer = await deliver(PUSH, { "x-hub-signature-256": signature });
    expect(answer).toMatchObject({ status: 401, error: "signature-mismatch" });
    expect(answer.message).toContain("X-Hub-Signature-256");
  });

  it("when it is empty, even where that is signed", async () => {
    expect(await deliver("")).toMatchObject({ status: 401 });
  });

  it("when its bytes are not UTF-8: they would be others once decoded", async () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(await deliver(body)).toMatchObject({ status: 401 });
  });

  it.each([
    ["not JSON", "payload=%7B%7D", "not JSON"],
    ["cut JSON", PUSH.slice(0, -1), "not JSON"],
    ["a list", "[]", "not a webhook payload"],
    ["a text", '"push"', "not a webhook payload"],
    ["nothing", "null", "not a webhook payload"],
    ["with a repository that is none", '{"repository":7}', "repository"],
  ])("when its body is %s", async (_what, body, message) => {
    const answer = await deliver(body);
    expect(answer).toMatchObject({ status: 400, error: "delivery-malformed" });
    expect(answer.message).toContain(message);
  });

  it.each([
    ["push", pullRequestEvent("opened").payload, ["not a push event", "ref: "]],
    ["push", pushEvent({ after: "HEAD" }).payload, ["after: "]],
    ["push", pushEvent({ installation: undefined }).payload, ["installation: "]],
    ["pull_request", pushEvent().payload, ["not a pull_request event", "pull_request: "]],
    ["check_run", {}, ["not a check_run event", "repository: "]],
    ["installation", pushEvent().payload, ["not a installation event"]],
    ["repository_ruleset", pushEvent().payload, ["repository_ruleset: "]],
  ])("when it is not the %s that its header says", async (event, payload, messages) => {
    const answer = await send({ event, payload });
    expect(answer).toMatchObject({ status: 400, error: "delivery-malformed" });
    for (const message of messages) expect(answer.message).toContain(message);
  });

  it.each(["x-github-event", "x-github-delivery"])("without its %s header", async (name) => {
    const answer = await deliver(PUSH, { [name]: null });
    expect(answer).toMatchObject({ status: 400, error: "delivery-malformed" });
    expect(answer.message).toContain(name);
  });

  it("when it is larger than GitHub ever sends, and says so", async () => {
    const body = Buffer.alloc(40 * 1024 * 1024, " ");
    expect(await deliver(body)).toMatchObject({ status: 413, error: "payload-too-large" });
  });

  it("when the database is away, so that GitHub shows it as failed", async () => {
    store.failure = new CountersignError("store-unavailable", "The database does not answer.");
    expect(await deliver(PUSH)).toMatchObject({ status: 503, error: "store-unavailable" });
  });

  it("when storing fails in a way that nobody foresaw, without telling how", async () => {
    store.failure = new Error("relation deliveries does not exist");
    const answer = await deliver(PUSH);
    expect(answer).toMatchObject({ status: 500, error: "internal" });
    expect(JSON.stringify(answer)).not.toContain("relation");
  });

  it("when the connection is cut within the body", async () => {
    const request = httpRequest(url, {
      method: "POST",
      headers: {
        "content-length": Buffer.byteLength(PUSH),
        "x-github-event": "push",
        "x-github-delivery": "guid-1",
        "x-hub-signature-256": sign(PUSH),
      },
    });
    request.on("error", () => undefined);
    await new Promise((resolve) => request.write(PUSH.slice(0, -1), resolve));
    const closed = new Promise((resolve) => request.once("close", resolve));
    request.destroy();
    await closed;
    // The server is still there, and has dealt with the cut request before it answers the next one.
    expect(await deliver(PUSH, { "x-hub-signature-256": null })).toMatchObject({ status: 401 });
  });

  it("when its last chunk never comes", async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    socket.write(
      [
        `POST ${WEBHOOK_PATH} HTTP/1.1`,
        "host: localhost",
        "transfer-encoding: chunked",
        "x-github-event: push",
        "x-github-delivery: guid-1",
        `x-hub-signature-256: ${sign(PUSH)}`,
        "",
        PUSH.length.toString(16),
        PUSH,
        "",
      ].join("\r\n"),
    );
    socket.end();
    socket.resume();
    await once(socket, "close");
  });
});
