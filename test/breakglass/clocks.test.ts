import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DEFAULT_CLOCKS, type Terms } from "../../src/breakglass/case.js";
import { deadlines, dueSteps, runningClocks, schedule } from "../../src/breakglass/clocks.js";
import { businessDays, hours, minutes } from "../../src/breakglass/time/duration.js";
import { transition } from "../../src/breakglass/transition.js";
import { after, CASES, drive, make, open, START, TERMS } from "./make.js";

const rows = (subject: ReturnType<typeof open>) => schedule(subject).map(({ id, at }) => [id, at]);
const idsDue = (subject: ReturnType<typeof open>, at: string) =>
  dueSteps(subject, new Date(at)).map(({ id }) => id);
const withClocks = (clocks: Partial<Terms["clocks"]>): Terms => ({
  ...TERMS,
  clocks: { ...DEFAULT_CLOCKS, ...clocks },
});

describe("the schedule", () => {
  it("of a landed change, with the default clocks", () => {
    expect(rows(open())).toEqual([
      ["case-1/acknowledge/reminder-50/0", after(0.5)],
      ["case-1/acknowledge/reminder-80/0", after(0.8)],
      ["case-1/acknowledge/breach", after(1)],
      ["case-1/acknowledge/escalation-1", after(5)],
      ["case-1/acknowledge/escalation-2", after(9)],
      ["case-1/document/reminder-50/0", after(12)],
      ["case-1/acknowledge/escalation-3", after(13)],
      ["case-1/document/reminder-80/0", after(19.2)],
      ["case-1/document/breach", after(24)],
      ["case-1/document/escalation-1", after(28)],
      ["case-1/document/escalation-2", after(32)],
      ["case-1/document/escalation-3", after(36)],
      ["case-1/review/reminder-50/0", after(36)],
      ["case-1/review/reminder-80/0", after(57.6)],
      ["case-1/review/breach", after(72)],
      ["case-1/review/escalation-1", after(76)],
      ["case-1/review/escalation-2", after(80)],
      ["case-1/review/escalation-3", after(84)],
    ]);
  });

  it("runs from when it was noticed, however long ago it landed", () => {
    const subject = open(make.landed({ landedAt: after(-50), at: START }));
    expect(deadlines(subject)[0]).toEqual({
      clock: "acknowledge",
      startedAt: START,
      dueAt: after(1),
      met: false,
      breached: false,
    });
  });

  it("of a declaration has its end, and of another declaration another", () => {
    const first = open(make.declared({ id: "comment:1" }));
    expect(rows(first)).toEqual([["case-1/declaration/comment:1/end", after(4)]]);
    const again = drive(first, make.withdrawn(), make.declared({ id: "comment:2", at: after(1) }));
    expect(rows(again)).toEqual([["case-1/declaration/comment:2/end", after(5)]]);
  });

  it.each(["withdrawn", "closed"] as const)("of a case that is %s is empty", (state) => {
    expect(rows(CASES[state]())).toEqual([]);
  });

  it("drops what has been done, and brings it back if it is undone", () => {
    const clocksOf = (subject: ReturnType<typeof open>) => [
      ...new Set(schedule(subject).map(({ clock }) => clock)),
    ];
    expect(clocksOf(CASES.acknowledged())).toEqual(["document", "review"]);
    expect(clocksOf(CASES.documented())).toEqual(["review"]);
    expect(clocksOf(CASES.reviewed())).toEqual([]);
    expect(clocksOf(drive(CASES.reviewed(), make.undocumented()))).toEqual(["document", "review"]);
  });

  it("of a rejected change waits for its revert", () => {
    const subject = drive(CASES.documented(), make.rejected({ at: after(4) }));
    expect(rows(subject).filter(([id]) => id?.endsWith("breach"))).toEqual([
      ["case-1/revert/breach", after(28)],
    ]);
    expect(rows(drive(subject, make.reverted()))).toEqual([]);
  });

  it("keeps a breach to be told, even if the deed came before anybody told it", () => {
    const late = drive(open(), make.acknowledged({ at: after(2) }));
    expect(idsDue(late, after(2))).toEqual(["case-1/acknowledge/breach"]);
  });
});

