import { describe, expect, it } from "@jest/globals";
import type { Case, State } from "../../src/breakglass/case.js";
import type { CaseEvent, EventKind } from "../../src/breakglass/event.js";
import { STATES, TABLE } from "../../src/breakglass/machine/table.js";
import { transition } from "../../src/breakglass/transition.js";
import { actor, ann, AUTHORITY, bob, byId, make, OID, open, TERMS } from "./make.js";

/** Everyone who asks is authorised, so that what refuses is the state or what the case holds. */
const terms = { ...TERMS, authority: { ...AUTHORITY, acknowledge: byId(ann), reject: byId(ann, bob) } };
const involving = (...people: (typeof ann)[]) => ({
  people: people.map((account) => ({ account, hand: "author" as const })),
  unread: null,
});

/** Each kind of event, with as many variants as lead somewhere else. */
const ALPHABET: readonly (() => CaseEvent)[] = [
  () => make.declared(),
  () => make.declared({ headOid: OID.other }),
  () => make.withdrawn(),
  () => make.landed(),
  () => make.acknowledged(),
  () => make.documented(),
  () => make.documented({ headOid: OID.other }),
  () => make.documented({ by: actor(bob), pullRequest: 9 }),
  () => make.undocumented(),
  () => make.approved(),
  () => make.approved({ by: actor(ann), headOid: OID.other }),
  () => make.unapproved(),
  () => make.unapproved({ reviewer: ann.id }),
  () => make.rejected(),
  () => make.rejected({ by: actor(ann) }),
  () => make.reverted(),
  () => make.unreverted(),
  () => make.extended(),
  () => make.breached({ clock: "review" }),
  () => make.breached({ clock: "revert" }),
  () => make.closed(),
  () => make.authority({ authority: terms.authority }),
  () => make.involvement(),
  () => make.involvement({ involvement: involving(ann) }),
  () => make.involvement({ involvement: involving(bob) }),
];

/** What decides how a case can go on; its story and its instants do not. */
function essence(subject: Case): string {
  const { state, declaration, documentation, acknowledgement, rejection, revert, approvals, involvement } =
    subject;
  return JSON.stringify([
    state,
    declaration?.headOid,
    documentation === null ? null : [documentation.pullRequest, documentation.headOid, documentation.by?.id],
    acknowledgement?.by.id,
    rejection?.by.id,
    revert?.oid,
    approvals.map(({ by, headOid }) => `${by.id}@${headOid}`).sort(),
    involvement.people.map(({ account }) => account.id).sort(),
    subject.extensions.length,
    subject.breaches.map(({ clock }) => clock).sort(),
  ]);
}

interface Seen {
  readonly states: Set<State>;
  readonly rules: Set<string>;
}

/** Every event in every case that any order of events leads to. */
function walk(starts: readonly Case[]): { seen: Map<string, Seen>; cases: number } {
  const seen = new Map<string, Seen>();
  const known = new Set(starts.map(essence));
  const waiting = [...starts];
  for (let before = waiting.pop(); before !== undefined; before = waiting.pop()) {
    for (const next of ALPHABET) {
      const event = next();
      const result = transition({ ...before, steps: [] }, event);
      const cell = seen.get(`${event.kind} in ${before.state}`) ?? { states: new Set(), rules: new Set() };
      seen.set(`${event.kind} in ${before.state}`, cell);
      if (!result.ok) cell.rules.add(result.refusal.rule);
      else {
        cell.states.add(result.case.state);
        if (known.has(essence(result.case))) continue;
        known.add(essence(result.case));
        waiting.push(result.case);
      }
    }
  }
  return { seen, cases: known.size };
}

const KINDS = Object.keys(TABLE) as EventKind[];
const CELLS = KINDS.flatMap((kind) => STATES.map((state): [EventKind, State] => [kind, state]));

describe("every event in every case that can come to be", () => {
  const starts = [open(make.landed(), terms), open(make.declared(), terms)];
  const { seen, cases } = walk(starts);

  it("is many", () => {
    expect(cases).toBeGreaterThan(1000);
    expect(seen.size).toBe(CELLS.length);
  });

  it.each(CELLS)("%s in %s does what the table says, and everything that it says", (kind, state) => {
    const cell = TABLE[kind][state];
    const { states, rules } = seen.get(`${kind} in ${state}`) ?? { states: new Set(), rules: new Set() };
    if (typeof cell === "string") {
      expect([...states]).toEqual([]);
      expect(rules).toContain(cell);
    } else expect([...states].sort()).toEqual([...cell].sort());
  });
});
