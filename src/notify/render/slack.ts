import { type Alert } from "../alert.js";
import { fit, footer, linkLabel, linkOf } from "./text.js";

/** Limits of Block Kit, in characters. */
const HEADER = 150;
const SECTION = 3000;
const FIELD = 2000;
const LABEL = 75;
/** Fields of a section, and blocks of a message. */
const FIELDS = 10;
const BLOCKS = 50;

const ICONS = { info: "🔵", warning: "🟠", critical: "🔴" };
const CONTROL: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escape = (char: string): string => CONTROL[char] ?? char;

/** Slack reads no formatting, mentions or links in it, and makes no emoji of `:words:`. */
const plainText = (text: string, limit: number) => ({
  type: "plain_text" as const,
  // Slack refuses a text that is empty.
  text: fit(text, limit, escape) || "–",
  emoji: false,
});

/** Bold; for labels, which are ours. */
const bold = (label: string) => ({ type: "mrkdwn" as const, text: `*${fit(label, LABEL, escape) || "–"}*` });

/**
 * An alert as Slack's Block Kit: header, what happened, facts in two columns (label, value), whom it is for, a button.
 * Strangers' text is plain text throughout, so that nobody can ring a channel by a branch called `<!channel>`.
 */
export function slackMessage(alert: Alert) {
  const title = `${ICONS[alert.severity]} ${alert.title}`;
  const head = [{ type: "header", text: plainText(title, HEADER) }, ...lines(alert), ...facts(alert)];
  const foot = [{ type: "context", elements: [plainText(footer(alert), FIELD)] }, ...button(alert)];
  return {
    // What notifications and screen readers say.
    text: fit(title, SECTION, escape),
    blocks: [...head.slice(0, BLOCKS - foot.length), ...foot],
    unfurl_links: false,
    unfurl_media: false,
  };
}

const lines = (alert: Alert) =>
  alert.lines.map((line) => ({ type: "section", text: plainText(line, SECTION) }));

function facts({ facts: all }: Alert) {
  const perSection = FIELDS / 2;
  return Array.from({ length: Math.ceil(all.length / perSection) }, (_, index) => ({
    type: "section",
    fields: all
      .slice(index * perSection, (index + 1) * perSection)
      .flatMap(([label, value]) => [bold(label), plainText(value, FIELD)]),
  }));
}

function button(alert: Alert) {
  const url = linkOf(alert);
  if (url === null) return [];
  return [{ type: "actions", elements: [{ type: "button", text: plainText(linkLabel(alert), 75), url }] }];
}