describe("an extension", () => {
  it("moves the deadline, and reminds anew in what is left", () => {
    const subject = drive(open(), make.extended({ at: after(0.9), duration: hours(2) }));
    const acknowledge = rows(subject).filter(([id]) => id?.startsWith("case-1/acknowledge"));
    expect(acknowledge.slice(0, 3)).toEqual([
      ["case-1/acknowledge/reminder-50/1", after(1.95)],
      ["case-1/acknowledge/reminder-80/1", after(2.58)],
      ["case-1/acknowledge/breach/1", after(3)],
    ]);
  });

  it("does not move what had passed, and moves what comes after twice", () => {
    const subject = drive(
      open(),
      make.extended({ at: after(0.5), duration: hours(1) }),
      make.extended({ at: after(10), duration: hours(5) }),
    );
    expect(deadlines(subject).map(({ clock, dueAt }) => [clock, dueAt])).toEqual([
      ["acknowledge", after(2)],
      ["document", after(30)],
      ["review", after(78)],
    ]);
    expect(runningClocks(subject, after(2))).toEqual(["document", "review"]);
  });
});

describe("business days", () => {
  const terms = withClocks({
    document: businessDays(1),
    review: businessDays(2),
    escalation: { every: businessDays(1), times: 1 },
  });
  // Friday, an hour before people go home
  const friday = open(make.landed({ at: "2026-03-06T16:00:00.000Z" }), terms);

  it("remind and breach when people work", () => {
    expect(rows(friday).filter(([id]) => id?.includes("/document/"))).toEqual([
      ["case-1/document/reminder-50/0", "2026-03-09T12:00:00.000Z"],
      ["case-1/document/reminder-80/0", "2026-03-09T14:24:00.000Z"],
      ["case-1/document/breach", "2026-03-09T16:00:00.000Z"],
      ["case-1/document/escalation-1", "2026-03-10T16:00:00.000Z"],
    ]);
  });

  it("can be extended by hours into the weekend, and still remind no later than the deadline", () => {
    const subject = drive(friday, make.extended({ at: "2026-03-06T16:30:00.000Z", duration: minutes(30) }));
    for (const { clock, dueAt } of deadlines(subject))
      for (const row of schedule(subject).filter((one) => one.clock === clock && one.kind === "reminder"))
        expect(Date.parse(row.at)).toBeLessThanOrEqual(Date.parse(dueAt));
  });
});

describe("what is due", () => {
  it.each([
    [after(0), []],
    [after(0.4999), []],
    [after(0.5), ["case-1/acknowledge/reminder-50/0"]],
    [after(0.8), ["case-1/acknowledge/reminder-50/0", "case-1/acknowledge/reminder-80/0"]],
    [
      after(1),
      ["case-1/acknowledge/reminder-50/0", "case-1/acknowledge/reminder-80/0", "case-1/acknowledge/breach"],
    ],
  ])("at %s", (at, ids) => {
    expect(idsDue(open(), at)).toEqual(ids);
  });

  const moment = fc.integer({ min: -48 * 60, max: 200 * 60 }).map((count) => after(count / 60));
  const extensions = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 80 * 60 }), duration: fc.integer({ min: 1, max: 12_000 }) }),
    { maxLength: 6 },
  );

  it("only grows with time: a clock stepped back names nothing new, one stepped ahead loses nothing", () => {
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        const [earlier = one, later = other] = [one, other].sort();
        expect(idsDue(open(), later)).toEqual(expect.arrayContaining(idsDue(open(), earlier)));
      }),
    );
  });

  it("has each id once, whatever was extended", () => {
    fc.assert(
      fc.property(extensions, (asked) => {
        const ids = schedule(extendAll(asked)).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 50 },
    );
  });

  it("moves by extensions to later only, and by no more than the policy's number and length", () => {
    const { times, longest } = TERMS.clocks.extensions;
    // The longest extension, three business days, takes five days at most: over a weekend.
    const most = times * 5 * 24;
    expect(longest).toEqual(businessDays(3));
    fc.assert(
      fc.property(extensions, (asked) => {
        const subject = extendAll(asked);
        expect(subject.extensions.length).toBeLessThanOrEqual(times);
        deadlines(open()).forEach(({ dueAt }, index) => {
          const moved = Date.parse(deadlines(subject)[index]?.dueAt ?? "") - Date.parse(dueAt);
          expect(moved).toBeGreaterThanOrEqual(0);
          expect(moved).toBeLessThanOrEqual(most * 3_600_000);
        });
      }),
      { numRuns: 50 },
    );
  });

  function extendAll(asked: readonly { readonly at: number; readonly duration: number }[]) {
    return asked.reduce(
      (subject, { at, duration }) =>
        transition(subject, make.extended({ at: after(at / 60), duration: minutes(duration) })).case,
      open(),
    );
  }
});
