import { describe, expect, it } from "@jest/globals";
import { known } from "../../src/facts/facts.js";
import type { Case } from "../../src/breakglass/case.js";
import type { CaseEvent } from "../../src/breakglass/event.js";
import { openCase, transition } from "../../src/breakglass/transition.js";
import { hours } from "../../src/breakglass/time/duration.js";
import {
  actor,
  after,
  ann,
  AUTHORITY,
  bob,
  bot,
  byId,
  CASES,
  CHANGE,
  dev,
  drive,
  eve,
  make,
  NOBODY,
  OID,
  open,
  outcome,
  START,
  TERMS,
  UNREADABLE,
} from "./make.js";

const on = (subject: Case, event: CaseEvent): string => outcome(transition(subject, event));
const involving = (...people: (typeof dev)[]) => ({
  people: people.map((account) => ({ account, hand: "author" as const })),
  unread: null,
});

describe("the straight way", () => {
  it("from a declaration to the end, each step with who, when, why and from where", () => {
    const subject = drive(
      open(make.declared({ why: "db is down" })),
      make.landed({ at: after(0.1) }),
      make.acknowledged(),
      make.documented(),
      make.approved(),
      make.closed(),
    );
    expect(subject.steps.map(({ from, to }) => [from, to])).toEqual([
      [null, "declared"],
      ["declared", "landed"],
      ["landed", "acknowledged"],
      ["acknowledged", "documented"],
      ["documented", "reviewed"],
      ["reviewed", "closed"],
    ]);
    expect(subject.steps[0]?.event).toMatchObject({
      by: { account: dev },
      at: START,
      why: "db is down",
      source: { kind: "comment" },
    });
    expect(subject.breaches).toEqual([]);
    expect(subject.closing).toEqual({ by: ann, at: after(8), why: "why closed" });
  });

  it("leaves the case before untouched", () => {
    const subject = Object.freeze(open());
    const result = transition(subject, make.acknowledged());
    expect([subject.state, subject.steps.length, outcome(result)]).toEqual(["landed", 1, "acknowledged"]);
  });
});

describe("opening", () => {
  it("takes a declaration from an authorised person only", () => {
    const identity = { id: "case-1", change: CHANGE, terms: TERMS };
    expect(openCase(identity, make.declared({ by: actor(eve) }))).toMatchObject({
      ok: false,
      refusal: { rule: "not-authorised" },
    });
    const nobody = { ...identity, terms: { ...TERMS, authority: { ...AUTHORITY, declare: NOBODY } } };
    expect(openCase(nobody, make.declared())).toMatchObject({
      ok: false,
      refusal: { rule: "nobody-authorised" },
    });
  });

  it("takes only the change that it is about", () => {
    const identity = { id: "case-1", change: CHANGE, terms: TERMS };
    expect(openCase(identity, make.landed({ change: "10#8" }))).toMatchObject({
      ok: false,
      refusal: { rule: "another-change" },
    });
  });
});

describe("a declaration", () => {
  it("holds for one commit and a bounded time", () => {
    expect(open(make.declared()).declaration).toMatchObject({
      headOid: OID.landed,
      endsAt: after(4),
      endedAt: null,
    });
  });

  it.each([
    ["of the declared commit, in time", {}, true],
    ["of another head", { headOid: OID.other }, false],
    ["after its end", { landedAt: after(4) }, false],
    ["just before its end, heard of after", { landedAt: after(3.999), at: after(9) }, true],
    ["before it was declared", { landedAt: after(-0.1) }, false],
  ])("sanctions a landing %s: %p", (_when, said, sanctioned) => {
    expect(drive(open(make.declared()), make.landed(said)).landing?.sanctioned).toBe(sanctioned);
  });

  it("can be renewed for a new head, not for the same", () => {
    const subject = open(make.declared());
    expect(on(subject, make.declared({ at: after(1) }))).toBe("already-declared");
    const renewed = drive(subject, make.declared({ at: after(1), headOid: OID.other }));
    expect(renewed.declaration).toMatchObject({ headOid: OID.other, endsAt: after(5) });
  });

  it("can be declared anew once it is over", () => {
    expect(on(CASES.withdrawn(), make.declared({ at: after(5) }))).toBe("declared");
  });

  it.each([
    ["whoever declared", actor(dev), "withdrawn"],
    ["whom the policy lets close", actor(ann), "withdrawn"],
    ["nobody else", actor(eve, { teams: known([]) }), "not-authorised"],
    ["the app, when its time is over", null, "withdrawn"],
  ])("is taken back by %s", (_who, by, expected) => {
    expect(on(open(make.declared()), make.withdrawn({ by }))).toBe(expected);
  });

  it("is not taken back after the change has landed", () => {
    expect(on(CASES.landed(), make.withdrawn({ by: actor(ann) }))).toBe("already-landed");
  });

  it("that was taken back does not hide a landing, before or after", () => {
    const landedBefore = drive(CASES.withdrawn(), make.landed({ landedAt: after(0.1), at: after(1) }));
    expect([landedBefore.state, landedBefore.landing?.sanctioned]).toEqual(["landed", true]);
    const landedAfter = drive(CASES.withdrawn(), make.landed({ landedAt: after(0.3), at: after(1) }));
    expect([landedAfter.state, landedAfter.landing?.sanctioned]).toEqual(["landed", false]);
  });

  it("makes the declarer one of those involved", () => {
    const terms = { ...TERMS, authority: { ...AUTHORITY, declare: byId(ann) } };
    const subject = drive(open(make.declared({ by: actor(ann) }), terms), make.landed());
    expect(on(subject, make.acknowledged())).toBe("involved");
    expect(on(subject, make.acknowledged({ by: actor(bob) }))).toBe("acknowledged");
  });
});

