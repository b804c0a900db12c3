import { describe, expect, it } from "@jest/globals";
import type { Accounted, MoveChange, Push } from "../../../src/breakglass/detect/look.js";
import type { BranchActivity, BranchReading } from "../../../src/facts/case-source.js";
import { known, unknown } from "../../../src/facts/facts.js";
import { awaitAssociation, awaitLog, awaitPushes, awaitRead } from "../../../src/flows/watch/lag.js";

const NOW = new Date("2026-11-24T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const oid = (digit: string) => digit.repeat(40);
const [A, B, C, D] = [oid("a"), oid("b"), oid("c"), oid("d")];
const LAGS = expect.objectContaining({
  code: "github-unavailable",
  retryAt: new Date(NOW.getTime() + 30_000),
});

const push = (before: string | null, after: string | null, minutes = 1): Push => ({
  guid: `${before}-${after}`,
  before,
  after,
  forced: false,
  pusher: null,
  pushedAt: minutesAgo(minutes),
});
const reading = (tip: string | null, ...below: string[]): BranchReading => ({
  tip,
  history: [...(tip === null ? [] : [tip]), ...below].map((one) => ({
    oid: one,
    parents: [],
    mergedPulls: [],
  })),
  reached: true,
  cut: false,
});
const at = (tip: string, minutes: number): Accounted => ({
  tip,
  lastTip: null,
  since: tip,
  accountedAt: minutesAgo(minutes),
});

describe("awaitPushes", () => {
  const look = (pushes: Push[], seen: BranchReading, branch: Accounted | null = at(A, 60), covered = [A]) => {
    awaitPushes(branch, pushes, seen, new Set(covered), NOW);
  };

  it.each<[string, Push[], BranchReading]>([
    ["where it was pushed to", [push(A, B)], reading(B)],
    ["further on", [push(A, B)], reading(C, B)],
    ["at the end of a chain of pushes", [push(A, B), push(B, C)], reading(C, B)],
    ["at that end, told in another order", [push(B, C), push(A, B)], reading(C, B)],
    ["gone, as it was told", [push(A, null)], reading(null)],
    ["made anew, as it was told", [push(A, null), push(null, D)], reading(D)],
    ["elsewhere, and nothing was told", [], reading(D)],
    ["elsewhere for so long that it will stay so", [push(A, B, 11)], reading(A)],
  ])("goes on where the branch is %s", (_where, pushes, seen) => {
    expect(() => {
      look(pushes, seen);
    }).not.toThrow();
  });

  it.each<[string, Push[], BranchReading]>([
    ["is still where it was", [push(A, B)], reading(A)],
    ["shows only the first of two pushes", [push(A, B), push(B, C)], reading(B)],
    ["is still there, and was deleted", [push(A, null)], reading(A)],
    ["is not there yet, and was made anew", [push(A, null), push(null, D)], reading(null)],
    ["was pushed to and back, and shows the first", [push(A, B), push(B, A)], reading(B)],
  ])("waits where the branch %s", (_where, pushes, seen) => {
    expect(() => {
      look(pushes, seen);
    }).toThrow(LAGS);
  });

  it("does not wait for a late push that the last look took in", () => {
    expect(() => {
      look([push(A, B, 3)], reading(C), at(C, 2), [B, C]);
    }).not.toThrow();
  });

  it("waits for a push onto a covered commit that came after the last look", () => {
    expect(() => {
      look([push(C, B, 1)], reading(C), at(C, 2), [B, C]);
    }).toThrow(LAGS);
  });

  it("waits at first sight as well", () => {
    expect(() => {
      look([push(A, B)], reading(A), null, []);
    }).toThrow(LAGS);
  });
});

describe("awaitLog", () => {
  const move = (change: Partial<MoveChange> = {}): MoveChange => ({
    ...{ kind: "move", form: "force-push", before: B, after: A },
    ...{ oids: [], vanished: false, readTo: null, pusher: null, at: null, guids: [] },
    ...change,
  });
  const entry = (after: string): BranchActivity => ({
    ...{ id: 1, before: A, after, kind: "push", actor: null },
    at: minutesAgo(1).toISOString(),
  });
  const look = (moves: MoveChange[], log: BranchActivity[], seenMinutesAgo = 1) => {
    awaitLog(at(B, seenMinutesAgo), moves, log, NOW);
  };

  it.each<[string, MoveChange]>([
    ["taken back", move()],
    ["deleted", move({ form: "deleted", after: null })],
  ])("waits where nobody told that the branch was %s, and its log ends where it was", (_how, one) => {
    expect(() => {
      look([one], [entry(B), entry(A)]);
    }).toThrow(LAGS);
  });

  it.each<[string, MoveChange, BranchActivity[], number]>([
    ["a push told of it", move({ guids: ["told"] }), [entry(B)], 1],
    ["the log tells of it", move(), [entry(A), entry(B)], 1],
    ["the log tells nothing", move(), [], 1],
    ["the branch went on", move({ form: "compared", after: C }), [entry(B)], 1],
    ["it left another commit", move({ before: C }), [entry(B)], 1],
    ["it was seen there so long ago that the log has to be behind", move(), [entry(B)], 11],
  ])("goes on where %s", (_what, one, log, minutes) => {
    expect(() => {
      look([one], log, minutes);
    }).not.toThrow();
  });
});

describe("awaitAssociation", () => {
  const entry = (kind: string, after: string, minutes: number): BranchActivity => ({
    ...{ id: 1, before: A, after, kind, actor: null },
    at: minutesAgo(minutes).toISOString(),
  });

  it.each(["pr_merge", "merge_queue_merge"])("waits for the pull request of a young %s", (kind) => {
    expect(() => {
      awaitAssociation([B, C], [], [entry("push", D, 1), entry(kind, C, 1)], NOW);
    }).toThrow(LAGS);
  });

  it.each([
    ["a push", [entry("push", C, 1)]],
    ["a merge of something else", [entry("pr_merge", D, 1)]],
    ["a merge so old that nothing will come", [entry("pr_merge", C, 11)]],
    ["nothing", []],
  ])("goes on where the log tells of %s", (_what, log) => {
    expect(() => {
      awaitAssociation([B, C], [], log, NOW);
    }).not.toThrow();
  });

  it("waits for the others of a queue's group while only its last is told", () => {
    expect(() => {
      awaitAssociation([B], [C], [entry("merge_queue_merge", C, 1)], NOW);
    }).toThrow(LAGS);
    expect(() => {
      awaitAssociation([B], [C], [entry("pr_merge", C, 1)], NOW);
    }).not.toThrow();
    expect(() => {
      awaitAssociation([], [C], [entry("merge_queue_merge", C, 1)], NOW);
    }).not.toThrow();
  });
});

describe("awaitRead", () => {
  const gone = unknown("inconsistent", "Not there.", "None.");

  it("waits for what may come", () => {
    expect(() => awaitRead(gone, { movedAt: minutesAgo(1), now: NOW })).toThrow(LAGS);
  });

  it.each([
    ["known", known(1), minutesAgo(1)],
    ["never to be read", unknown("forbidden", "No.", "Grant it."), minutesAgo(1)],
    ["never to be read otherwise", unknown("malformed", "Not text.", "Mend it."), minutesAgo(1)],
    ["old", gone, minutesAgo(11)],
    ["of a time that nobody tells", gone, null],
  ])("gives back what is %s", (_what, fact, movedAt) => {
    expect(awaitRead(fact, { movedAt, now: NOW })).toBe(fact);
  });
});
