import { type Deadline, deadlines } from "../../../breakglass/clocks.js";
import { counted } from "../../words.js";
import { CLOCK_NAMES, utc } from "../phrases.js";
import type { CaseView, TimerView } from "../view.js";
import { row, table } from "./lines.js";

const HEADS = ["Clock", "Started", "Due", "State", "Extended", "Told", "Next"];

/** What is owed, and by when. Only events change what it says, not time. */
export function clocksSection(view: CaseView): string {
  const clocks = deadlines(view.case);
  if (clocks.length === 0) return "### What will be owed\n\nThe clocks start when the change has landed.";
  return `### What is owed\n\n${table(
    HEADS,
    clocks.map((clock) => clockRow(view, clock)),
  )}`;
}

function clockRow(view: CaseView, deadline: Deadline): string {
  const { clock, startedAt, dueAt } = deadline;
  const timers = view.timers.filter((timer) => timer.clock === clock);
  const extended = view.case.extensions.filter(({ clocks }) => clocks.includes(clock)).length;
  return row([
    CLOCK_NAMES[clock],
    utc(startedAt),
    `**${utc(dueAt)}**`,
    clockState(deadline),
    extended === 0 ? "–" : counted(extended, "time"),
    toldBy(timers),
    nextOf(timers, view.case.state === "closed"),
  ]);
}

/** `met` and `breached` both: it was done, and too late. */
export function clockState({ met, breached }: Deadline): string {
  if (met) return breached ? "🔴 met late" : "✅ met";
  return breached ? "🔴 breached" : "⏳ running";
}

function toldBy(timers: readonly TimerView[]): string {
  const told = timers.filter(({ doneAt }) => doneAt !== null);
  const last = told.at(-1);
  if (last === undefined) return "–";
  return `${timerName(last)}${told.length > 1 ? `, ${counted(told.length, "time")} in all` : ""}`;
}

function nextOf(timers: readonly TimerView[], sealed: boolean): string {
  const next = timers.find(({ doneAt }) => doneAt === null);
  return next === undefined || sealed ? "–" : `${timerName(next)} at ${utc(next.at)}`;
}

function timerName({ kind, level }: TimerView): string {
  switch (kind) {
    case "reminder":
      return `reminder at ${level}%`;
    case "escalation":
      return `escalation ${level}`;
    default:
      return "breach";
  }
}