describe("what comes early is kept until its turn", () => {
  it("documentation before the acknowledgement", () => {
    const subject = drive(open(), make.documented());
    expect(subject.state).toBe("landed");
    expect(on(subject, make.acknowledged())).toBe("documented");
  });

  it("a review before the documentation, if it saw the same commit", () => {
    const subject = drive(CASES.acknowledged(), make.approved({ at: after(1) }));
    expect(subject.state).toBe("acknowledged");
    expect(on(subject, make.documented())).toBe("reviewed");
    expect(on(subject, make.documented({ headOid: OID.other }))).toBe("documented");
  });

  it("everything before the acknowledgement, and still nothing closes without it", () => {
    const subject = drive(open(), make.approved({ at: after(1) }), make.documented());
    expect(on(subject, make.closed())).toBe("not-acknowledged");
    expect(on(subject, make.acknowledged())).toBe("reviewed");
  });

  it("but not a review given before the change landed, or in the same second", () => {
    expect(on(CASES.documented(), make.approved({ at: after(-1) }))).toBe("review-before-landing");
    expect(on(CASES.documented(), make.approved({ at: after(0) }))).toBe("review-before-landing");
    expect(on(CASES.documented(), make.approved({ at: after(1 / 3_600) }))).toBe("reviewed");
  });
});

describe("documentation", () => {
  it.each([
    ["that could not be compared", { differences: UNREADABLE }, "diff-unknown"],
    ["that lacks a file", { differences: known(["deploy.yaml"]) }, "diff-not-covered"],
    ["that does not say why", { unfilled: ["why"] }, "template-unfilled"],
    ["by someone without write access", { by: actor(eve) }, "write-access-missing"],
    ["by the app", { by: null }, "documented"],
    ["by whoever made the change", { by: actor(dev) }, "documented"],
  ])("%s", (_what, said, expected) => {
    expect(on(CASES.acknowledged(), make.documented(said))).toBe(expected);
  });

  it("names what differs, but not all of a thousand paths", () => {
    const differences = known(Array.from({ length: 1000 }, (_, index) => `file-${index}`));
    const result = transition(CASES.acknowledged(), make.documented({ differences }));
    if (result.ok) throw new Error("not refused");
    expect(result.refusal.message).toContain("file-0, file-1, file-2, file-3, file-4 and 995 more");
  });

  it("pushed to after the review needs another review", () => {
    const pushed = drive(
      CASES.reviewed(),
      make.undocumented(),
      make.documented({ headOid: OID.other, at: after(5) }),
    );
    expect(pushed.state).toBe("documented");
    expect(on(pushed, make.closed())).toBe("not-reviewed");
    expect(on(pushed, make.approved({ headOid: OID.other, at: after(6) }))).toBe("reviewed");
  });

  it("replaced in one step needs another review too, and the same again is refused", () => {
    expect(on(CASES.reviewed(), make.documented({ headOid: OID.other }))).toBe("documented");
    expect(on(CASES.reviewed(), make.documented())).toBe("already-documented");
  });

  it("taken away while nothing is there is no news", () => {
    expect(on(CASES.landed(), make.undocumented())).toBe("not-documented");
  });
});

