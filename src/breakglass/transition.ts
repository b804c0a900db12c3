import { CountersignError } from "../errors.js";
import { apply } from "./machine/apply.js";
import type { Breach, Case, Step, Terms } from "./case.js";
import { deadlines } from "./clocks.js";
import { ACTS, type CaseEvent } from "./event.js";
import { refuseAct } from "./roles.js";
import { type Refusal, refuse } from "./rules.js";
import { type Marks, stateOf } from "./standing.js";
import { type OPENING, TABLE } from "./machine/table.js";

/**
 * What came of an event. `case` is how the case goes on; `step` is what to record in the same transaction, or `null`
 * if the event was heard before or its refusal is of no interest to anyone.
 */
export type Transition =
  | { readonly ok: true; readonly case: Case; readonly step: Step | null }
  | { readonly ok: false; readonly refusal: Refusal; readonly case: Case; readonly step: Step | null };

export type Opening =
  | { readonly ok: true; readonly case: Case; readonly step: Step }
  | { readonly ok: false; readonly refusal: Refusal };

export interface CaseIdentity {
  /** Unique among all cases; the ids of its timers begin with it. */
  readonly id: string;
  /** Stable name of the change, the same however it is found. */
  readonly change: string;
  readonly terms: Terms;
}

/**
 * Opens a case: someone declared it, or the app noticed that something landed.
 *
 * @throws CountersignError `config-invalid` if the terms' calendar has no working days
 */
export function openCase(identity: CaseIdentity, event: CaseEvent<(typeof OPENING)[number]>): Opening {
  const blank = blankCase(identity, event.at);
  const change = refuseActor(blank, event) ?? apply(blank, event);
  if (isRefusal(change)) return { ok: false, refusal: change };
  const marks = { ...blank, ...change };
  const step: Step = { event, from: null, to: stateOf(marks), refusal: null };
  return { ok: true, case: { ...marks, state: step.to, steps: [step] }, step };
}

/**
 * Takes a case from one event to the next. Pure and total: any event may come in any state, in any order and any
 * number of times. Judged in this order: heard before, who asks, the state (the table), what the event says.
 *
 * What a person asked for and was refused is part of the story, and final for that comment or review. What the app
 * noticed or a timer said too early leaves no trace, and may come again.
 *
 * @throws CountersignError `config-invalid` if the terms' calendar has no working days; `invariant-broken` if the
 *   case would reach a state that the table does not allow
 */
export function transition(before: Case, event: CaseEvent): Transition {
  const heard = before.steps.find((step) => step.event.id === event.id);
  // A breach guards itself: it may be lifted, and then its timer is right a second time.
  if (heard !== undefined && event.kind !== "breached") return heardBefore(before, heard);

  const cell = TABLE[event.kind][before.state];
  const change =
    refuseActor(before, event) ?? (typeof cell === "string" ? refuse(cell) : apply(before, event));
  if (isRefusal(change)) return refused(before, event, change);

  const marks = withBreachesJudged(before, { ...before, ...change }, event.at);
  const to = stateOf(marks);
  if (!cell.includes(to)) throw notInTable(before, event, to);
  const step: Step = { event, from: before.state, to, refusal: null };
  return { ok: true, case: { ...marks, state: to, steps: [...before.steps, step] }, step };
}

function heardBefore(subject: Case, { refusal }: Step): Transition {
  return refusal === null
    ? { ok: true, case: subject, step: null }
    : { ok: false, refusal, case: subject, step: null };
}

function refused(before: Case, event: CaseEvent, refusal: Refusal): Transition {
  const { kind } = event.source;
  const asked = kind === "comment" || kind === "review";
  // A sealed story does not grow; whoever asks is answered all the same.
  if (!asked || before.state === "closed") return { ok: false, refusal, case: before, step: null };
  const step: Step = { event, from: before.state, to: before.state, refusal };
  return { ok: false, refusal, case: { ...before, steps: [...before.steps, step] }, step };
}

function refuseActor(subject: Case, event: CaseEvent): Refusal | null {
  const act = ACTS[event.kind];
  // Nobody asked: the app noticed it, or did it itself.
  if (act === null || event.by === null || !("account" in event.by)) return null;
  const { declaration, documentation, involvement, terms } = subject;
  // Whoever declared may take it back; the policy names who else may.
  if (act === "withdraw" && event.by.account.id === declaration?.by.id) return null;
  const documenter = documentation?.by ?? null;
  return refuseAct(act, event.by, { authority: terms.authority, involvement, documenter });
}

/**
 * A clock is judged by when the thing was done, not by when we heard of it: one that was met late is breached even if
 * its timer was never worked, and one that was met in time is not, even if its timer was worked first.
 */
function withBreachesJudged(before: Marks, after: Marks, at: string): Marks {
  const metBefore = new Set(
    deadlines(before)
      .filter(({ met }) => met)
      .map(({ clock }) => clock),
  );
  const justMet = deadlines(after).filter(({ clock, met }) => met && !metBefore.has(clock));
  const breaches = justMet.reduce<readonly Breach[]>((others, { clock, dueAt }) => {
    const rest = others.filter((breach) => breach.clock !== clock);
    return Date.parse(at) <= Date.parse(dueAt) ? rest : [...rest, { clock, at: dueAt }];
  }, after.breaches);
  return { ...after, breaches };
}

function blankCase({ id, change, terms }: CaseIdentity, openedAt: string): Case {
  return {
    id,
    change,
    openedAt,
    terms,
    state: "declared",
    involvement: { people: [], unread: null },
    declaration: null,
    landing: null,
    acknowledgement: null,
    documentation: null,
    approvals: [],
    rejection: null,
    revert: null,
    extensions: [],
    breaches: [],
    closing: null,
    steps: [],
  };
}

const isRefusal = (result: object): result is Refusal => "rule" in result;

const notInTable = ({ id, state }: Case, { kind }: CaseEvent, to: string): CountersignError =>
  new CountersignError(
    "invariant-broken",
    `Case ${id}: ${kind} led from ${state} to ${to}, which the table forbids.`,
  );
