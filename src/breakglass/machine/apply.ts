import type { Account } from "../../facts/facts.js";
import type { Case, Landing } from "../case.js";
import { deadlines, runningClocks } from "../clocks.js";
import type { CaseEvent, EventKind } from "../event.js";
import type { Actor, Hand, Involvement } from "../roles.js";
import { type Refusal, refuse } from "../rules.js";
import { isAcknowledged, isBeforeLanding, isMet } from "../standing.js";
import { addDuration, formatDuration } from "../time/duration.js";

/** What an event changes in a case. Never the state: that follows from the rest. */
export type Change = Partial<Omit<Case, "id" | "change" | "openedAt" | "state" | "steps">>;

type Handlers = {
  readonly [K in EventKind]: (subject: Case, event: CaseEvent<K>) => Change | Refusal;
};

/** Refusals are for what the table cannot know: what the event says, and what the case holds. */
const HANDLERS: Handlers = {
  declared: declare,
  withdrawn: ({ declaration }, event) => ({
    declaration: declaration === null ? null : { ...declaration, endedAt: event.at },
  }),
  landed: land,
  acknowledged: (subject, event) =>
    isAcknowledged(subject) ? refuse("already-acknowledged") : { acknowledgement: markOf(event) },
  documented: document,
  "documentation-withdrawn": ({ documentation }) =>
    documentation === null ? refuse("not-documented") : { documentation: null },
  approved: approve,
  "approval-withdrawn": ({ approvals }, { reviewer }) => {
    const left = approvals.filter(({ by }) => by.id !== reviewer);
    return left.length === approvals.length ? refuse("not-reviewed") : { approvals: left };
  },
  rejected: (subject, event) =>
    // One that does not count as a review, as its author turned out to be involved, may be followed by one that does.
    subject.rejection !== null && isMet("review", subject)
      ? refuse("already-rejected")
      : { rejection: markOf(event) },
  "revert-landed": ({ revert }, { oid, at }) =>
    revert === null ? { revert: { oid, at } } : refuse("already-reverted"),
  "revert-undone": ({ revert }) => (revert === null ? refuse("not-reverted") : { revert: null }),
  extended: extend,
  breached: breach,
  closed: (_subject, event) => ({ closing: markOf(event) }),
  "authority-replaced": ({ terms }, { authority }) => ({ terms: { ...terms, authority } }),
  "involvement-read": ({ involvement }, event) => ({
    involvement: joined(involvement, event.involvement),
  }),
};

/** What `event` changes in `subject`, or the rule that refuses it. Who asks and in which state is judged before. */
export function apply<K extends EventKind>(subject: Case, event: CaseEvent<K>): Change | Refusal {
  return HANDLERS[event.kind](subject, event);
}

function declare(subject: Case, event: CaseEvent<"declared">): Change | Refusal {
  const { declaration, terms, involvement } = subject;
  if (declaration?.endedAt === null && declaration.headOid === event.headOid)
    return refuse("already-declared");
  const endsAt = addDuration(Date.parse(event.at), terms.declaration, terms.clocks.calendar);
  return {
    declaration: {
      ...markOf(event),
      headOid: event.headOid,
      endsAt: new Date(endsAt).toISOString(),
      endedAt: null,
      eventId: event.id,
    },
    involvement: withHand(involvement, event.by.account, "declarer"),
  };
}

function land(subject: Case, event: CaseEvent<"landed">): Change | Refusal {
  if (event.change !== subject.change) return refuse("another-change", `It is ${event.change}.`);
  const { landedAt, beforeOid, afterOid, headOid, by } = event;
  const landing: Landing = {
    landedAt,
    noticedAt: event.at,
    beforeOid,
    afterOid,
    headOid,
    by,
    sanctioned: isSanctioned(subject, event),
  };
  // Before it landed nothing was known but the declarer: the reading that comes with it is the first.
  const { people } = subject.involvement;
  return {
    landing,
    terms: event.instead?.terms ?? subject.terms,
    involvement: joined({ people, unread: event.involvement.unread }, event.involvement),
  };
}

