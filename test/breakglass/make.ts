import { type Account, known, unknown } from "../../src/facts/facts.js";
import { type Case, DEFAULT_CLOCKS, type Terms } from "../../src/breakglass/case.js";
import type { CaseEvent, EventKind } from "../../src/breakglass/event.js";
import type { Actor, Authority, Grant } from "../../src/breakglass/roles.js";
import { hours } from "../../src/breakglass/time/duration.js";
import { openCase, transition, type Transition } from "../../src/breakglass/transition.js";

/** The people of all the stories. dev made the change; ann and bob are independent and authorised. */
export const account = (id: number, login: string, type: Account["type"] = "User"): Account => ({
  id,
  login,
  type,
});
export const dev = account(1, "dev");
export const ann = account(2, "ann");
export const bob = account(3, "bob");
export const eve = account(4, "eve");
export const bot = account(5, "helper[bot]", "Bot");

/** A Tuesday. */
export const START = "2026-03-03T02:00:00.000Z";
/** `START` and so many hours, ISO 8601. */
export const after = (count: number): string => new Date(Date.parse(START) + count * 3_600_000).toISOString();

export const UNREADABLE = unknown("forbidden", "GitHub did not say.", "Give the permission.");
export const OID = {
  before: "b".repeat(40),
  landed: "1".repeat(40),
  other: "2".repeat(40),
  revert: "e".repeat(40),
};
export const CHANGE = "10#7";

const TEAM = 77;
export const byId = (...people: Account[]): Grant => ({ people: people.map(({ id }) => id), teams: [] });
export const NOBODY: Grant = { people: [], teams: [] };
const STAKEHOLDERS: Grant = { people: [ann.id], teams: [TEAM] };

export const AUTHORITY: Authority = {
  declare: byId(dev),
  acknowledge: STAKEHOLDERS,
  extend: STAKEHOLDERS,
  reject: STAKEHOLDERS,
  close: STAKEHOLDERS,
  review: null,
};

export const TERMS: Terms = {
  authority: AUTHORITY,
  clocks: DEFAULT_CLOCKS,
  declaration: hours(4),
  approvals: 1,
};

/** bob is authorised by the team, ann by her id. */
export const actor = (who: Account, facts: Partial<Actor> = {}): Actor => ({
  account: who,
  teams: known(who.id === bob.id ? [TEAM] : []),
  canPush: known(who.id !== eve.id),
  ...facts,
});

type Said<K extends EventKind> = Omit<CaseEvent<K>, "id" | "kind" | "source" | "why">;

let heard = 0;
/** An event that nobody has heard of before. */
export function event<K extends EventKind>(kind: K, source: CaseEvent["source"]["kind"], said: Said<K>) {
  heard += 1;
  return { id: `event:${heard}`, kind, why: `why ${kind}`, source: { kind: source, url: null }, ...said };
}

type Loose<K extends EventKind> = Partial<CaseEvent<K>>;

