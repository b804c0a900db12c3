import { rootCertificates } from "node:tls";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../src/clock.js";
import { type CountersignError, isCountersignError } from "../../src/errors.js";
import { type Alert } from "../../src/notify/alert.js";
import { type MailChannel } from "../../src/notify/channel.js";
import { createNotifier, type NotifierOptions } from "../../src/notify/notifier.js";
import { ALERT, HOSTILE, hostileAlert, targets } from "./support/alerts.js";
import { PEM } from "./support/endpoint.js";
import { type Mailbox, type Manners, startMailbox } from "./support/mailbox.js";

const LOGIN = { user: "app", password: "s3cr3t" };

const running: Mailbox[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function mailbox(manners: Manners): Promise<Mailbox> {
  const started = await startMailbox(manners);
  running.push(started);
  return started;
}

const channelTo = ({ port }: Mailbox, rest: Partial<MailChannel> = {}): MailChannel => ({
  name: "auditors",
  kind: "mail",
  host: "alerts.test",
  port,
  security: "starttls",
  auth: null,
  from: "app@acme.example",
  to: ["a@x.example", "b@y.example"],
  ...rest,
});

async function send(channel: MailChannel, alert: Alert = ALERT, options: Partial<NotifierOptions> = {}) {
  const notifier = createNotifier([channel], {
    clock: new ManualClock(new Date("2026-03-01T10:00:00Z")),
    privateTargets: targets("alerts.test"),
    resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]),
    ca: PEM,
    ...options,
  });
  await notifier.send(channel.name, alert);
}

async function failure(
  channel: MailChannel,
  options: Partial<NotifierOptions> = {},
): Promise<CountersignError> {
  try {
    await send(channel, ALERT, options);
  } catch (error) {
    if (!isCountersignError(error)) throw error;
    const { message, stack, remedy, cause } = error;
    expect(`${message} ${stack ?? ""} ${remedy ?? ""} ${JSON.stringify(error)}`).not.toContain("s3cr3t");
    expect(cause).toBeUndefined();
    return error;
  }
  throw new Error("It was sent.");
}

/** The header fields of a mail, unfolded. */
function headerOf(mail: string): ReadonlyMap<string, string> {
  const [head = ""] = mail.split("\n\n");
  const fields = head.replace(/\n[ \t]+/g, " ").split("\n");
  return new Map(
    fields.map((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 2)]),
  );
}

describe("a mail is sent", () => {
  it.each([
    ["implicit", "tls"],
    ["starttls", "starttls"],
  ] as const)("to a server with %s TLS, password and all within it", async (tls, security) => {
    const box = await mailbox({ tls, login: LOGIN });
    await send(channelTo(box, { security, auth: LOGIN }));
    expect(box.mails).toHaveLength(1);
    const open = box.commands.filter(({ encrypted }) => !encrypted).map(({ line }) => line.slice(0, 4));
    expect(open).toEqual(tls === "implicit" ? [] : ["EHLO", "STAR"]);
    const verbs = box.commands.map(({ line }) => line);
    expect(verbs).toEqual(expect.arrayContaining([expect.stringMatching(/^AUTH PLAIN /)]));
    expect(verbs).toContain("MAIL FROM:<app@acme.example>");
    expect(verbs).toContain("RCPT TO:<a@x.example>");
    expect(verbs).toContain("RCPT TO:<b@y.example>");
  });

  it("in the clear only where that was said", async () => {
    const box = await mailbox({ tls: "none" });
    await send(channelTo(box, { security: "none" }));
    expect(box.mails).toHaveLength(1);
  });

  it("with a header that machines can tell repetitions, conversations and answers by", async () => {
    const box = await mailbox({ tls: "implicit" });
    await send(channelTo(box, { security: "tls" }));
    await send(channelTo(box, { security: "tls" }));
    const [first, second] = box.mails.map(headerOf);
    expect(second?.get("Message-ID")).toBe(first?.get("Message-ID"));
    expect(Object.fromEntries(first ?? [])).toMatchObject({
      From: "Countersign <app@acme.example>",
      To: "a@x.example, b@y.example",
      Subject: "[critical] Push around the gates on acme/shop main",
      "Message-ID": expect.stringMatching(/^<[0-9a-f]{32}@acme\.example>$/),
      References: expect.stringMatching(/^<[0-9a-f]{32}@acme\.example>$/),
      "Auto-Submitted": "auto-generated",
      Date: "Sun, 01 Mar 2026 10:00:00 +0000",
      Importance: "High",
    });
  });

  it.each(HOSTILE)("with nothing injected by %j", async (text) => {
    const box = await mailbox({ tls: "implicit" });
    await send(channelTo(box, { security: "tls" }), hostileAlert(text));
    await send(channelTo(box, { security: "tls" }), ALERT);
    const [hostile = "", plain = ""] = box.mails;
    const names = (mail: string) =>
      [...headerOf(mail).keys()].filter((name) => name !== "Content-Transfer-Encoding");
    expect(names(hostile)).toEqual(names(plain));
    expect(box.commands.filter(({ line }) => line.startsWith("RCPT"))).toHaveLength(4);
    expect(box.commands.filter(({ line }) => line.startsWith("MAIL FROM:<app@acme.example>"))).toHaveLength(
      2,
    );
  });
});

