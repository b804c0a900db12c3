import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { driftOf, type Snapshot, type ToldChange } from "../../../src/policy/drift/drift.js";
import type { Miss } from "../../../src/policy/drift/standing.js";
import {
  changesAround,
  type MergeTimes,
  windowsAround,
  windowsOf,
} from "../../../src/policy/drift/window.js";
import { ada } from "../make.js";

/** An instant, by its minute. */
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 0, minute)).toISOString();

const miss = (changes: Partial<Miss> = {}): Miss => ({
  rule: "signatures-required",
  subject: "signed commits",
  reason: "signatures-not-required",
  message: "GitHub takes unsigned commits on the branch.",
  unknown: false,
  ...changes,
});
const MISSED = [miss()];
const UNREAD = [miss({ unknown: true, reason: "unknown-forbidden" })];

const snapshot = (changes: Partial<Snapshot> = {}): Snapshot => ({
  unchangedUntil: null,
  observedAt: at(0),
  digest: "a",
  policyDigest: "p",
  misses: [],
  ...changes,
});
const change = (changes: Partial<ToldChange> = {}): ToldChange => ({
  at: at(5),
  kind: "classic",
  action: "deleted",
  name: "main",
  by: ada,
  source: "webhook",
  ...changes,
});

describe("drift", () => {
  const drift = (before: Partial<Snapshot>, now: Partial<Snapshot>, told: ToldChange[] = []) =>
    driftOf(snapshot(before), at(4), snapshot({ observedAt: at(9), ...now }), told);

  it("is none where protection and what is missed of it are as before, whatever the policy is called", () => {
    expect(drift({}, {})).toBeNull();
    expect(
      drift({ misses: [miss(), ...UNREAD] }, { misses: [...UNREAD, miss()], policyDigest: "q" }),
    ).toBeNull();
    expect(drift({ misses: MISSED }, { misses: [miss({ message: "In other words." })] })).toBeNull();
  });

  it.each([
    [[], MISSED, "weakened"],
    [UNREAD, MISSED, "weakened"],
    [MISSED, [], "restored"],
    [UNREAD, [], "restored"],
    [[], UNREAD, "unreadable"],
    [MISSED, UNREAD, "unreadable"],
    [[], [], "changed"],
    [MISSED, [miss({ subject: "another" })], "changed"],
  ])("from %j to %j is %s", (before, now, outcome) => {
    expect(drift({ misses: before }, { misses: now, digest: "b" })).toMatchObject({
      outcome,
      cause: "protection",
      between: [at(4), at(9)],
      changes: [],
    });
  });

  it("is the policy's where protection is the same and nobody changed it", () => {
    expect(drift({}, { misses: MISSED })).toMatchObject({ outcome: "weakened", cause: "policy" });
    expect(drift({}, { misses: MISSED }, [change()])).toMatchObject({ cause: "protection" });
  });

  it("is what was changed and changed back, as it happened and not as it was heard", () => {
    const [off, on] = [change(), change({ at: at(6), action: "created" })];
    expect(drift({}, {}, [on, off])).toMatchObject({ outcome: "changed", changes: [off, on] });
  });
});

