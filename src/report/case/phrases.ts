import type { ClockName, State } from "../../breakglass/case.js";
import type { Hand } from "../../breakglass/roles.js";
import type { Account } from "../../facts/facts.js";
import type { Route } from "../../policy/break-glass.js";
import { code, linkTarget, plain, visible } from "../escape.js";
import { fitText } from "../limits.js";
import type { CaseView, Form } from "./view.js";

/** The words that all texts of a case share. What is named `…Text` is plain text; everything else is Markdown. */

export const CLOCK_NAMES: Readonly<Record<ClockName, string>> = {
  acknowledge: "Acknowledgement",
  document: "Documentation",
  review: "Independent review",
  revert: "Revert",
};

/** A clock's name as a timer has it. */
export const clockName = (clock: string): string =>
  isClock(clock) ? CLOCK_NAMES[clock] : clock === "declaration" ? "Declaration" : plain(clock);

const isClock = (clock: string): clock is ClockName => Object.hasOwn(CLOCK_NAMES, clock);

/** Where a case stands, in our own words: right as plain text and as Markdown. */
export const STATE_LINES: Readonly<Record<State, string>> = {
  declared: "🟠 Declared: it may land around the gates, and has not yet",
  landed: "🔴 Landed, and not acknowledged yet",
  acknowledged: "🟠 Acknowledged, and not documented yet",
  documented: "🟡 Documented, and not reviewed independently yet",
  reviewed: "🔵 Reviewed: ready to be closed",
  rejected: "🔴 Rejected: it must be reverted",
  closed: "✅ Closed and sealed",
  withdrawn: "⚪ Withdrawn: declared, and never landed",
};

export const HANDS: Readonly<Record<Hand, string>> = {
  declarer: "declared it",
  pusher: "pushed it",
  author: "is an author",
  committer: "is a committer",
  approver: "let it pass",
};

const LANDINGS: Readonly<Record<Form, string>> = {
  merge: "merge around the gates into",
  push: "direct push to",
  "force-push": "force-push to",
  "re-created": "deletion and re-creation of",
};

/** What kind of change it is, as plain text without its branch: `direct push to`. */
export function landingText({ how, pullNumber }: CaseView): string {
  const landing = how === null ? "declared for" : LANDINGS[how];
  return pullNumber === null ? landing : `pull request ${pullNumber}, ${landing}`;
}

/** A branch's name as plain text that hides nothing, cut where it is absurdly long. */
export const branchText = (branch: string): string => fitText(visible(branch).trim(), 120);

/** `2026-11-24 18:00 UTC`: whole minutes, rounded down, so that a deadline is never shown as later than it is. */
export const utc = (at: string): string => instant(at, "2026-11-24T18:00".length);

/** `2026-11-24 18:00:07 UTC`, for what happened. */
export const utcSeconds = (at: string): string => instant(at, "2026-11-24T18:00:07".length);

function instant(at: string, length: number): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return "an unknown time";
  return `${new Date(time).toISOString().slice(0, length).replace("T", " ")} UTC`;
}

const LONGEST_NAME = 60;

/** A person by login, as code: never a mention. */
export const who = (account: Account | null): string =>
  account === null ? "someone GitHub does not name" : code(fitText(account.login, LONGEST_NAME));

/** The same as plain text. */
export const whoText = (account: Account | null): string =>
  account === null ? "someone GitHub does not name" : fitText(visible(account.login), LONGEST_NAME);

/** A sentence that may hold what strangers wrote: its code stays code, and nothing else in it acts. */
export const prose = (text: string, limit = 400): string =>
  fitText(text, limit)
    .split(/(`[^`]+`)/)
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const quoted = /^`([^`]+)`$/.exec(part)?.[1];
      if (quoted !== undefined) return code(quoted);
      // What is trimmed by escaping is the space between words here.
      return `${/^\s/.test(part) ? " " : ""}${plain(part)}${/\s$/.test(part) ? " " : ""}`;
    })
    .join("")
    .trim();

/** What someone gave as a reason or a note, in quotation marks; nothing where they gave none. */
export const quoted = (text: string, limit = 300): string =>
  text.trim() === "" ? "" : `“${plain(fitText(text.trim(), limit))}”`;

/** A commit, short, as code. */
export const shortOid = (oid: string): string => code(oid.slice(0, 12));

/** `text` as a link, or as it is where the address is none to be shown. `text` is Markdown of ours. */
export function link(text: string, url: string | null): string {
  const target = linkTarget(url);
  return target === null ? text : `[${text}](${target})`;
}

/** A pull request of the case's repository; linked in full, for the issue may be in another one. */
export const pullLink = ({ repositoryUrl }: CaseView, number: number): string =>
  link(`pull request ${number}`, `${repositoryUrl}/pull/${number}`);

/** A person or a team as GitHub names them. Anything else is no mention. */
const MENTIONABLE = /^[A-Za-z0-9-]+(\/[A-Za-z0-9._-]+)?$/;

/** The people of a route: the only live mentions that any text of a case holds. Empty where there are none. */
export function mentions(route: Route | null): string {
  const named = (route?.mention ?? []).filter((name) => name.length <= 140).slice(0, 20);
  return named.map((name) => (MENTIONABLE.test(name) ? `@${name}` : code(name))).join(" ");
}

/** `a`, `a and b`, `a, b and c`. */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