/** Judged by when it landed, not by when we heard of it: an end that we heard of first takes nothing away. */
function isSanctioned({ declaration }: Case, event: CaseEvent<"landed">): boolean {
  const { headOid, landedAt, instead } = event;
  if (declaration?.headOid !== headOid || instead?.elsewhere === true) return false;
  const landed = Date.parse(landedAt);
  const ends = [declaration.endsAt, ...(declaration.endedAt === null ? [] : [declaration.endedAt])];
  return landed >= Date.parse(declaration.at) && ends.every((end) => landed < Date.parse(end));
}

function document(subject: Case, event: CaseEvent<"documented">): Change | Refusal {
  const { pullRequest, headOid, differences, unfilled, at } = event;
  const current = subject.documentation;
  if (current?.pullRequest === pullRequest && current.headOid === headOid)
    return refuse("already-documented");
  if (!differences.known) return refuse("diff-unknown", differences.reason.message);
  if (differences.value.length > 0)
    return refuse("diff-not-covered", `It differs in: ${listed(differences.value)}.`);
  if (unfilled.length > 0) return refuse("template-unfilled", `It lacks: ${listed(unfilled)}.`);
  return { documentation: { by: event.by?.account ?? null, at, pullRequest, headOid } };
}

function approve(subject: Case, event: CaseEvent<"approved">): Change | Refusal {
  const { approvals, landing } = subject;
  if (landing !== null && isBeforeLanding(event.at, landing)) return refuse("review-before-landing");
  const { headOid } = event;
  if (approvals.some(({ by, headOid: seen }) => by.id === event.by.account.id && seen === headOid))
    return refuse("already-reviewed");
  return { approvals: [...approvals, { ...markOf(event), headOid }] };
}

function extend(subject: Case, event: CaseEvent<"extended">): Change | Refusal {
  const { extensions: granted, terms } = subject;
  const { extensions, calendar } = terms.clocks;
  const clocks = runningClocks(subject, event.at);
  if (clocks.length === 0) return refuse("nothing-to-extend");
  if (granted.length >= extensions.times)
    return refuse("extensions-used-up", `It allows ${extensions.times}.`);
  const at = Date.parse(event.at);
  if (addDuration(at, event.duration, calendar) > addDuration(at, extensions.longest, calendar))
    return refuse("extension-too-long", `It allows ${formatDuration(extensions.longest)}.`);
  return {
    extensions: [...granted, { ...markOf(event), duration: event.duration, clocks }],
    // The time was asked for before it was up, even if we heard of it after.
    breaches: subject.breaches.filter(({ clock }) => !clocks.includes(clock)),
  };
}

function breach(subject: Case, { clock, at }: CaseEvent<"breached">): Change | Refusal {
  const deadline = deadlines(subject).find((one) => one.clock === clock);
  if (deadline === undefined) return refuse("clock-not-due", "It has not been started.");
  if (deadline.breached) return refuse("already-breached");
  if (deadline.met) return refuse("clock-met");
  if (Date.parse(at) < Date.parse(deadline.dueAt))
    return refuse("clock-not-due", `It is due at ${deadline.dueAt}.`);
  return { breaches: [...subject.breaches, { clock, at: deadline.dueAt }] };
}

function joined(before: Involvement, read: Involvement): Involvement {
  const people = read.people.reduce(
    (known, { account, hand }) => withHand(known, account, hand),
    before,
  ).people;
  // A reading that failed does not undo one that succeeded.
  return { people, unread: before.unread === null ? null : read.unread };
}

function withHand(involvement: Involvement, account: Account, hand: Hand): Involvement {
  const { people } = involvement;
  if (people.some((person) => person.account.id === account.id && person.hand === hand)) return involvement;
  return { ...involvement, people: [...people, { account, hand }] };
}

const markOf = ({ by, at, why }: { readonly by: Actor; readonly at: string; readonly why: string }) => ({
  by: by.account,
  at,
  why,
});

const LISTED = 5;
const listed = (names: readonly string[]): string =>
  names.length <= LISTED
    ? names.join(", ")
    : `${names.slice(0, LISTED).join(", ")} and ${names.length - LISTED} more`;
