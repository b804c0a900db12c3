import { describe, expect, it } from "@jest/globals";
import type { BranchReading } from "../../../src/facts/case-source.js";
import { type Fact, known, unknown } from "../../../src/facts/facts.js";
import { readHistory } from "../../../src/flows/watch/history.js";
import { readCommits } from "../../../src/flows/watch/move/read-move.js";

const repository = { id: 7, owner: "octo", name: "deploy" };
const reading = (change: Partial<BranchReading>, ...oids: string[]): BranchReading => ({
  tip: "tip",
  history: oids.map((oid) => ({ oid, parents: [], mergedPulls: [] })),
  reached: false,
  cut: false,
  ...change,
});
const nobody = () => Promise.reject(new Error("not to be asked"));
const whole = reading({}, "tip", "a", "fork", "below");

/** GitHub, as far as a history is read from it; `asked` says what for. */
const gitHub = (first: BranchReading, base: Fact<string>) => {
  const asked: unknown[] = [];
  const branches = {
    ...{ readActivity: nobody, readPushedCommits: nobody, readResults: nobody },
    ...{ readRepository: nobody, listRepositories: nobody },
    readBranch: (_repository: unknown, branch: string, until: string | null, limit: number) => {
      asked.push(["first", branch, until, limit]);
      return Promise.resolve(first);
    },
    readOn: (_repository: unknown, from: BranchReading, ends: object, limit: number) => {
      asked.push(["on", from === first, ends, limit]);
      return Promise.resolve(whole);
    },
  };
  const readMergeBase = (_repository: unknown, one: string, other: string) => {
    asked.push(["base", one, other]);
    return Promise.resolve(base);
  };
  const retroactive = {
    ...{ readTree: nobody, readOffer: nobody, findPullsOfHead: nobody, readReached: nobody },
    readMergeBase,
  };
  const read = (until: string | null) =>
    readHistory({ branches, retroactive }, { repository, branch: "main" }, until);
  return { asked, branches, read };
};
const FIRST = ["first", "main", "k", 5_000];
const BASE = ["base", "k", "tip"];
const gone = unknown("not-found", "It is gone.", "None.");

describe("a branch's history", () => {
  it.each([
    ["is what was read", reading({ reached: true }, "tip")],
    ["is what was read of a branch that is gone", reading({ tip: null })],
  ])("%s, and nothing more is asked", async (_what, first) => {
    const { asked, read } = gitHub(first, gone);
    expect(await read("k")).toEqual({ reading: first, mergeBase: null });
    expect(asked).toEqual([FIRST]);
  });

  it.each<[string, BranchReading, Fact<string>]>([
    ["all of it was read", reading({}, "tip", "a"), gone],
    [
      "where it forked was read, however far its end is",
      reading({ cut: true }, "tip", "fork"),
      known("fork"),
    ],
  ])("ends where %s", async (_what, first, base) => {
    const { asked, read } = gitHub(first, base);
    const mergeBase = base.known ? base.value : null;
    expect(await read("k")).toEqual({ reading: { ...first, cut: false }, mergeBase });
    expect(asked).toEqual([FIRST, BASE]);
  });

  it.each<[string, Fact<string>, string | null]>([
    ["down to what is known, which is in it", known("k"), "k"],
    ["down to where it forked", known("fork"), "fork"],
    ["however far, where that is not known", gone, null],
  ])("is read on %s", async (_what, base, floor) => {
    const { asked, read } = gitHub(reading({ cut: true }, "tip", "a"), base);
    expect(await read("k")).toEqual({ reading: whole, mergeBase: floor });
    expect(asked).toEqual([FIRST, BASE, ["on", true, { until: "k", floor }, 50_000]]);
  });

  it("of a branch that nobody knows is its tip", async () => {
    const first = reading({ cut: true }, "tip");
    const { asked, read } = gitHub(first, gone);
    expect(await read(null)).toEqual({ reading: first, mergeBase: null });
    expect(asked).toHaveLength(1);
  });
});

it("the commits of a move that brought more than are read are unknown, and it is said which have no record", async () => {
  const { branches } = gitHub(whole, gone);
  const move = {
    ...{ kind: "move" as const, form: "force-push" as const, before: "k", after: "tip", oids: ["a", "tip"] },
    ...{ vanished: false, readTo: "a", pusher: null, at: null, guids: [] },
  };
  const now = new Date("2026-11-24T12:00:00Z");
  const read = await readCommits({ branches }, repository, move, { movedAt: now, now });
  expect(read).toMatchObject({
    known: false,
    reason: {
      code: "truncated",
      message: "More commits came than are read. The record is of 2, down to a: those below it have none.",
      remedy: "List the others: git log --first-parent k..a^",
    },
  });
});
