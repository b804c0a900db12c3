import { describe, expect, it } from "@jest/globals";
import { type CountersignError, isCountersignError } from "../../src/errors.js";
import { nameOf, variableOf } from "../../src/notify/channel.js";
import { readChannels } from "../../src/notify/read-channels.js";
import { targets } from "./support/alerts.js";

const SLACK = "slack:https://hooks.slack.com/services/T0/B0/s3cr3t";
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const KEY = "0123456789abcdef0123456789ABCDEF";
const C = "COUNTERSIGN_CHANNEL_";

function refusal(variables: Record<string, string>, list = ""): CountersignError {
  try {
    readChannels(variables, targets(list));
  } catch (error) {
    if (isCountersignError(error)) return error;
    throw error;
  }
  throw new Error("They were accepted.");
}

describe("a channel's name", () => {
  it.each([
    ["security-chat", `${C}SECURITY_CHAT`],
    ["pager", `${C}PAGER`],
    ["team-2", `${C}TEAM_2`],
  ])("%s is set up by %s", (name, variable) => {
    expect(variableOf(name)).toBe(variable);
    expect(nameOf(variable)).toBe(name);
  });

  it.each(["PATH", C, `${C}a`, `${C}A__B`, `${C}A_`, `${C}_A`, `${C}A-B`])("%s sets up none", (variable) => {
    expect(nameOf(variable)).toBeNull();
  });
});

