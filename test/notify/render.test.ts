import { createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { type Alert } from "../../src/notify/alert.js";
import { renderMail } from "../../src/notify/render/mail.js";
import { pagerDutyEvent } from "../../src/notify/render/pagerduty.js";
import { slackMessage } from "../../src/notify/render/slack.js";
import { teamsMessage } from "../../src/notify/render/teams.js";
import { fit, linkOf } from "../../src/notify/render/text.js";
import { signedWebhook } from "../../src/notify/render/webhook.js";
import { ALERT, HOSTILE, hostileAlert } from "./support/alerts.js";

/** Every object within a message. */
function parts(value: unknown): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(parts);
  return Array.isArray(value) ? inner : [{ ...value }, ...inner];
}

const ofType = (message: unknown, type: string) => parts(message).filter((part) => part["type"] === type);
const textsOf = (message: unknown, type: string) => ofType(message, type).map(({ text }) => String(text));

const anyAlert: fc.Arbitrary<Alert> = fc.record({
  id: fc.string(),
  kind: fc.constantFrom(
    "opened",
    "reminder",
    "breach",
    "escalation",
    "closed",
    "budget",
    "withdrawn",
    "rejected",
  ),
  severity: fc.constantFrom("info", "warning", "critical"),
  title: fc.oneof(fc.string({ unit: "binary", maxLength: 4000 }), fc.constant("漢".repeat(4000))),
  lines: fc.array(
    fc.oneof(fc.string({ unit: "binary" }), fc.constant("&".repeat(4000)), fc.constant("漢".repeat(4000))),
    {
      maxLength: 60,
    },
  ),
  facts: fc.array(
    fc.tuple(fc.string(), fc.oneof(fc.string({ unit: "binary" }), fc.constant("漢".repeat(3000)))),
    {
      maxLength: 60,
    },
  ),
  url: fc.option(fc.webUrl()),
  caseId: fc.string(),
  at: fc.constant("2026-03-01T10:00:00.000Z"),
  mentions: fc.array(fc.string()),
});

describe("fit", () => {
  it.each([
    ["short", 10, "short"],
    ["exactly ten", 11, "exactly ten"],
    ["one more than fits", 10, "one more …"],
    ["a\r\nb", 10, "a b"],
    ["\u202Ex", 20, "\\u{202e}x"],
    ["😀😀😀", 4, "😀…"],
    [" \n ", 10, ""],
  ])("%j in %i is %j", (text, limit, shown) => {
    expect(fit(text, limit)).toBe(shown);
  });

  it("never cuts an escape in two", () => {
    expect(fit("a<<<<", 10, (char) => (char === "<" ? "&lt;" : char))).toBe("a&lt;&lt;…");
  });
});

describe("linkOf", () => {
  it.each([
    "javascript:alert(1)",
    "https://a b",
    'https://a/"\n',
    "//evil.example",
    "https://",
    `https://a/${"x".repeat(2001)}`,
  ])("opens nothing for %j", (url) => {
    expect(linkOf({ ...ALERT, url })).toBeNull();
    expect(ofType(slackMessage({ ...ALERT, url }), "button")).toEqual([]);
    expect(ofType(teamsMessage({ ...ALERT, url }), "Action.OpenUrl")).toEqual([]);
    expect(pagerDutyEvent({ ...ALERT, url }, "key")).toMatchObject({ links: [] });
  });
});