describe("a mail is not sent", () => {
  it("without encryption: to a server that offers none, or has it taken out on the way", async () => {
    const box = await mailbox({ tls: "none", login: LOGIN });
    expect(await failure(channelTo(box, { auth: LOGIN }))).toMatchObject({ code: "channel-failed" });
    const stubborn = await mailbox({ tls: "starttls", login: LOGIN, answers: { STARTTLS: "454 not now" } });
    expect(await failure(channelTo(stubborn, { auth: LOGIN }))).toMatchObject({ code: "channel-failed" });
    for (const { line } of [...box.commands, ...stubborn.commands]) expect(line).not.toMatch(/^(AUTH|MAIL)/);
  });

  it.each(["tls", "starttls"] as const)(
    "by %s to whom nobody vouches for, or by another name",
    async (security) => {
      const box = await mailbox({ tls: security === "tls" ? "implicit" : "starttls", login: LOGIN });
      const channel = channelTo(box, { security, auth: LOGIN });
      // The certificates of some other authority.
      const ca = rootCertificates[0] ?? "";
      expect(await failure(channel, { ca })).toMatchObject({ code: "channel-failed" });
      const impostor = { ...channel, host: "other.test" };
      expect(await failure(impostor, { privateTargets: targets("other.test") })).toMatchObject({
        code: "channel-failed",
      });
      expect(box.commands.filter(({ line }) => /^(AUTH|MAIL)/.test(line))).toEqual([]);
    },
  );

  it.each([
    ["a wrong password", { AUTH: "535 app s3cr3t" }, "channel-refused", "answered 535"],
    ["a login that is out of order", { AUTH: "454 s3cr3t" }, "channel-failed", "answered 454"],
    ["a sender that is not welcome", { MAIL: "550 no s3cr3t" }, "channel-refused", "answered 550"],
    ["a full disk", { MAIL: "452 full" }, "channel-failed", "answered 452"],
    ["no recipient that is known", { RCPT: "550 unknown" }, "channel-refused", "answered 550"],
    ["recipients that are to wait", { RCPT: "450 wait" }, "channel-failed", "answered 450"],
    ["a server that is going down", { DATA: "421 bye" }, "channel-failed", "answered 421"],
    ["a mail that is unwanted", { ".": "554 spam" }, "channel-refused", "answered 554"],
    ["a mail that cannot be kept", { ".": "451 later" }, "channel-failed", "answered 451"],
    [
      "one recipient that is unknown",
      { "RCPT TO:<b@": "550 unknown" },
      "channel-refused",
      "was not taken for 1 of 2 recipients",
    ],
    ["one recipient that is to wait", { "RCPT TO:<b@": "450 wait" }, "channel-failed", "1 of 2 recipients"],
  ])("after %s", async (_what, answers, code, message) => {
    const box = await mailbox({ tls: "implicit", login: LOGIN, answers });
    const error = await failure(channelTo(box, { security: "tls", auth: LOGIN }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("unauthenticated, where a password is set and the server asks for none", async () => {
    const box = await mailbox({ tls: "implicit" });
    expect(await failure(channelTo(box, { security: "tls", auth: LOGIN }))).toMatchObject({
      code: expect.stringMatching(/^channel-/),
    });
    expect(box.mails).toEqual([]);
  });

  it.each(["greeting", "EHLO", "MAIL", "DATA", "."])(
    "where the server hangs at %s: failed in time",
    async (at) => {
      const box = await mailbox({ tls: "implicit", answers: { [at]: "hang" } });
      const error = await failure(channelTo(box, { security: "tls" }), { limitMs: 150 });
      expect(error).toMatchObject({
        code: "channel-failed",
        message: "The channel auditors (mail) did not answer within 0.15 s.",
      });
    },
  );

  it("where the server talks on and on: failed in time", async () => {
    const box = await mailbox({ tls: "implicit", answers: { MAIL: "drip" } });
    const error = await failure(channelTo(box, { security: "tls" }), { limitMs: 150 });
    expect(error).toMatchObject({
      code: "channel-failed",
      message: expect.stringContaining("within 0.15 s"),
    });
    await box.allClosed();
  });

  it("where the name is never resolved: failed in time", async () => {
    const box = await mailbox({ tls: "implicit" });
    const resolve = () => new Promise<never>(() => undefined);
    const error = await failure(channelTo(box), { limitMs: 50, resolve });
    expect(error).toMatchObject({
      code: "channel-failed",
      message: expect.stringContaining("within 0.05 s"),
    });
  });

  it("where nobody listens", async () => {
    const box = await startMailbox({ tls: "none" });
    await box.close();
    const error = await failure(channelTo(box));
    expect(error).toMatchObject({ code: "channel-failed", message: expect.stringContaining("ECONNREFUSED") });
  });

  it("to an address that nobody allowed, by name or as it is", async () => {
    const box = await mailbox({ tls: "none" });
    const privateTargets = targets();
    const byName = await failure(channelTo(box), { privateTargets });
    expect(byName).toMatchObject({
      code: "channel-refused",
      message: expect.stringContaining("alerts.test leads to 127.0.0.1"),
    });
    for (const host of ["127.0.0.1", "::1", "169.254.169.254"]) {
      const error = await failure(channelTo(box, { host }), { privateTargets });
      expect(error).toMatchObject({ code: "channel-refused", message: expect.stringContaining(host) });
    }
    const open = await failure(channelTo(box, { security: "none" }), { privateTargets });
    expect(open.message).toContain("would not be encrypted");
    expect(box.connections()).toBe(0);
  });
});