describe("windows", () => {
  const chain = [
    snapshot(),
    snapshot({ unchangedUntil: at(10), observedAt: at(20), misses: MISSED }),
    snapshot({ unchangedUntil: at(22), observedAt: at(24), misses: [miss({ subject: "more" })] }),
    snapshot({ unchangedUntil: at(30), observedAt: at(40), misses: [] }),
  ];

  it("are from the first look that saw something missing to the first that saw it all again", () => {
    const opened = { after: at(10), until: at(20) };
    expect(windowsOf(chain)).toEqual([{ opened, closed: { after: at(30), until: at(40) } }]);
    expect(windowsOf(chain.slice(0, 3))).toEqual([{ opened, closed: null }]);
    expect(windowsOf(chain.slice(1, 3))).toEqual([{ opened: null, closed: null }]);
    expect(windowsOf([snapshot(), snapshot({ misses: UNREAD }), snapshot()])).toEqual([]);
    expect(windowsOf([])).toEqual([]);
  });

  const merge = (verdictAt: number | null, landedAt: number, observedAt: number): MergeTimes => ({
    verdictAt: verdictAt === null ? null : at(verdictAt),
    landedAt: at(landedAt),
    observedAt: at(observedAt),
  });

  it.each([
    ["let in before, landed in it, seen after", merge(5, 25, 45), true],
    ["never let in", merge(null, 25, 45), true],
    ["landed when it may have begun", merge(5, 15, 45), true],
    ["landed when it may have been over", merge(5, 35, 45), true],
    ["landed when it was seen whole before", merge(5, 10, 45), false],
    ["landed when it was seen whole again", merge(5, 40, 45), false],
    ["its record saw protection before anything was seen missing", merge(5, 15, 16), false],
    ["let in when it was over, as the verdict saw", merge(33, 35, 36), false],
  ])("one that was %s: %j", (_, times, expected) => {
    expect(windowsAround(windowsOf(chain), times).length > 0).toBe(expected);
  });

  const minutes = (most: number) => fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: most });
  interface Story {
    readonly flips: number[];
    readonly audits: number[];
    readonly verdict: number;
    readonly landed: number;
    readonly observed: number;
  }
  const stories: fc.Arbitrary<Story> = fc.record({
    flips: minutes(10),
    audits: minutes(20),
    verdict: fc.nat({ max: 60 }),
    landed: fc.nat({ max: 15 }),
    observed: fc.nat({ max: 15 }),
  });

  /** Protection that is on, off, on, … from some minutes on; what looks at it saw; a merge that saw it on at both ends. */
  const tell = (
    { flips, audits, verdict, landed, observed }: Story,
    more: (periods: readonly Period[]) => readonly number[] = () => [],
  ) => {
    const starts = [0, ...flips.sort((one, other) => one - other)];
    const periods = starts.map((from, index) => ({
      from,
      until: starts[index + 1] ?? Number.POSITIVE_INFINITY,
      off: index % 2 === 1,
    }));
    const isOff = (minute: number) =>
      periods.some(({ from, until, off }) => off && from <= minute && minute < until);
    const looks = [...new Set([0, ...audits, ...more(periods)])].sort((one, other) => one - other);
    const seen = looks.map((minute, index) => ({ minute, last: looks[index - 1] ?? null }));
    const snapshots = seen
      .filter(({ minute, last }) => last === null || isOff(minute) !== isOff(last))
      .map(({ minute, last }) =>
        snapshot({
          unchangedUntil: last === null ? null : at(last),
          observedAt: at(minute),
          misses: isOff(minute) ? MISSED : [],
        }),
      );
    const [landing, reading] = [verdict + landed, verdict + landed + observed];
    fc.pre(!isOff(verdict) && !isOff(reading));
    const found = windowsAround(windowsOf(snapshots), merge(verdict, landing, reading));
    return { periods, looks, landing, verdict, reading, found };
  };
  interface Period {
    readonly from: number;
    readonly until: number;
    readonly off: boolean;
  }
  const isIn = (minute: number, { from, until }: Period): boolean => from <= minute && minute < until;

  it("hold every merge that landed while it was off and was seen off", () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { periods, looks, landing, found } = tell(story);
        const around = periods.find((period) => isIn(landing, period));
        fc.pre(around?.off === true && looks.some((minute) => isIn(minute, around)));
        expect(found).not.toEqual([]);
      }),
      { numRuns: 300, maxSkipsPerRun: 10_000 },
    );
  });

  it("hold no merge around which it was on, where each time in which it was on was seen", () => {
    fc.assert(
      fc.property(stories, (story) => {
        const onsets = (periods: readonly Period[]) =>
          periods.filter(({ off }) => !off).map(({ from }) => from);
        const { periods, verdict, reading, found } = tell(story, onsets);
        fc.pre(periods.some((period) => isIn(verdict, period) && isIn(reading, period)));
        expect(found).toEqual([]);
      }),
      { numRuns: 300, maxSkipsPerRun: 10_000 },
    );
  });

  it("are not all: changes from the verdict until the record saw protection count as well, the ends among them", () => {
    const changes = [4, 5, 8, 45, 46].map((minute) => change({ at: at(minute) }));
    expect(changesAround(changes, merge(5, 25, 45))).toEqual(changes.slice(1, 4));
    expect(changesAround(changes, merge(null, 8, 9))).toEqual([changes[2]]);
  });
});