describe("the review", () => {
  it("needs as many people as the policy says, each counted once", () => {
    const subject = drive(
      open(make.landed(), { ...TERMS, approvals: 2 }),
      make.acknowledged(),
      make.documented(),
    );
    const once = drive(subject, make.approved());
    expect(once.state).toBe("documented");
    expect(on(once, make.approved({ at: after(5) }))).toBe("already-reviewed");
    expect(on(once, make.approved({ by: actor(ann) }))).toBe("reviewed");
  });

  it("needs one even if the policy says none", () => {
    const subject = drive(
      open(make.landed(), { ...TERMS, approvals: 0 }),
      make.acknowledged(),
      make.documented(),
    );
    expect(subject.state).toBe("documented");
  });

  it.each([
    ["of whoever pushed", dev, "involved"],
    ["of a bot", bot, "not-a-person"],
    ["of someone without write access", eve, "write-access-missing"],
  ])("%s is refused", (_who, who, rule) => {
    expect(on(CASES.documented(), make.approved({ by: actor(who) }))).toBe(rule);
  });

  it("of whoever wrote the documentation is refused, whichever came first", () => {
    const documented = drive(CASES.acknowledged(), make.documented({ by: actor(bob) }));
    expect(on(documented, make.approved())).toBe("documenter-reviews");
    const approved = drive(CASES.acknowledged(), make.approved({ at: after(1) }));
    expect(on(approved, make.documented({ by: actor(bob) }))).toBe("documented");
  });

  it("can be taken back", () => {
    expect(on(CASES.reviewed(), make.unapproved())).toBe("documented");
    expect(on(CASES.documented(), make.unapproved())).toBe("not-reviewed");
  });
});

describe("a rejection", () => {
  it("keeps the case open until the revert has landed, and stands for the review", () => {
    const subject = drive(CASES.documented(), make.rejected());
    expect(subject.state).toBe("rejected");
    expect(on(subject, make.closed())).toBe("revert-owed");
    expect(on(subject, make.approved())).toBe("revert-owed");
    const reverted = drive(subject, make.reverted());
    expect(reverted.state).toBe("reviewed");
    expect(on(reverted, make.closed())).toBe("closed");
  });

  it("does not stand for acknowledgement or documentation", () => {
    const reverted = drive(open(), make.rejected(), make.reverted());
    expect([reverted.state, on(reverted, make.closed())]).toEqual(["landed", "not-acknowledged"]);
    const acknowledged = drive(reverted, make.acknowledged());
    expect([acknowledged.state, on(acknowledged, make.closed())]).toEqual(["acknowledged", "not-documented"]);
    expect(on(acknowledged, make.documented())).toBe("reviewed");
  });

  it("of a change that was reverted before asks for nothing more", () => {
    expect(on(drive(CASES.documented(), make.reverted()), make.rejected())).toBe("reviewed");
  });

  it("is open again if the revert is undone", () => {
    const reverted = drive(CASES.documented(), make.rejected(), make.reverted());
    expect(on(reverted, make.unreverted())).toBe("rejected");
    expect(on(drive(reverted, make.unreverted()), make.reverted())).toBe("reviewed");
  });

  it("by whoever then documents it binds, but is no independent review", () => {
    const subject = drive(
      CASES.acknowledged(),
      make.rejected(),
      make.documented({ by: actor(bob) }),
      make.reverted(),
    );
    expect(subject.state).toBe("documented");
    expect(on(subject, make.rejected({ by: actor(ann) }))).toBe("reviewed");
    expect(on(subject, make.approved({ by: actor(ann) }))).toBe("reviewed");
  });
});

describe("learning more", () => {
  it("that whoever acknowledged was involved: it no longer counts, and another can", () => {
    const learnt = drive(CASES.reviewed(), make.involvement({ involvement: involving(ann) }));
    expect(learnt.state).toBe("landed");
    expect(on(learnt, make.acknowledged({ by: actor(bob) }))).toBe("reviewed");
  });

  it("that whoever reviewed was involved", () => {
    expect(on(CASES.reviewed(), make.involvement({ involvement: involving(bob) }))).toBe("documented");
  });

  it("nobody is independent until all are known, and a failed reading later takes nothing back", () => {
    const unread = make.landed({ involvement: { people: [], unread: UNREADABLE } });
    const subject = open(unread);
    expect(on(subject, make.acknowledged())).toBe("involved-unknown");
    const read = drive(subject, make.involvement({ involvement: involving(dev) }));
    expect(on(read, make.acknowledged())).toBe("acknowledged");
    const failed = drive(read, make.involvement({ involvement: { people: [], unread: UNREADABLE } }));
    expect(on(failed, make.acknowledged())).toBe("acknowledged");
  });

  it("never makes anyone independent who was not", () => {
    const read = drive(open(), make.involvement({ involvement: involving(eve) }));
    expect(read.involvement.people.map(({ account }) => account.login)).toEqual(["dev", "eve"]);
  });

  it("other people are authorised from then on", () => {
    const nobody = { ...TERMS, authority: { ...AUTHORITY, acknowledge: NOBODY } };
    const subject = open(make.landed(), nobody);
    expect(on(subject, make.acknowledged())).toBe("nobody-authorised");
    expect(on(drive(subject, make.authority()), make.acknowledged())).toBe("acknowledged");
  });
});

