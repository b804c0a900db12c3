import type { Step } from "../../breakglass/case.js";
import type { EventKind } from "../../breakglass/event.js";
import { deadlines } from "../../breakglass/clocks.js";
import { countingApprovals } from "../../breakglass/standing.js";
import { formatDuration } from "../../breakglass/time/duration.js";
import { code } from "../escape.js";
import type { Route } from "../../policy/break-glass.js";
import { routeFor } from "./alert.js";
import { freezeNotice } from "./declared.js";
import { nounOf, sourceOf, whoseStep } from "./happening.js";
import {
  CLOCK_NAMES,
  clockName,
  mentions,
  prose,
  quoted,
  STATE_LINES,
  utc,
  utcSeconds,
  who,
} from "./phrases.js";
import { closingSummary } from "./sections/evidence.js";
import { paragraphs } from "./sections/lines.js";
import { nextStepLine } from "./sections/next.js";
import type { CaseView, TimerView } from "./view.js";

/**
 * How each step is told of. `null`: it is not, unless it changed where the case stands. A breach is told of by its timer
 * (`timerComment`), which comes even if what was owed was done before anybody was told.
 */
const SIGNS: Readonly<Record<EventKind, string | null>> = {
  declared: "🟠",
  withdrawn: "⚪",
  landed: "🔴",
  acknowledged: "✅",
  documented: "📄",
  "documentation-withdrawn": "⚠️",
  approved: "✅",
  "approval-withdrawn": "⚠️",
  rejected: "⛔",
  "revert-landed": "↩️",
  "revert-undone": "⚠️",
  extended: "⏳",
  breached: null,
  closed: "🔒",
  "authority-replaced": "👥",
  "involvement-read": null,
};

/** What the people of the first route have to know at once, and so are mentioned by name for. */
const CALLS: ReadonlySet<EventKind> = new Set<EventKind>(["declared", "landed", "rejected", "revert-undone"]);

/**
 * The comment on the tracking issue by which a step reaches those who watch it; `null` where it is noise, or was answered
 * where it was asked. For flows, with the view as it is after the step. Without its marker.
 */
export function stepComment(view: CaseView, step: Step): string | null {
  const { event, from, to, refusal } = step;
  if (refusal !== null) return refusedReview(view, step);
  const sign = SIGNS[event.kind] ?? (from === to ? null : "⚠️");
  if (sign === null) return null;
  const by = whoseStep(step);
  const why = quoted(event.why);
  const name = by === null ? "" : `, by ${who(by)}`;
  const told = `${sign} **${nounOf(view, step)}**${name}, at ${utcSeconds(event.at)} (${sourceOf(step)})${why === "" ? "." : `: ${why}`}`;
  const route = CALLS.has(event.kind) ? (view.handling.routes[0] ?? null) : null;
  return paragraphs([
    told,
    detail(view, step),
    from === to ? "" : `The case stands at: ${STATE_LINES[to]}.`,
    event.kind === "closed" ? closingSummary(view) : nextStepLine(view),
    call(route),
  ]);
}

/** A review asks without a command, so nobody else answers it. */
function refusedReview(view: CaseView, step: Step): string | null {
  const { event, refusal } = step;
  if (refusal === null || event.source.kind !== "review") return null;
  return paragraphs([
    `❌ **${nounOf(view, step)}**, by ${who(whoseStep(step))} (${sourceOf(step)}), does not count. Refused by ${code(refusal.rule)}: ${prose(refusal.message)}`,
    prose(refusal.remedy),
    nextStepLine(view),
  ]);
}

function detail(view: CaseView, { event }: Step): string {
  const { case: subject } = view;
  switch (event.kind) {
    case "declared":
      return `It holds for this commit until ${utc(subject.declaration?.endsAt ?? "")}, and then ends by itself.`;
    case "landed":
      return subject.landing?.sanctioned === true
        ? "It landed as declared."
        : "**Not sanctioned:** no break-glass held for this commit when it landed.";
    case "approved":
    case "approval-withdrawn":
      return `Independent approvals that count: ${countingApprovals(subject).length} of ${Math.max(1, subject.terms.approvals)}.`;
    case "extended":
      return `${formatDuration(event.duration)} more: ${dueTexts(view)}.`;
    case "involvement-read":
      return "Someone whose step counted had a hand in the change, so it counts no longer.";
    default:
      return "";
  }
}

const dueTexts = ({ case: subject }: CaseView): string =>
  deadlines(subject)
    .filter(({ met }) => !met)
    .map(({ clock, dueAt }) => `${CLOCK_NAMES[clock].toLowerCase()} by ${utc(dueAt)}`)
    .join(", ");

/**
 * The comment by which a timer reaches the people of its route, who are mentioned; `null` for the end of a declaration,
 * of which the step tells. For flows, with the view as it is after the timer was worked. Without its marker.
 */
export function timerComment(view: CaseView, timer: TimerView): string | null {
  const { kind, level } = timer;
  if (kind !== "reminder" && kind !== "breach" && kind !== "escalation") return null;
  const deadline = deadlines(view.case).find(({ clock }) => clock === timer.clock);
  const due = utc(deadline?.dueAt ?? timer.at);
  return paragraphs([
    timerText(timer, due, deadline?.met ?? false),
    kind === "reminder" ? "" : freezeNotice(view),
    nextStepLine(view),
    call(routeFor(view.handling, kind, level)),
  ]);
}

function timerText({ kind, clock, level }: TimerView, due: string, met: boolean): string {
  const name = clockName(clock);
  if (kind === "reminder")
    return `⏳ **Reminder:** ${name} is due by **${due}** (${level}% of the time is over).`;
  if (kind === "escalation")
    return `🔴 **Escalation ${level}:** ${name} was due by **${due}**, and is still owed.`;
  const since = met ? "It was done after that." : "It is still owed.";
  return `🔴 **Breach:** ${name} was due by **${due}**. ${since} The breach stays on record.`;
}

function call(route: Route | null): string {
  const named = mentions(route);
  return named === "" ? "" : `To look at it: ${named}`;
}