describe("readChannels", () => {
  it("finds none where none is set", () => {
    expect(readChannels({ PATH: "/bin", [`${C}OLD`]: " ", [`${C}OLDER`]: undefined }, targets())).toEqual([]);
  });

  it("reads every kind", () => {
    const variables = {
      [`${C}SECURITY_CHAT`]: ` ${SLACK} `,
      [`${C}OFFICE`]: "teams:https://prod-1.westeurope.logic.azure.com/workflows/1?sig=s3cr3t",
      [`${C}SIEM`]: "webhook:https://siem.example/in",
      [`${C}SIEM_SECRET`]: `${SECRET} , ${SECRET.replace("B", "C")}`,
      [`${C}PAGER`]: `pagerduty:${KEY}`,
      [`${C}PAGER_EU`]: `pagerduty:${KEY}`,
      [`${C}PAGER_EU_URL`]: "https://events.eu.pagerduty.com/v2/enqueue",
      [`${C}AUDITORS`]:
        "mail:smtps://app:p%40ss@mail.example/?from=app@acme.example&to=a@x.example,b%2Bc@y.example",
      [`${C}OPS`]: "mail:smtp://MAIL.example:2525?from=app@acme.example&to=a@x.example",
    };
    expect(readChannels(variables, targets())).toEqual([
      { name: "security-chat", kind: "slack", url: SLACK.slice("slack:".length) },
      {
        name: "office",
        kind: "teams",
        url: "https://prod-1.westeurope.logic.azure.com/workflows/1?sig=s3cr3t",
      },
      {
        name: "siem",
        kind: "webhook",
        url: "https://siem.example/in",
        secrets: [SECRET, SECRET.replace("B", "C")],
      },
      { name: "pager", kind: "pagerduty", routingKey: KEY, url: "https://events.pagerduty.com/v2/enqueue" },
      {
        name: "pager-eu",
        kind: "pagerduty",
        routingKey: KEY,
        url: "https://events.eu.pagerduty.com/v2/enqueue",
      },
      {
        name: "auditors",
        kind: "mail",
        host: "mail.example",
        port: 465,
        security: "tls",
        auth: { user: "app", password: "p@ss" },
        from: "app@acme.example",
        to: ["a@x.example", "b+c@y.example"],
      },
      {
        name: "ops",
        kind: "mail",
        host: "mail.example",
        port: 2525,
        security: "starttls",
        auth: null,
        from: "app@acme.example",
        to: ["a@x.example"],
      },
    ]);
  });

  it("takes for a name what is only called like a setting", () => {
    const names = readChannels({ [`${C}SECRET`]: SLACK, [`${C}URL`]: SLACK }, targets()).map(
      ({ name }) => name,
    );
    expect(names).toEqual(["secret", "url"]);
  });

  it.each([
    ["a kind nobody knows", "irc:s3cr3t"],
    ["no kind", "https://hooks.slack.com/s3cr3t"],
    ["an upper-case kind", "Slack:https://hooks.slack.com/s3cr3t"],
    ["no address", "slack:"],
    ["another scheme", "slack:ftp://s3cr3t"],
    ["plain http", "slack:http://hooks.slack.com/s3cr3t"],
    ["credentials", "webhook:https://user:s3cr3t@siem.example/in"],
    ["a bad host", "teams:https://ho st/s3cr3t"],
    ["a short key", "pagerduty:s3cr3t"],
    ["mail by https", "mail:https://mail.example/?from=a@b&to=s3cr3t@b"],
    ["mail with no recipient", "mail:smtps://u:s3cr3t@mail.example/?from=a@b"],
    ["mail with no sender", "mail:smtps://u:s3cr3t@mail.example/?to=a@b"],
    ["mail with an empty recipient", "mail:smtps://u:s3cr3t@mail.example/?from=a@b&to=a@b,"],
    ["mail with a + that is a space", "mail:smtps://u:s3cr3t@mail.example/?from=a+c@b&to=a@b"],
    ["mail with a line break", "mail:smtps://u:s3cr3t@mail.example/?from=a%0d%0aBcc:x@b&to=a@b"],
    ["mail with a name", "mail:smtps://u:s3cr3t@mail.example/?from=A<a@b>&to=a@b"],
    ["mail with a slip", "mail:smtps://u:s3cr3t@mail.example/?form=a@b&to=a@b"],
    ["mail with two senders", "mail:smtps://u:s3cr3t@mail.example/?from=a@b&from=a@b&to=a@b"],
    ["mail with a path", "mail:smtps://u:s3cr3t@mail.example/x?from=a@b&to=a@b"],
    ["mail with half a login", "mail:smtps://s3cr3t@mail.example/?from=a@b&to=a@b"],
    ["mail with a bad %", "mail:smtps://u:s3cr3t%zz@mail.example/?from=a@b&to=a@b"],
    ["mail with no host", "mail:smtps:///?from=a@b&to=s3cr3t@b"],
    ["TLS switched off in the open", "mail:smtp://u:s3cr3t@mail.example/?from=a@b&to=a@b&tls=off"],
    ["TLS switched off that is on", "mail:smtps://u:s3cr3t@mail.example/?from=a@b&to=a@b&tls=off"],
    ["a word for TLS", "mail:smtp://u:s3cr3t@mail.example/?from=a@b&to=a@b&tls=on"],
  ])("refuses %s, names the variable and tells no secret", (_what, value) => {
    // With a secret and with a URL of its own where the kind has one, so that only the value is at fault.
    const extra: Record<string, string> = value.startsWith("webhook:") ? { [`${C}X_SECRET`]: SECRET } : {};
    const error = refusal({ [`${C}X`]: value, ...extra });
    expect(error.code).toBe("config-invalid");
    expect(error.message).toMatch(/^Channels are not usable\. COUNTERSIGN_CHANNEL_X: /);
    expect(JSON.stringify([error.message, error.remedy, error.stack, error.cause ?? null])).not.toContain(
      "s3cr3t",
    );
  });

  it.each([
    ["no secret", {}, "is not set"],
    ["a bare secret", { SECRET: "s3cr3t" }, "is not whsec_"],
    ["a short secret", { SECRET: "whsec_czNjcjN0" }, "is not whsec_"],
    ["a long secret", { SECRET: `whsec_${Buffer.alloc(65).toString("base64")}` }, "is not whsec_"],
    ["a second secret that is none", { SECRET: `${SECRET},s3cr3t` }, "is not whsec_"],
  ])("refuses a webhook with %s", (_what, settings, message) => {
    const set = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${C}X_${key}`, value]));
    const error = refusal({ [`${C}X`]: "webhook:https://siem.example/in", ...set });
    expect(error.message).toContain(`${C}X_SECRET: ${message}`);
    expect(error.message).not.toContain("s3cr3t");
  });

  it.each([
    ["a setting of no channel", { [`${C}X_SECRET`]: SECRET }, `${C}X_SECRET: ${C}X, to which this belongs`],
    ["a channel named like a setting", { [`${C}X_URL`]: SLACK }, `${C}X_URL: ${C}X, to which this belongs`],
    ["a secret of Slack", { [`${C}X`]: SLACK, [`${C}X_SECRET`]: "y" }, `${C}X_SECRET: is set, but a slack`],
    ["a URL of Slack", { [`${C}X`]: SLACK, [`${C}X_URL`]: "y" }, `${C}X_URL: is set, but a slack`],
    ["a name in lower case", { [`${C}x`]: SLACK }, `${C}x: a channel's name is`],
    [
      "PagerDuty by http",
      { [`${C}X`]: `pagerduty:${KEY}`, [`${C}X_URL`]: "http://events.example/" },
      `${C}X_URL: the connection would not be encrypted`,
    ],
  ])("refuses %s", (_what, variables, message) => {
    expect(refusal(variables).message).toContain(message);
  });

  it("names every bad variable at once", () => {
    const { message } = refusal({ [`${C}A`]: "x", [`${C}B`]: SLACK, [`${C}C`]: "pagerduty:x" });
    expect(message).toMatch(/CHANNEL_A: .*; COUNTERSIGN_CHANNEL_C: /);
    expect(message).not.toContain("CHANNEL_B:");
  });

  it.each([
    "slack:https://127.0.0.1/x",
    "slack:https://2130706433/x",
    "slack:https://0x7f.1/x",
    "slack:https://0177.0.0.1/x",
    "slack:https://[::1]/x",
    "slack:https://[::ffff:169.254.169.254]/x",
    "slack:https://169.254.169.254/latest/meta-data",
    "mail:smtps://10.0.0.1/?from=a@b&to=a@b",
    "mail:smtps://2130706433/?from=a@b&to=a@b",
    "mail:smtps://[::1]/?from=a@b&to=a@b",
  ])("refuses %s unless the operator allows it", (value) => {
    const error = refusal({ [`${C}X`]: value });
    expect(error.message).toContain("is not a public address");
    expect(error.message).toContain("COUNTERSIGN_ALLOW_PRIVATE_TARGETS");
    expect(
      readChannels({ [`${C}X`]: value }, targets("127.0.0.0/8,10.0.0.0/8,169.254.0.0/16,::1")),
    ).toHaveLength(1);
  });

  it("lets hosts that the operator allows do without encryption", () => {
    const variables = {
      [`${C}A`]: "slack:http://chat.internal/x",
      [`${C}B`]: "mail:smtp://mail.internal/?from=a@b&to=a@b&tls=off",
    };
    expect(readChannels(variables, targets("chat.internal,mail.internal"))).toMatchObject([
      { url: "http://chat.internal/x" },
      { host: "mail.internal", port: 587, security: "none" },
    ]);
  });
});
