import { type Case, type ClockName, CLOCKS, type Extension } from "./case.js";
import { isMet, type Marks } from "./standing.js";
import { addBusinessDays, businessDaysBetween } from "./time/calendar.js";
import { addDuration } from "./time/duration.js";

/** One clock of a case. Instants are ISO 8601, UTC. */
export interface Deadline {
  readonly clock: ClockName;
  readonly startedAt: string;
  readonly dueAt: string;
  readonly met: boolean;
  readonly breached: boolean;
}

/** Something to be done at an instant, once: a row for the database. */
export interface TimerRow {
  /** Stable: the same thing to do has the same id, whoever computes it and whenever. */
  readonly id: string;
  readonly clock: ClockName | "declaration";
  readonly kind: "reminder" | "breach" | "escalation" | "end";
  /** Per cent of a reminder, number of an escalation (from 1); else 0. */
  readonly level: number;
  readonly at: string;
}

/** The clocks that have been started. */
export function deadlines(marks: Marks): readonly Deadline[] {
  return CLOCKS.flatMap((clock) => {
    const startedAt = startOf(clock, marks);
    if (startedAt === null) return [];
    const breached = marks.breaches.some((breach) => breach.clock === clock);
    return [{ clock, startedAt, dueAt: dueAt(clock, startedAt, marks), met: isMet(clock, marks), breached }];
  });
}

/** The clocks that wait for something and are not due yet at `at` (ISO 8601): those that can be extended. */
export function runningClocks(marks: Marks, at: string): readonly ClockName[] {
  return deadlines(marks)
    .filter(({ met, dueAt: due }) => !met && Date.parse(at) < Date.parse(due))
    .map(({ clock }) => clock);
}

/**
 * Everything that time will bring to a case as it stands, past and future, in order. It changes with the case: rows
 * that are no longer in it are no longer to be done. A breach that happened stays, so that it is told even if what was
 * owed came before anybody was told.
 */
export function schedule(subject: Case): readonly TimerRow[] {
  const rows = [...endOfDeclaration(subject), ...deadlines(subject).flatMap((one) => rowsOf(one, subject))];
  return rows.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** The rows of the schedule whose time has come at `now`. Doing each id once is the caller's part. */
export function dueSteps(subject: Case, now: Date): readonly TimerRow[] {
  return schedule(subject).filter(({ at }) => Date.parse(at) <= now.getTime());
}

function startOf(clock: ClockName, { landing, rejection }: Marks): string | null {
  if (clock === "revert") return rejection?.at ?? null;
  return landing?.noticedAt ?? null;
}

function dueAt(clock: ClockName, startedAt: string, { terms, extensions }: Marks): string {
  const { calendar } = terms.clocks;
  const first = addDuration(Date.parse(startedAt), terms.clocks[clock], calendar);
  const due = extensionsOf(clock, extensions).reduce(
    (before, { duration }) => addDuration(before, duration, calendar),
    first,
  );
  return toIso(due);
}

const extensionsOf = (clock: ClockName, extensions: readonly Extension[]): readonly Extension[] =>
  extensions.filter(({ clocks }) => clocks.includes(clock));

function endOfDeclaration({ id, state, declaration }: Case): TimerRow[] {
  if (state !== "declared" || declaration === null) return [];
  const { eventId, endsAt } = declaration;
  return [
    { id: `${id}/declaration/${eventId}/end`, clock: "declaration", kind: "end", level: 0, at: endsAt },
  ];
}

function rowsOf(deadline: Deadline, subject: Case): TimerRow[] {
  if (deadline.met) return deadline.breached ? [breachRow(deadline, subject)] : [];
  return [...reminders(deadline, subject), breachRow(deadline, subject), ...escalations(deadline, subject)];
}

function breachRow({ clock, dueAt: at }: Deadline, subject: Case): TimerRow {
  return { id: afterDeadline(clock, "breach", subject), clock, kind: "breach", level: 0, at };
}

/**
 * A breach may be lifted by an extension that was heard of late: the next one, and what follows it, are other things
 * to be told.
 */
function afterDeadline(clock: ClockName, name: string, { id, extensions }: Case): string {
  const granted = extensionsOf(clock, extensions).length;
  return `${id}/${clock}/${name}${granted === 0 ? "" : `/${granted}`}`;
}

/** After an extension they divide what is left from then on, so that none of them is due at once. */
function reminders({ clock, startedAt, dueAt: due }: Deadline, subject: Case): TimerRow[] {
  const { id, extensions, terms } = subject;
  const granted = extensionsOf(clock, extensions);
  const from = granted.at(-1)?.at ?? startedAt;
  return terms.clocks.reminders.map((level) => ({
    id: `${id}/${clock}/reminder-${level}/${granted.length}`,
    clock,
    kind: "reminder",
    level,
    at: toIso(partOfTheWay(clock, Date.parse(from), Date.parse(due), level / 100, subject)),
  }));
}

/** A clock in business days reminds when people work. */
function partOfTheWay(clock: ClockName, from: number, to: number, share: number, { terms }: Case): number {
  const { calendar, [clock]: duration } = terms.clocks;
  if (duration.unit === "minutes") return Math.round(from + (to - from) * share);
  const part = businessDaysBetween(from, to, calendar) * share;
  return Math.min(to, addBusinessDays(from, part, calendar));
}

function escalations({ clock, dueAt: due }: Deadline, subject: Case): TimerRow[] {
  const { calendar, escalation } = subject.terms.clocks;
  const rows: TimerRow[] = [];
  let at = Date.parse(due);
  for (let level = 1; level <= escalation.times; level += 1) {
    at = addDuration(at, escalation.every, calendar);
    const id = afterDeadline(clock, `escalation-${level}`, subject);
    rows.push({ id, clock, kind: "escalation", level, at: toIso(at) });
  }
  return rows;
}

const toIso = (at: number): string => new Date(at).toISOString();
