import type { Account } from "../facts/facts.js";
import type { CaseEvent } from "./event.js";
import type { Authority, Involvement } from "./roles.js";
import type { Refusal } from "./rules.js";
import { type Calendar, DEFAULT_CALENDAR } from "./time/calendar.js";
import { businessDays, type Duration, hours } from "./time/duration.js";

export type State =
  "declared" | "landed" | "acknowledged" | "documented" | "reviewed" | "rejected" | "closed" | "withdrawn";

/** `revert` runs once a change is rejected: without it such a case would be let go of. */
export type ClockName = "acknowledge" | "document" | "review" | "revert";
export const CLOCKS: readonly ClockName[] = ["acknowledge", "document", "review", "revert"];

/** How long each step may take, and what happens on the way. */
export interface ClockTerms extends Readonly<Record<ClockName, Duration>> {
  readonly calendar: Calendar;
  /** Per cent of a clock's time after which it reminds. */
  readonly reminders: readonly number[];
  /** After a breach the next route is told, and so on, in this rhythm and this often. */
  readonly escalation: { readonly every: Duration; readonly times: number };
  readonly extensions: { readonly times: number; readonly longest: Duration };
}

export const DEFAULT_CLOCKS: ClockTerms = {
  acknowledge: hours(1),
  document: hours(24),
  review: hours(72),
  revert: hours(24),
  calendar: DEFAULT_CALENDAR,
  reminders: [50, 80],
  escalation: { every: hours(4), times: 3 },
  extensions: { times: 2, longest: businessDays(3) },
};

/**
 * What the policy says of emergencies, as it was in the branch before the change. Pinned to the case, so that what
 * landed cannot change who judges it.
 */
export interface Terms {
  readonly authority: Authority;
  readonly clocks: ClockTerms;
  /** How long a declaration holds. */
  readonly declaration: Duration;
  /** Independent approvals that make the change reviewed. */
  readonly approvals: number;
}

/** Who did something, when (ISO 8601, UTC), and what they said. */
export interface Mark {
  readonly by: Account;
  readonly at: string;
  readonly why: string;
}

export interface Declaration extends Mark {
  /** It holds for this commit only, … */
  readonly headOid: string;
  /** … until then, … */
  readonly endsAt: string;
  /** … or until it was ended. */
  readonly endedAt: string | null;
  /** The event it came from, to tell it from an earlier declaration of the same case. */
  readonly eventId: string;
}

export interface Landing {
  readonly landedAt: string;
  /** Clocks run from here: nobody can owe what nobody has noticed, and only one clock, ours, is compared. */
  readonly noticedAt: string;
  readonly beforeOid: string;
  readonly afterOid: string;
  readonly headOid: string;
  readonly by: Account | null;
  /** A declaration held for exactly this commit when it landed. */
  readonly sanctioned: boolean;
}

export interface Documentation {
  /** `null`: the app opened it. */
  readonly by: Account | null;
  readonly at: string;
  readonly pullRequest: number;
  readonly headOid: string;
}

export interface Approval extends Mark {
  readonly headOid: string;
}

export interface Extension extends Mark {
  readonly duration: Duration;
  /** The clocks that were running, and got the time. */
  readonly clocks: readonly ClockName[];
}

export interface Breach {
  readonly clock: ClockName;
  /** The deadline that passed. */
  readonly at: string;
}

/** One entry in the story of a case: an event, and what came of it. */
export interface Step {
  readonly event: CaseEvent;
  /** `null`: the case began here. */
  readonly from: State | null;
  readonly to: State;
  /** Set if it was refused; then nothing but the story changed. */
  readonly refusal: Refusal | null;
}

/**
 * The life of one bypass. A value: `transition` makes the next one. Marks are kept as they came; which of them count
 * is derived (`standing.ts`), so that learning late who was involved takes effect on what was done before.
 */
export interface Case {
  readonly id: string;
  /** The change it is about; one case a change. */
  readonly change: string;
  readonly openedAt: string;
  readonly terms: Terms;
  readonly state: State;
  readonly involvement: Involvement;
  readonly declaration: Declaration | null;
  readonly landing: Landing | null;
  readonly acknowledgement: Mark | null;
  readonly documentation: Documentation | null;
  readonly approvals: readonly Approval[];
  readonly rejection: Mark | null;
  readonly revert: { readonly oid: string; readonly at: string } | null;
  readonly extensions: readonly Extension[];
  readonly breaches: readonly Breach[];
  readonly closing: Mark | null;
  readonly steps: readonly Step[];
}
