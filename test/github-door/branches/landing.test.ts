import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Fact, Landing } from "../../../src/facts/facts.js";
import { nameOf, ok, variable } from "../asked.js";
import { REPOSITORY } from "../nodes.js";
import { StubGitHub } from "../stub.js";

/** How a pull request landed on `main`, whose history is a line of commits 1, 2, 3, … */

let github: StubGitHub;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
});

const MERGED_AT = new Date("2026-11-20T12:00:00Z");
const oidOf = (number: number): string => number.toString(16).padStart(40, "0");
const QUEUE = "merge_queue_merge";
const OTHER_REPOSITORY = 999;

interface Move {
  readonly kind?: string;
  readonly from: number;
  readonly to: number;
  /** How many minutes after the merge. */
  readonly minutes?: number;
}

const entry = ({ kind = QUEUE, from, to, minutes = 0 }: Move, id: number) => ({
  id,
  ref: "refs/heads/main",
  activity_type: kind,
  timestamp: new Date(MERGED_AT.getTime() + minutes * 60_000).toISOString(),
  before: oidOf(from),
  after: oidOf(to),
  actor: null,
});

interface Commit {
  /** Numbers of its parents; the commit before it unless given. */
  readonly parents?: readonly number[];
  /** The commit at which the pull request that it is of was merged. */
  readonly mergedAt?: number;
  readonly base?: string;
  readonly repository?: number;
}

/** The line from a commit down, with what is to be told of some of its commits. */
function historyOf(from: number, told: Readonly<Record<number, Commit>>) {
  const numbers = Array.from({ length: Math.min(from, 100) }, (_, index) => from - index);
  return numbers.map((number) => {
    const {
      parents = [number - 1],
      mergedAt,
      base = "main",
      repository = REPOSITORY.id,
    } = told[number] ?? {};
    const pull = {
      number: mergedAt,
      state: "MERGED",
      baseRefName: base,
      baseRepository: { databaseId: repository },
      mergeCommit: { oid: oidOf(mergedAt ?? 0) },
      commits: { totalCount: 1 },
    };
    const nodes = mergedAt === undefined ? [] : [pull];
    return {
      oid: oidOf(number),
      parents: { nodes: parents.filter((parent) => parent > 0).map((parent) => ({ oid: oidOf(parent) })) },
      associatedPullRequests: { totalCount: nodes.length, nodes },
    };
  });
}

/** As `landingWithHeads`, without the heads of the groups. */
async function landing(...asked: Parameters<typeof landingWithHeads>): Promise<Fact<Landing>> {
  const fact = await landingWithHeads(...asked);
  if (!fact.known) return fact;
  const { before, loggedAs } = fact.value;
  return { known: true, value: { before, loggedAs } };
}

/** Reads how the commit landed, by a log with these entries, the newest first. */
function landingWithHeads(
  number: number,
  log: readonly Move[],
  told: Readonly<Record<number, Commit>> = {},
): Promise<Fact<Landing>> {
  github.answer((call) => {
    if (call.path.includes("/activity")) return { json: log.map(entry) };
    expect(nameOf(call)).toBe("CommitHistory");
    const oid = String(variable(call, "oid"));
    const from = Number.parseInt(oid, 16);
    const object = from > 1000 ? null : { oid, history: { nodes: historyOf(from, told) } };
    return ok({ repository: { databaseId: REPOSITORY.id, object } });
  });
  return github.connect().facts.readLanding(REPOSITORY, "main", oidOf(number), MERGED_AT);
}

const stood = (before: number, loggedAs = QUEUE) => ({
  known: true,
  value: { before: oidOf(before), loggedAs },
});
const NOT_KNOWN = { known: false, reason: { code: "not-found" } };
const historiesRead = (): number => github.calls.filter(({ path }) => !path.includes("/activity")).length;

/** A queue that merges: each commit of the group is a pull request's merge. */
const MERGES = { 6: { parents: [5, 60] }, 7: { parents: [6, 70] }, 8: { parents: [7, 80] } };
/** A queue that squashes. */
const SQUASHES = { 6: { mergedAt: 6 }, 7: { mergedAt: 7 }, 8: { mergedAt: 8 } };
/** A queue that rebases: 6 and 7 came by one pull request, 8 and 9 by another. */
const REBASES = { 6: { mergedAt: 7 }, 7: { mergedAt: 7 }, 8: { mergedAt: 9 }, 9: { mergedAt: 9 } };

describe("a pull request that moved the branch alone", () => {
  it.each(["pr_merge", "push", "force_push"])("stood on what the log says: %s", async (kind) => {
    const log = [
      { from: 9, to: 10, kind: "push" },
      { kind, from: 3, to: 9 },
    ];
    expect(await landing(9, log)).toEqual(stood(3, kind));
    expect(historiesRead()).toBe(0);
  });

  it("or a group of one stood on", async () => {
    expect(await landing(6, [{ from: 5, to: 6 }], MERGES)).toEqual(stood(5));
  });
});

