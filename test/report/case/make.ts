import type { Case } from "../../../src/breakglass/case.js";
import { schedule } from "../../../src/breakglass/clocks.js";
import { handlingOf } from "../../../src/policy/break-glass.js";
import type { AlertView, CaseView, TimerView } from "../../../src/report/case/view.js";
import { CASES } from "../../breakglass/make.js";
import { finding, pull } from "../make.js";

export const ISSUE_URL = "https://github.example/acme/shop/issues/12";

export const alert = (change: Partial<AlertView> = {}): AlertView => ({
  channel: "security-chat",
  kind: "opened",
  wantedAt: "2026-03-03T02:00:00.000Z",
  sentAt: "2026-03-03T02:00:05.000Z",
  attempts: 1,
  lastError: null,
  ...change,
});

/** The timers of a case as they stand in the database; none is done. */
export const timersOf = (subject: Case): TimerView[] =>
  schedule(subject).map((timer) => ({ ...timer, doneAt: null }));

/** A direct push to main, found and not yet acknowledged, but for what a test says otherwise. */
export function view(subject: Case = CASES.landed(), change: Partial<CaseView> = {}): CaseView {
  const { decision } = pull(0, [
    finding({ gate: "review", rule: "independent-approval", reason: "none", message: "Nobody reviewed it." }),
  ]);
  return {
    case: { ...subject, id: "bg-3f2a9c01d4" },
    handling: {
      ...handlingOf(null),
      routes: [
        { channels: ["security-chat"], mention: ["acme/security", "carol"] },
        { channels: ["pager"], mention: ["acme/managers"] },
        { channels: ["pager"], mention: ["acme/board"] },
      ],
    },
    repository: { id: 10, owner: "acme", name: "shop" },
    repositoryUrl: "https://github.example/acme/shop",
    branch: "main",
    pullNumber: null,
    how: subject.landing === null ? null : "push",
    decision: subject.landing === null ? null : decision,
    timers: timersOf(subject),
    alerts: [alert()],
    offer: null,
    appOpens: false,
    issueUrl: ISSUE_URL,
    seal: null,
    ...change,
  };
}

/** What GitHub would take as markup: everything outside fenced and inline code and hidden comments of ours. */
export const outsideCode = (markdown: string): string =>
  markdown
    .replace(/^(`{3,})(?:sh|md)\n[^]*?\n\1$/gm, "")
    .replace(/(`+)(.*?[^`])\1(?!`)/g, "")
    .replace(/<!-- countersign:[A-Za-z0-9:/#@._-]+ -->/g, "");

/** The live mentions in a text; an address of a link is none. */
export const mentionsIn = (markdown: string): string[] =>
  outsideCode(markdown)
    .replace(/\]\([^)]*\)/g, "]")
    .match(/@(?!&#8203;)[\w/.-]+/g) ?? [];

/** The commands of the fenced blocks in a text, a block an entry. */
export const blocksIn = (markdown: string): string[] =>
  [...markdown.matchAll(/^(`{3,})sh\n([^]*?)\n\1$/gm)].map((match) => match[2] ?? "");

/** The cells of a table's row that begins with `first`. */
export const rowOf = (markdown: string, first: string): string[] =>
  (markdown.split("\n").find((line) => line.startsWith(`| ${first} |`)) ?? "")
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
