import { type ServerResponse } from "node:http";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { ManualClock } from "../../src/clock.js";
import { type CountersignError, isCountersignError } from "../../src/errors.js";
import { type ChannelConfig } from "../../src/notify/channel.js";
import { createNotifier, type NotifierOptions } from "../../src/notify/notifier.js";
import { ALERT, targets } from "./support/alerts.js";
import { type Endpoint, listen, PEM, startEndpoint } from "./support/endpoint.js";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const KEY = "0123456789abcdef0123456789abcdef";
const LOOPBACK = { address: "127.0.0.1", family: 4 };

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function endpoint(answer: (response: ServerResponse) => void, tls = false): Promise<Endpoint> {
  const started = await startEndpoint(answer, { tls });
  running.push(started);
  return started;
}

const status =
  (code: number, headers: Record<string, string> = {}, body = "") =>
  (response: ServerResponse): void => {
    response.writeHead(code, headers).end(body);
  };

const slack = (url: string): ChannelConfig => ({ name: "security-chat", kind: "slack", url });

const notifier = (channel: ChannelConfig, options: Partial<NotifierOptions> = {}) =>
  createNotifier([channel], {
    clock: new ManualClock(new Date()),
    privateTargets: targets("127.0.0.1"),
    ...options,
  });

/** How one attempt to send to `channel` ends. */
async function failure(
  channel: ChannelConfig,
  options: Partial<NotifierOptions> = {},
): Promise<CountersignError> {
  try {
    await notifier(channel, options).send(channel.name, ALERT);
  } catch (error) {
    if (isCountersignError(error)) return error;
    throw error;
  }
  throw new Error("It was sent.");
}

describe("send", () => {
  it("posts to Slack, Teams and PagerDuty, each its own message as JSON", async () => {
    const { origin, received } = await endpoint(status(200, {}, "ok"));
    for (const channel of [
      slack(`${origin}/slack`),
      { name: "office", kind: "teams", url: `${origin}/teams?sig=1` },
      { name: "pager", kind: "pagerduty", url: `${origin}/v2/enqueue`, routingKey: KEY },
    ] as const) {
      await notifier(channel).send(channel.name, ALERT);
    }
    expect(received.map(({ method, path }) => `${method ?? ""} ${path ?? ""}`)).toEqual([
      "POST /slack",
      "POST /teams?sig=1",
      "POST /v2/enqueue",
    ]);
    for (const { headers } of received) expect(headers["content-type"]).toBe("application/json");
    const [toSlack, toTeams, toPagerDuty] = received.map(({ body }): unknown => JSON.parse(body));
    expect(toSlack).toMatchObject({ blocks: expect.any(Array) });
    expect(toTeams).toMatchObject({ type: "message" });
    expect(toPagerDuty).toMatchObject({ routing_key: KEY, event_action: "trigger" });
  });

  it("posts a webhook that its receiver can verify, anew at every attempt under the same id", async () => {
    const { origin, received } = await endpoint(status(204));
    const clock = new ManualClock(new Date());
    const channel = { name: "siem", kind: "webhook", url: `${origin}/in`, secrets: [SECRET] } as const;
    const sender = notifier(channel, { clock });
    await sender.send("siem", ALERT);
    clock.advance(60_000);
    await sender.send("siem", ALERT);
    const metadata = received.map(({ headers, body }) => {
      const given = Object.fromEntries(
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, String(headers[name])]),
      );
      expect(new Webhook(SECRET).verify(body, given)).toEqual({
        type: "break-glass.opened",
        timestamp: ALERT.at,
        data: ALERT,
      });
      return given;
    });
    expect(metadata.map((given) => given["webhook-id"])).toEqual([ALERT.id, ALERT.id]);
    expect(Number(metadata[1]?.["webhook-timestamp"]) - Number(metadata[0]?.["webhook-timestamp"])).toBe(60);
  });

  it("leaves no connection behind, which would outlive the check of its address", async () => {
    const here = await endpoint(status(200, { connection: "keep-alive", "keep-alive": "timeout=600" }));
    await notifier(slack(`${here.origin}/x`)).send("security-chat", ALERT);
    await here.allClosed();
    expect(here.connections()).toBe(1);
  });

  it("knows the operator's channels, and no other", async () => {
    const sender = notifier(slack("https://hooks.slack.com/x"));
    expect([...sender.channels]).toEqual(["security-chat"]);
    await expect(sender.send("pager\n", ALERT)).rejects.toMatchObject({
      code: "channel-unknown",
      message: "There is no channel pager .",
    });
  });

  it("speaks TLS, and trusts only who it is told to", async () => {
    const { origin, received } = await endpoint(status(200), true);
    const channel = slack(`${origin}/x`);
    const options = { privateTargets: targets("127.0.0.1"), resolve: () => Promise.resolve([LOOPBACK]) };
    await notifier(channel, { ...options, ca: PEM }).send("security-chat", ALERT);
    expect(received).toHaveLength(1);
    const stranger = await failure(channel, options);
    expect(stranger).toMatchObject({
      code: "channel-failed",
      message: expect.stringContaining("SELF_SIGNED"),
    });
    const impostor = slack(`${origin.replace("alerts.test", "other.test")}/x`);
    const misnamed = await failure(impostor, { ...options, ca: PEM });
    expect(misnamed).toMatchObject({ code: "channel-failed", message: expect.stringContaining("ALTNAME") });
    expect(received).toHaveLength(1);
  });
});

