import { createHash } from "node:crypto";
import { visible } from "../../report/escape.js";
import { type Alert } from "../alert.js";
import { fit, footer, linkOf } from "./text.js";

/** A mail without its envelope. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  /** The conversation that it belongs to. */
  readonly references: string;
  readonly priority: "high" | "normal";
}

/** Lines of a header may have 998 characters (RFC 5322, 2.1.1); subjects are read at a glance. */
const SUBJECT = 200;

/**
 * An alert as a mail of plain text. Its Message-ID is the same over every attempt, so that mailboxes can drop the second of
 * two; all mails of a case are one conversation.
 * @param from the sender's address, whose domain the Message-ID is in
 */
export function renderMail(alert: Alert, from: string): Mail {
  const domain = from.slice(from.lastIndexOf("@") + 1);
  return {
    subject: fit(`[${alert.severity}] ${alert.title}`, SUBJECT),
    text: text(alert),
    messageId: `<${digest(alert.id)}@${domain}>`,
    references: `<${digest(`case ${alert.caseId}`)}@${domain}>`,
    priority: alert.severity === "critical" ? "high" : "normal",
  };
}

function text(alert: Alert): string {
  const width = Math.max(0, ...alert.facts.map(([label]) => visible(label).length));
  const facts = alert.facts.map(([label, value]) => `${visible(label).padEnd(width)}  ${visible(value)}`);
  const url = linkOf(alert);
  return [
    visible(alert.title),
    alert.lines.map(visible).join("\n"),
    facts.join("\n"),
    url ?? "",
    `-- \n${visible(footer(alert))}`,
  ]
    .filter(Boolean)
    .join("\n\n")
    .concat("\n");
}

/** Ids may hold characters that end a Message-ID. */
const digest = (id: string): string => createHash("sha256").update(id, "utf8").digest("hex").slice(0, 32);