describe("heard again", () => {
  it("the same landing, by whatever way, is one case", () => {
    expect(on(CASES.acknowledged(), make.landed({ id: "comparison:1" }))).toBe("already-landed");
    expect(on(CASES.declared(), make.landed({ change: "10#9" }))).toBe("another-change");
  });

  it("an event changes nothing the second time, and is answered the same", () => {
    const event = make.acknowledged();
    const subject = drive(open(), event);
    expect(transition(subject, event)).toEqual({ ok: true, case: subject, step: null });
  });

  it("a comment that was refused stays refused, even if it were allowed now", () => {
    const early = make.acknowledged();
    const refused = transition(CASES.declared(), early);
    expect(refused).toMatchObject({ ok: false, refusal: { rule: "nothing-landed" } });
    expect(refused.step?.refusal?.rule).toBe("nothing-landed");
    const landed = drive(refused.case, make.landed());
    expect(transition(landed, early)).toMatchObject({
      ok: false,
      refusal: { rule: "nothing-landed" },
      step: null,
    });
    expect(on(landed, make.acknowledged())).toBe("acknowledged");
  });

  it("a timer that came too early may come again", () => {
    const breach = make.breached();
    const early = transition(open(), { ...breach, at: after(0.9) });
    expect(early).toMatchObject({ ok: false, refusal: { rule: "clock-not-due" }, step: null });
    expect(transition(early.case, { ...breach, at: after(1) }).case.breaches).toHaveLength(1);
  });

  it("a sealed story does not grow", () => {
    const subject = CASES.closed();
    const result = transition(subject, make.acknowledged());
    expect(result).toMatchObject({ ok: false, refusal: { rule: "case-closed" }, step: null });
    expect(result.case).toBe(subject);
  });
});

describe("breaches", () => {
  it("stay when what was owed comes late", () => {
    const late = drive(open(), make.breached({ at: after(1) }), make.acknowledged({ at: after(2) }));
    expect(late.state).toBe("acknowledged");
    expect(late.breaches).toEqual([{ clock: "acknowledge", at: after(1) }]);
  });

  it("are noticed by the late deed itself where no timer was worked", () => {
    expect(drive(open(), make.acknowledged({ at: after(2) })).breaches).toEqual([
      { clock: "acknowledge", at: after(1) },
    ]);
  });

  it("are none where the deed was in time and only heard of after the timer", () => {
    const subject = drive(open(), make.breached({ at: after(1) }), make.acknowledged({ at: after(0.9) }));
    expect(subject.breaches).toEqual([]);
  });

  it("come a second time where such a deed then loses its worth", () => {
    const breach = make.breached({ at: after(1) });
    const subject = drive(
      open(),
      breach,
      make.acknowledged({ at: after(0.9) }),
      make.involvement({ involvement: involving(ann) }),
    );
    expect(drive(subject, { ...breach, at: after(10) }).breaches).toHaveLength(1);
  });

  it.each([
    ["twice", drive(open(), make.breached()), make.breached(), "already-breached"],
    ["of what is done", CASES.acknowledged(), make.breached(), "clock-met"],
    [
      "of a clock that was never started",
      CASES.landed(),
      make.breached({ clock: "revert" }),
      "clock-not-due",
    ],
  ])("%s are refused", (_what, subject, event, rule) => {
    expect(on(subject, event)).toBe(rule);
  });

  it("of the revert run from the rejection", () => {
    const subject = drive(CASES.documented(), make.rejected({ at: after(4) }));
    expect(on(subject, make.breached({ clock: "revert", at: after(27.9) }))).toBe("clock-not-due");
    expect(drive(subject, make.breached({ clock: "revert", at: after(28) })).breaches).toHaveLength(1);
  });
});

describe("an extension", () => {
  it("gives its time to every clock that is still running", () => {
    const subject = drive(CASES.acknowledged(), make.extended({ at: after(2), duration: hours(10) }));
    expect(subject.extensions).toMatchObject([
      { by: ann, why: "why extended", clocks: ["document", "review"] },
    ]);
  });

  it.each([
    ["by whoever is involved", { by: actor(dev, { teams: known([77]) }) }, "involved"],
    ["longer than the policy allows", { duration: hours(24 * 8) }, "extension-too-long"],
    ["when every clock has run out", { at: after(73) }, "nothing-to-extend"],
  ])("%s is refused", (_what, said, rule) => {
    expect(on(CASES.landed(), make.extended(said))).toBe(rule);
  });

  it("is given only as often as the policy allows", () => {
    const twice = drive(CASES.landed(), make.extended(), make.extended());
    expect(on(twice, make.extended())).toBe("extensions-used-up");
  });

  it("that was asked for in time lifts a breach that was heard of first", () => {
    const subject = drive(open(), make.breached({ at: after(1) }), make.extended({ at: after(0.9) }));
    expect(subject.breaches).toEqual([]);
  });
});