describe("an answer", () => {
  it.each([400, 401, 403, 404, 410, 413, 422])("%i: refused, as it would be again", async (code) => {
    const { origin } = await endpoint(status(code, {}, "s3cr3t"));
    expect(await failure(slack(`${origin}/s3cr3t`))).toMatchObject({
      code: "channel-refused",
      message: `The channel security-chat (slack) answered ${code}.`,
    });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])("%i: failed, to be tried again", async (code) => {
    const { origin, received } = await endpoint(status(code));
    const error = await failure(slack(`${origin}/x`));
    expect(error).toMatchObject({
      code: "channel-failed",
      message: expect.stringContaining(`answered ${code}`),
    });
    expect(error.retryAt).toBeUndefined();
    expect(received).toHaveLength(1);
  });

  it.each([
    ["30", "2026-03-01T10:00:30.000Z"],
    ["Sun, 01 Mar 2026 10:05:00 GMT", "2026-03-01T10:05:00.000Z"],
    ["99999999999", "2026-03-01T11:00:00.000Z"],
    ["Sun, 01 Mar 2036 10:05:00 GMT", "2026-03-01T11:00:00.000Z"],
    ["0", undefined],
    ["Sun, 01 Mar 2020 10:05:00 GMT", undefined],
    ["-5", undefined],
    ["soon", undefined],
  ])("that asks to be left alone (%s): tried again at %s", async (value, at) => {
    const { origin } = await endpoint(status(429, { "retry-after": value }));
    const clock = new ManualClock(new Date("2026-03-01T10:00:00Z"));
    expect((await failure(slack(`${origin}/x`), { clock })).retryAt?.toISOString()).toBe(at);
  });

  it.each([301, 302, 303, 307, 308])("%i: refused, and nobody goes there", async (code) => {
    const elsewhere = await endpoint(status(200));
    const { origin } = await endpoint(status(code, { location: `${elsewhere.origin}/s3cr3t` }));
    const error = await failure(slack(`${origin}/x`));
    expect(error.code).toBe("channel-refused");
    expect(error.message).toContain(
      `answered ${code}, a redirect to ${elsewhere.origin.slice("http://".length)}.`,
    );
    expect(elsewhere.connections()).toBe(0);
  });

  it.each([
    ["http://169.254.169.254/latest/meta-data/s3cr3t", "169.254.169.254"],
    ["/s3cr3t", "an address that names no host"],
    ["file:///etc/s3cr3t", "an address that names no host"],
  ])("that redirects to %s names %s at most", async (location, shown) => {
    const { origin } = await endpoint(status(302, { location }));
    const error = await failure(slack(`${origin}/x`));
    expect(error.message).toBe(`The channel security-chat (slack) answered 302, a redirect to ${shown}.`);
  });

  it("without end counts for what its status says, and is cut off", async () => {
    const { origin } = await endpoint((response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write("x".repeat(16_384)));
      };
      response.on("drain", pour).on("error", () => undefined);
      pour();
    });
    await notifier(slack(`${origin}/x`)).send("security-chat", ALERT);
  });
});