describe("Slack", () => {
  it("says it in blocks: header, what happened, facts by label, for whom, a button", () => {
    expect(slackMessage(ALERT)).toEqual({
      text: "🔴 Push around the gates on acme/shop main",
      unfurl_links: false,
      unfurl_media: false,
      blocks: [
        {
          type: "header",
          text: { type: "plain_text", emoji: false, text: "🔴 Push around the gates on acme/shop main" },
        },
        ...ALERT.lines.map((text) => ({ type: "section", text: { type: "plain_text", emoji: false, text } })),
        {
          type: "section",
          fields: ALERT.facts.flatMap(([label, text]) => [
            { type: "mrkdwn", text: `*${label}*` },
            { type: "plain_text", emoji: false, text },
          ]),
        },
        {
          type: "context",
          elements: [
            {
              type: "plain_text",
              emoji: false,
              text: "Countersign · bg-0123456789 · opened · 2026-03-01T10:00:00.000Z · for acme/security, carol",
            },
          ],
        },
        {
          type: "actions",
          elements: [
            {
              type: "button",
              text: { type: "plain_text", emoji: false, text: "Open the case" },
              url: ALERT.url,
            },
          ],
        },
      ],
    });
  });

  it.each(HOSTILE)("shows %j as text", (text) => {
    const message = slackMessage(hostileAlert(text));
    expect(textsOf(message, "mrkdwn")).toEqual(["*Branch*"]);
    for (const shown of [message.text, ...textsOf(message, "plain_text")]) {
      expect(shown).not.toMatch(/[<>\p{Cc}\u202E]|&(?!amp;|lt;|gt;)/u);
    }
  });

  it("shows every fact, in as many sections as it takes", () => {
    const facts = Array.from({ length: 12 }, (_, index) => ["Fact", `value ${index}`] as const);
    const shown = textsOf(slackMessage({ ...ALERT, facts }), "plain_text").filter((text) =>
      text.startsWith("value"),
    );
    expect(shown).toEqual(facts.map(([, value]) => value));
  });

  it("keeps to Block Kit's limits", () => {
    fc.assert(
      fc.property(anyAlert, (alert) => {
        const { blocks } = slackMessage(alert);
        expect(blocks.length).toBeLessThanOrEqual(50);
        expect(blocks.some(({ type }) => type === "context")).toBe(true);
        for (const block of blocks) {
          const limit = block.type === "header" ? 150 : "fields" in block ? 2000 : 3000;
          const texts = [...textsOf(block, "plain_text"), ...textsOf(block, "mrkdwn")];
          for (const text of texts) {
            expect(text.length).toBeGreaterThan(0);
            expect(text.length).toBeLessThanOrEqual(limit);
          }
          if ("fields" in block) expect(block.fields.length).toBeLessThanOrEqual(10);
        }
      }),
    );
  });
});

describe("Teams", () => {
  it("says it in an Adaptive Card with a button", () => {
    const message = teamsMessage(ALERT);
    expect(message).toMatchObject({
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          contentUrl: null,
          content: {
            type: "AdaptiveCard",
            version: "1.4",
            actions: [{ type: "Action.OpenUrl", title: "Open the case", url: ALERT.url }],
          },
        },
      ],
    });
    expect(textsOf(message, "TextRun")).toEqual([
      ALERT.title,
      ...ALERT.lines,
      ...ALERT.facts.flat(),
      "Countersign · bg-0123456789 · opened · 2026-03-01T10:00:00.000Z · for acme/security, carol",
    ]);
  });

  it("has no element that reads Markdown", () => {
    expect(ofType(teamsMessage(ALERT), "TextBlock")).toEqual([]);
    expect(ofType(teamsMessage(ALERT), "FactSet")).toEqual([]);
  });

  it("keeps to 28 KB and shows no empty run", () => {
    fc.assert(
      fc.property(anyAlert, (alert) => {
        const message = teamsMessage(alert);
        expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(28 * 1024);
        expect(textsOf(message, "TextRun")).not.toContain("");
      }),
    );
  });
});