/** Events with everything in order, but for what a test says otherwise. */
export const make = {
  declared: (said: Loose<"declared"> = {}): CaseEvent<"declared"> => ({
    ...event("declared", "comment", { by: actor(dev), at: START, headOid: OID.landed }),
    ...said,
  }),
  withdrawn: (said: Loose<"withdrawn"> = {}): CaseEvent<"withdrawn"> => ({
    ...event("withdrawn", "comment", { by: actor(dev), at: after(0.2) }),
    ...said,
  }),
  landed: (said: Loose<"landed"> = {}): CaseEvent<"landed"> => ({
    ...event("landed", "delivery", {
      by: dev,
      at: START,
      change: CHANGE,
      landedAt: START,
      beforeOid: OID.before,
      afterOid: OID.landed,
      headOid: OID.landed,
      involvement: { people: [{ account: dev, hand: "pusher" }], unread: null },
    }),
    ...said,
  }),
  acknowledged: (said: Loose<"acknowledged"> = {}): CaseEvent<"acknowledged"> => ({
    ...event("acknowledged", "comment", { by: actor(ann), at: after(0.5) }),
    ...said,
  }),
  documented: (said: Loose<"documented"> = {}): CaseEvent<"documented"> => ({
    ...event("documented", "comment", {
      by: actor(dev),
      at: after(2),
      pullRequest: 8,
      headOid: OID.landed,
      differences: known([]),
      unfilled: [],
    }),
    ...said,
  }),
  undocumented: (said: Loose<"documentation-withdrawn"> = {}): CaseEvent<"documentation-withdrawn"> => ({
    ...event("documentation-withdrawn", "delivery", { by: dev, at: after(3) }),
    ...said,
  }),
  approved: (said: Loose<"approved"> = {}): CaseEvent<"approved"> => ({
    ...event("approved", "review", { by: actor(bob), at: after(4), headOid: OID.landed }),
    ...said,
  }),
  unapproved: (said: Loose<"approval-withdrawn"> = {}): CaseEvent<"approval-withdrawn"> => ({
    ...event("approval-withdrawn", "delivery", { by: bob, at: after(5), reviewer: bob.id }),
    ...said,
  }),
  rejected: (said: Loose<"rejected"> = {}): CaseEvent<"rejected"> => ({
    ...event("rejected", "comment", { by: actor(bob), at: after(4) }),
    ...said,
  }),
  reverted: (said: Loose<"revert-landed"> = {}): CaseEvent<"revert-landed"> => ({
    ...event("revert-landed", "delivery", { by: dev, at: after(6), oid: OID.revert }),
    ...said,
  }),
  unreverted: (said: Loose<"revert-undone"> = {}): CaseEvent<"revert-undone"> => ({
    ...event("revert-undone", "delivery", { by: dev, at: after(7) }),
    ...said,
  }),
  extended: (said: Loose<"extended"> = {}): CaseEvent<"extended"> => ({
    ...event("extended", "comment", { by: actor(ann), at: after(0.5), duration: hours(2) }),
    ...said,
  }),
  breached: (said: Loose<"breached"> = {}): CaseEvent<"breached"> => ({
    ...event("breached", "timer", { by: null, at: after(100), clock: "acknowledge" }),
    ...said,
  }),
  closed: (said: Loose<"closed"> = {}): CaseEvent<"closed"> => ({
    ...event("closed", "comment", { by: actor(ann), at: after(8) }),
    ...said,
  }),
  authority: (said: Loose<"authority-replaced"> = {}): CaseEvent<"authority-replaced"> => ({
    ...event("authority-replaced", "policy", { by: null, at: after(1), authority: AUTHORITY }),
    ...said,
  }),
  involvement: (said: Loose<"involvement-read"> = {}): CaseEvent<"involvement-read"> => ({
    ...event("involvement-read", "comparison", {
      by: null,
      at: after(9),
      involvement: { people: [], unread: null },
    }),
    ...said,
  }),
};

/** Opens a case that must open. */
export function open(first: CaseEvent<"declared" | "landed"> = make.landed(), terms: Terms = TERMS): Case {
  const opening = openCase({ id: "case-1", change: CHANGE, terms }, first);
  if (!opening.ok) throw new Error(`refused by ${opening.refusal.rule}`);
  return opening.case;
}

/** Takes a case through events, of which none may be refused. */
export function drive(start: Case, ...events: CaseEvent[]): Case {
  return events.reduce((before, next) => {
    const result = transition(before, next);
    if (!result.ok) throw new Error(`${next.kind} was refused by ${result.refusal.rule}`);
    return result.case;
  }, start);
}

/** The state it led to, or the rule that refused. */
export const outcome = (result: Transition): string => (result.ok ? result.case.state : result.refusal.rule);

/** Cases in each state, each on the shortest way there. */
export const CASES: Readonly<Record<Case["state"], () => Case>> = {
  declared: () => open(make.declared()),
  landed: () => open(),
  acknowledged: () => drive(open(), make.acknowledged()),
  documented: () => drive(open(), make.acknowledged(), make.documented()),
  reviewed: () => drive(open(), make.acknowledged(), make.documented(), make.approved()),
  rejected: () => drive(open(), make.rejected()),
  closed: () => drive(open(), make.acknowledged(), make.documented(), make.approved(), make.closed()),
  withdrawn: () => drive(open(make.declared()), make.withdrawn()),
};