describe("no answer", () => {
  const limitMs = 100;
  let began = 0;
  beforeEach(() => {
    began = performance.now();
  });
  afterEach(() => {
    // Far from the limit, for slow machines; but nearer than anything else that would end an attempt.
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it("from a server that takes connections and says nothing: failed in time, and hung up on", async () => {
    const silent = await listen(createServer((socket) => socket.resume()));
    running.push(silent);
    const error = await failure(slack(`http://127.0.0.1:${silent.port}/s3cr3t`), { limitMs });
    expect(error).toMatchObject({
      code: "channel-failed",
      message: "The channel security-chat (slack) did not answer within 0.1 s.",
    });
    await silent.allClosed();
    expect(silent.connections()).toBe(1);
  });

  it("but half a header, byte by byte: failed in time", async () => {
    const dripping = await listen(
      createServer((socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const drip = setInterval(() => socket.write("x"), 10);
        socket.on("close", () => {
          clearInterval(drip);
        });
      }),
    );
    running.push(dripping);
    expect(await failure(slack(`http://127.0.0.1:${dripping.port}/x`), { limitMs })).toMatchObject({
      code: "channel-failed",
    });
  });

  it("to a TLS handshake: failed in time", async () => {
    const silent = await listen(createServer((socket) => socket.resume()));
    running.push(silent);
    const channel = slack(`https://127.0.0.1:${silent.port}/x`);
    expect(await failure(channel, { limitMs })).toMatchObject({ code: "channel-failed" });
    expect(silent.connections()).toBe(1);
  });

  it("because the name is never resolved: failed in time", async () => {
    const resolve = () => new Promise<never>(() => undefined);
    const error = await failure(slack("https://hooks.example/x"), { limitMs, resolve });
    expect(error).toMatchObject({ code: "channel-failed", message: expect.stringContaining("within 0.1 s") });
  });

  it("because nobody listens, or the connection breaks: failed, with the reason's code", async () => {
    const gone = await startEndpoint(status(200));
    await gone.close();
    expect((await failure(slack(`${gone.origin}/s3cr3t`))).message).toContain(
      "could not be reached: ECONNREFUSED",
    );
    const rude = await listen(createServer((socket) => socket.destroy()));
    running.push(rude);
    expect(await failure(slack(`http://127.0.0.1:${rude.port}/x`))).toMatchObject({ code: "channel-failed" });
    const resolve = () => Promise.reject(Object.assign(new Error("s3cr3t"), { code: "ENOTFOUND" }));
    expect((await failure(slack("https://hooks.example/s3cr3t"), { resolve })).message).toContain(
      "ENOTFOUND",
    );
    const talkative = () => Promise.reject(Object.assign(new Error("s3cr3t"), { code: "E s3cr3t" }));
    const { message } = await failure(slack("https://hooks.example/x"), { resolve: talkative });
    expect(message).toBe("The channel security-chat (slack) could not be reached: the connection failed.");
  });
});

describe("an address that nobody allowed", () => {
  it.each([
    "http://2130706433",
    "http://0x7f000001",
    "http://0177.0.0.1",
    "http://127.1",
    "http://[::ffff:127.0.0.1]",
    "https://[::1]",
    "https://169.254.169.254",
  ])("%s is refused and never connected to", async (origin) => {
    const here = await endpoint(status(200));
    const url = `${origin}:${new URL(here.origin).port}/s3cr3t`;
    const error = await failure(slack(url), { privateTargets: targets() });
    expect(error).toMatchObject({
      code: "channel-refused",
      message: expect.stringContaining("is not a public address"),
    });
    expect(here.connections()).toBe(0);
  });

  it.each(["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "::1", "10.0.0.1"])(
    "a name that leads to %s is refused and never connected to",
    async (address) => {
      const here = await endpoint(status(200), true);
      const resolve = () => Promise.resolve([{ address, family: address.includes(":") ? 6 : 4 }]);
      const error = await failure(slack(`${here.origin}/s3cr3t`), {
        privateTargets: targets(),
        resolve,
        ca: PEM,
      });
      expect(error).toMatchObject({
        code: "channel-refused",
        message: `The channel security-chat (slack) may not be connected to: alerts.test leads to ${address}, which is not a public address.`,
      });
      expect(here.connections()).toBe(0);
    },
  );

  it("is looked at in the very look-up that is connected by: there is no second one", async () => {
    const here = await endpoint(status(200), true);
    const answers = [[{ address: "140.82.112.3", family: 4 }], [LOOPBACK]];
    let asked = 0;
    const resolve = () => Promise.resolve(answers[asked++] ?? []);
    const channel = slack(`https://rebinding.test:${new URL(here.origin).port}/x`);
    await failure(channel, { privateTargets: targets(), resolve, limitMs: 100 });
    expect(asked).toBe(1);
    expect(here.connections()).toBe(0);
  });

  it("is refused over http, be it public", async () => {
    const error = await failure(slack("http://140.82.112.3/s3cr3t"), { privateTargets: targets() });
    expect(error).toMatchObject({
      code: "channel-refused",
      message: expect.stringContaining("not be encrypted"),
    });
  });
});

describe("an error", () => {
  it("holds no secret of its channel, in whatever part of it", async () => {
    const { origin } = await endpoint(status(500, { "x-echo": "s3cr3t" }, "s3cr3t"));
    const closed = await startEndpoint(status(200));
    await closed.close();
    for (const url of [`${origin}/s3cr3t`, `${closed.origin}/s3cr3t`, "https://10.0.0.1/s3cr3t"]) {
      const error = await failure(slack(url));
      const { message, stack, remedy, cause } = error;
      expect(`${message} ${stack ?? ""} ${remedy ?? ""} ${JSON.stringify(error)}`).not.toContain("s3cr3t");
      expect(cause).toBeUndefined();
    }
  });
});
