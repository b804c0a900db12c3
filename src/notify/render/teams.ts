import { type Alert } from "../alert.js";
import { fit, footer, linkLabel, linkOf } from "./text.js";

const COLORS = { info: "Accent", warning: "Warning", critical: "Attention" };

/** Teams takes 28 KB a message: how much is shown of a line and of a fact, and how many of them. */
const LINE = 400;
const LABEL = 60;
const FACT = 200;
const LINES = 8;
const FACTS = 10;

/**
 * An alert as the message that a Teams workflow posts: an Adaptive Card with the button that opens the case.
 * Built of text runs, which are shown as they are. Text blocks and fact sets read Markdown, by which a branch's name could
 * be a link to anywhere.
 */
export function teamsMessage(alert: Alert) {
  return {
    type: "message",
    attachments: [
      { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card(alert) },
    ],
  };
}

function card(alert: Alert) {
  const url = linkOf(alert);
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    fallbackText: fit(alert.title, LINE),
    msteams: { width: "Full" },
    body: [
      paragraph(run(alert.title, LINE, { size: "Large", weight: "Bolder", color: COLORS[alert.severity] })),
      ...alert.lines.slice(0, LINES).map((line) => paragraph(run(line, LINE))),
      ...alert.facts.slice(0, FACTS).map(([label, value]) => factRow(label, value)),
      paragraph(run(footer(alert), LINE, { size: "Small", isSubtle: true })),
    ],
    actions: url === null ? [] : [{ type: "Action.OpenUrl", title: linkLabel(alert), url }],
  };
}

const factRow = (label: string, value: string) => ({
  type: "ColumnSet",
  spacing: "Small",
  columns: [
    { type: "Column", width: "120px", items: [paragraph(run(label, LABEL, { weight: "Bolder" }))] },
    { type: "Column", width: "stretch", items: [paragraph(run(value, FACT))] },
  ],
});

const paragraph = (...inlines: readonly object[]) => ({ type: "RichTextBlock", inlines });

const run = (text: string, limit: number, style: object = {}) => ({
  type: "TextRun",
  text: fit(text, limit) || "–",
  ...style,
});