describe("PagerDuty", () => {
  it("triggers one incident a case", () => {
    expect(pagerDutyEvent(ALERT, "key")).toEqual({
      routing_key: "key",
      event_action: "trigger",
      dedup_key: "bg-0123456789",
      client: "Countersign",
      client_url: ALERT.url,
      links: [{ href: ALERT.url, text: "Open the case" }],
      payload: {
        summary: ALERT.title,
        source: "countersign",
        severity: "critical",
        timestamp: ALERT.at,
        group: "bg-0123456789",
        class: "break-glass.opened",
        custom_details: {
          Repository: "acme/shop",
          Branch: "main",
          Due: "2026-03-01T11:00:00Z",
          what: ALERT.lines,
          alert: ALERT.id,
          about: "Countersign · bg-0123456789 · opened · 2026-03-01T10:00:00.000Z · for acme/security, carol",
        },
      },
    });
  });

  it.each([
    ["opened", "trigger"],
    ["reminder", "trigger"],
    ["breach", "trigger"],
    ["escalation", "trigger"],
    ["budget", "trigger"],
    ["rejected", "trigger"],
    ["closed", "resolve"],
    ["withdrawn", "resolve"],
  ] as const)("takes %s for a %s", (kind, action) => {
    expect(pagerDutyEvent({ ...ALERT, kind }, "key").event_action).toBe(action);
  });

  it("keeps to the limits of a summary and a key", () => {
    const event = pagerDutyEvent({ ...ALERT, title: "x".repeat(2000), caseId: "y".repeat(300) }, "key");
    expect(event.payload.summary).toHaveLength(1024);
    expect(event.dedup_key).toHaveLength(255);
  });
});

describe("a signed webhook", () => {
  const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const OLD = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;

  it("is what the standard's own library verifies, by each secret of a rotation", () => {
    const { body, headers } = signedWebhook(ALERT, [SECRET, OLD], new Date());
    const expected = { type: "break-glass.opened", timestamp: ALERT.at, data: ALERT };
    expect(new Webhook(SECRET).verify(body, { ...headers })).toEqual(expected);
    expect(new Webhook(OLD).verify(body, { ...headers })).toEqual(expected);
    expect(() => new Webhook(OLD).verify(`${body} `, { ...headers })).toThrow("No matching signature");
  });

  it("is signed over id, time and body as they are sent", () => {
    const { body, headers } = signedWebhook(ALERT, [SECRET], new Date("2026-03-01T10:00:01.999Z"));
    const content = `${ALERT.id}.1772359201.${body}`;
    const mac = createHmac("sha256", Buffer.alloc(32, 7)).update(content).digest("base64");
    expect(headers).toEqual({
      "webhook-id": ALERT.id,
      "webhook-timestamp": "1772359201",
      "webhook-signature": `v1,${mac}`,
    });
  });

  it.each(["a.b", "a\r\nx: y", "a b", "漢"])("has an id without full stop or line break for %j", (id) => {
    const { headers } = signedWebhook({ ...ALERT, id }, [SECRET], new Date());
    expect(headers["webhook-id"]).toMatch(/^[!-\-/-~]+$/);
  });
});

describe("a mail", () => {
  it("is text, with all facts in a column", () => {
    expect(renderMail(ALERT, "app@acme.example")).toEqual({
      subject: "[critical] Push around the gates on acme/shop main",
      text: [
        ALERT.title,
        "",
        ...ALERT.lines,
        "",
        "Repository  acme/shop",
        "Branch      main",
        "Due         2026-03-01T11:00:00Z",
        "",
        ALERT.url,
        "",
        "-- ",
        "Countersign · bg-0123456789 · opened · 2026-03-01T10:00:00.000Z · for acme/security, carol",
        "",
      ].join("\n"),
      messageId: expect.stringMatching(/^<[0-9a-f]{32}@acme\.example>$/),
      references: expect.stringMatching(/^<[0-9a-f]{32}@acme\.example>$/),
      priority: "high",
    });
  });

  it("has the same Message-ID over every attempt, and one conversation a case", () => {
    const first = renderMail(ALERT, "app@acme.example");
    const again = renderMail({ ...ALERT }, "app@acme.example");
    const other = renderMail({ ...ALERT, id: "another", severity: "info" }, "app@acme.example");
    expect(again.messageId).toBe(first.messageId);
    expect(other.messageId).not.toBe(first.messageId);
    expect(other.references).toBe(first.references);
    expect(other.references).not.toBe(first.messageId);
    expect(other.priority).toBe("normal");
  });

  it.each(HOSTILE)("makes one line of %j", (text) => {
    const mail = renderMail(hostileAlert(text), "app@acme.example");
    expect(mail.subject).not.toMatch(/[\p{Cc}\u202E]/u);
    expect(mail.text.split("\n")).toHaveLength(
      renderMail(ALERT, "app@acme.example").text.split("\n").length - 3,
    );
  });
});