describe("a pull request that a merge queue landed with others", () => {
  it("landed by one of the groups whose heads are above it in that move", async () => {
    const moves = [
      { from: 8, to: 10 },
      { from: 5, to: 8 },
    ];
    const heads = async (number: number) => {
      const fact = await landingWithHeads(number, moves, MERGES);
      return fact.known ? fact.value.groupHeads : null;
    };
    expect(await heads(6)).toEqual([8, 7, 6].map(oidOf));
    expect(await heads(8)).toEqual([oidOf(8)]);
    const alone = await landingWithHeads(9, [{ from: 3, to: 9, kind: "pr_merge" }]);
    expect(alone).toEqual(stood(3, "pr_merge"));
  });

  it.each<[string, number, number, Record<number, Commit>]>([
    ["merged first", 6, 5, MERGES],
    ["merged second", 7, 6, MERGES],
    ["merged last, at which the log's entry ends", 8, 7, MERGES],
    ["squashed first", 6, 5, SQUASHES],
    ["squashed second", 7, 6, SQUASHES],
    ["squashed last", 8, 7, SQUASHES],
  ])("stood on the one before it: %s", async (_what, number, before, told) => {
    expect(await landing(number, [{ from: 5, to: 8 }], told)).toEqual(stood(before));
  });

  it.each([
    ["first", 7, 5],
    ["last", 9, 7],
  ])("never stood on a commit of its own, where it was rebased %s", async (_what, number, before) => {
    expect(await landing(number, [{ from: 5, to: 9 }], REBASES)).toEqual(stood(before));
  });

  it("is told by the log's entry alone, and no further than that", async () => {
    const log = [{ from: 6, to: 8 }];
    expect(await landing(6, log, MERGES)).toMatchObject(NOT_KNOWN);
    expect(await landing(5, log, MERGES)).toMatchObject(NOT_KNOWN);
  });

  it("is not known while a commit below it is nobody's yet, which may be its own", async () => {
    const told = { 6: { mergedAt: 6 }, 8: { mergedAt: 8 } };
    expect(await landing(8, [{ from: 5, to: 8 }], told)).toMatchObject(NOT_KNOWN);
  });

  it.each([
    ["into another branch", { mergedAt: 7, base: "next" }],
    ["of another repository", { mergedAt: 7, repository: OTHER_REPOSITORY }],
  ])("does not stand on a pull request %s", async (_what, below) => {
    const told = { ...SQUASHES, 7: below };
    expect(await landing(8, [{ from: 5, to: 8 }], told)).toMatchObject(NOT_KNOWN);
  });
});

describe("a merge commit that no entry of the merge queue covers", () => {
  it.each<[string, Move[]]>([
    ["the log is empty", []],
    ["somebody pushed it with other commits", [{ from: 5, to: 8, kind: "push" }]],
    ["it came with somebody's merge", [{ from: 5, to: 8, kind: "pr_merge" }]],
    [
      "the queue landed others",
      [
        { from: 8, to: 9 },
        { from: 3, to: 5 },
      ],
    ],
    ["the entry does not lead down to where it began", [{ from: 500, to: 8 }]],
    ["GitHub has the entry's commits no more", [{ from: 5, to: 2000 }]],
  ])("may name any parent, so it is not believed: %s", async (_what, log) => {
    expect(await landing(7, log, MERGES)).toMatchObject(NOT_KNOWN);
  });
});

describe("reading is bounded", () => {
  /** Moves of the queue, one a minute and one commit each, the newest first; before and after the merge of `middle`. */
  const busy = (count: number, middle: number): Move[] =>
    Array.from({ length: count }, (_, index) => ({
      from: 100 + count - index - 1,
      to: 100 + count - index,
      minutes: count - index - middle,
    }));

  it("to the five groups nearest in time", async () => {
    const away = [...busy(9, 5), { from: 5, to: 8, minutes: -30 }];
    expect(await landing(7, away, MERGES)).toMatchObject(NOT_KNOWN);
    expect(historiesRead()).toBe(5);
    const near = [...busy(9, 5), { from: 5, to: 8, minutes: 0 }];
    expect(await landing(7, near, MERGES)).toEqual(stood(6));
  });

  it("to a hundred commits a group", async () => {
    expect(await landing(204, [{ from: 105, to: 205 }], { 204: { parents: [203, 1] } })).toEqual(stood(203));
    expect(await landing(204, [{ from: 104, to: 205 }], { 204: { parents: [203, 1] } })).toMatchObject(
      NOT_KNOWN,
    );
  });
});
