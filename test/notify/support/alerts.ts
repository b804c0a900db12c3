import { type Alert } from "../../../src/notify/alert.js";
import {
  NO_PRIVATE_TARGETS,
  parsePrivateTargets,
  type PrivateTargets,
} from "../../../src/notify/net/addresses.js";

export const ALERT: Alert = {
  id: "bg-0123456789:opened:0:security-chat",
  kind: "opened",
  severity: "critical",
  title: "Push around the gates on acme/shop main",
  lines: ["mallory pushed 2 commits without a pull request.", "Someone has to acknowledge it within 1 h."],
  facts: [
    ["Repository", "acme/shop"],
    ["Branch", "main"],
    ["Due", "2026-03-01T11:00:00Z"],
  ],
  url: "https://github.com/acme/compliance/issues/7",
  caseId: "bg-0123456789",
  at: "2026-03-01T10:00:00.000Z",
  mentions: ["acme/security", "carol"],
};

/** What strangers would have a title, branch or login say. */
export const HOSTILE = [
  "<!channel> & <@U123> <https://evil.example|click>",
  "[click](https://evil.example) **bold** `code`",
  "line one\r\nBcc: everyone@evil.example\r\n\r\nbody",
  "tail\n.\nMAIL FROM:<a@b>",
  "\u202Etxt.exe\u0000\u200B",
  "{{DATE(2026-01-01T00:00:00Z)}}",
  '","type":"x"}',
];

export const hostileAlert = (text: string): Alert => ({
  ...ALERT,
  title: text,
  lines: [text],
  facts: [["Branch", text]],
  mentions: [text],
});

/** The operator's list, as COUNTERSIGN_ALLOW_PRIVATE_TARGETS would have it. */
export function targets(list = ""): PrivateTargets {
  const parsed = parsePrivateTargets(list);
  if ("unreadable" in parsed) throw new Error(parsed.unreadable);
  return list === "" ? NO_PRIVATE_TARGETS : parsed;
}
