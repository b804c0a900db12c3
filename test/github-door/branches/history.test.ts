import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { BranchReading } from "../../../src/facts/case-source.js";
import { nameOf, ok, partly, variable } from "../asked.js";
import { REPOSITORY } from "../nodes.js";
import { type Answer, type Call, StubGitHub } from "../stub.js";

let github: StubGitHub;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
});

const oidOf = (number: number): string => number.toString(16).padStart(40, "0");

const pull = (change: object = {}) => ({
  number: 5,
  state: "MERGED",
  baseRefName: "main",
  baseRepository: { databaseId: REPOSITORY.id },
  mergeCommit: { oid: oidOf(9) },
  commits: { totalCount: 2 },
  ...change,
});

/** A commit by its number: its parents are the numbers given, or the one before it; 1 is the first of all. */
const commit = (number: number, parents = number > 1 ? [number - 1] : [], pulls: unknown[] = []) => ({
  oid: oidOf(number),
  parents: { nodes: parents.map((parent) => ({ oid: oidOf(parent) })) },
  associatedPullRequests: { totalCount: pulls.length, nodes: pulls },
});
type Commit = ReturnType<typeof commit>;

/** Commits from the number given down, at most 100. */
const downFrom = (number: number): Commit[] =>
  Array.from({ length: Math.min(number, 100) }, (_, index) => commit(number - index));

const branchAnswer = (nodes: Commit[], change: object = {}) => ({
  repository: {
    databaseId: REPOSITORY.id,
    ref: {
      name: "main",
      prefix: "refs/heads/",
      target: { oid: nodes[0]?.oid, history: { nodes } },
      ...change,
    },
  },
});

/** A branch of so many commits in one line. */
const linear = (count: number) => (call: Call) => {
  if (nameOf(call) === "BranchHistory") return ok(branchAnswer(downFrom(count)));
  const oid = String(variable(call, "oid"));
  const nodes = downFrom(Number.parseInt(oid, 16));
  return ok({ repository: { databaseId: REPOSITORY.id, object: { oid, history: { nodes } } } });
};

const read = (until: number | null, limit = 1000): Promise<BranchReading> =>
  github.connect().branches.readBranch(REPOSITORY, "main", until === null ? null : oidOf(until), limit);
const numbers = ({ history }: BranchReading): number[] => history.map(({ oid }) => Number.parseInt(oid, 16));

describe("a branch's first-parent history", () => {
  it("goes down to what is known, which is not part of it", async () => {
    github.answer(linear(5));
    const reading = await read(2);
    expect(reading).toMatchObject({ tip: oidOf(5), reached: true, cut: false });
    expect(numbers(reading)).toEqual([5, 4, 3]);
    expect(variable(github.calls[0] ?? fail(), "ref")).toBe("refs/heads/main");
  });

  it("is empty where nothing happened", async () => {
    github.answer(linear(5));
    expect(await read(5)).toEqual({ tip: oidOf(5), history: [], reached: true, cut: false });
  });

  it.each([
    [240, 3, 1, 239],
    [250, 2, 100, 150],
    [201, 2, 1, 200],
  ])("of %i commits is read in %i requests down to %i", async (count, requests, until, length) => {
    github.answer(linear(count));
    const reading = await read(until);
    expect(reading).toMatchObject({ reached: true, cut: false, history: { length } });
    expect(numbers(reading)).toEqual(Array.from({ length }, (_, index) => count - index));
    expect(github.calls).toHaveLength(requests);
  });

  it.each([
    ["one request's worth where nothing is known yet", 250, null, 1000, 100, true],
    ["all of it in one request where nothing is known yet and there is no more", 7, null, 1000, 7, false],
    ["no more than asked for", 250, 1, 120, 120, true],
    ["all of it where what is known is not in it", 150, 999, 1000, 150, false],
    ["no more than asked for, to the very first", 3, 999, 3, 3, false],
  ])("is %s", async (_what, count, until, limit, length, cut) => {
    github.answer(linear(count));
    expect(await read(until, limit)).toMatchObject({ reached: false, cut, history: { length } });
  });

  it("ends after fifty requests, and says so", async () => {
    github.answer(linear(6000));
    expect(await read(1, 10_000)).toMatchObject({ reached: false, cut: true, history: { length: 5000 } });
    expect(github.calls).toHaveLength(50);
  });

  describe("is read on from where it was cut", () => {
    const readOn = async (count: number, until: number, floor: number | null, limit: number) => {
      github.answer(linear(count));
      const reading = await read(until, 150);
      expect(reading).toMatchObject({ cut: true, history: { length: 150 } });
      github.calls.length = 0;
      const ends = { until: oidOf(until), floor: floor === null ? null : oidOf(floor) };
      return await github.connect().branches.readOn(REPOSITORY, reading, ends, limit);
    };

    it.each([
      ["to what is known, which is not part of it", 7, null, 9000, 8, true, false],
      ["to where the branch left what is known, which is part of it", 9999, 120, 9000, 120, false, false],
      ["to the very first", 9999, null, 9000, 1, false, false],
      ["to no more than asked for", 7, null, 400, 101, false, true],
    ])("down %s", async (_where, until, floor, limit, lowest, reached, cut) => {
      const reading = await readOn(500, until, floor, limit);
      expect(reading).toMatchObject({ tip: oidOf(500), reached, cut });
      expect(numbers(reading)).toEqual(Array.from({ length: 501 - lowest }, (_, index) => 500 - index));
    });

    it("in no more than 450 requests", async () => {
      const reading = await readOn(60_000, 1, null, 50_000);
      expect(reading).toMatchObject({ reached: false, cut: true, history: { length: 45_150 } });
      expect(github.calls).toHaveLength(450);
    });
  });

  it("passes over what merges brought, however the pages mix it", async () => {
    const [merge, side] = [commit(20, [3, 19]), commit(19, [18])];
    github.answer((call) => {
      // The page ends within the merged branch; the first parent is not on it.
      if (nameOf(call) === "BranchHistory") return ok(branchAnswer([merge, side, commit(18)]));
      expect(variable(call, "oid")).toBe(oidOf(3));
      const object = { oid: oidOf(3), history: { nodes: [commit(3), commit(2), commit(1)] } };
      return ok({ repository: { databaseId: REPOSITORY.id, object } });
    });
    const reading = await read(1);
    expect(numbers(reading)).toEqual([20, 3, 2]);
    expect(reading.history[0]?.parents).toEqual([oidOf(3), oidOf(19)]);
  });

  it("does not take a commit that came by a merge for one that the branch stood at", async () => {
    const nodes = [commit(20, [3, 19]), commit(19, [3]), commit(3), commit(2), commit(1)];
    github.answer(() => ok(branchAnswer(nodes)));
    expect(await read(19)).toMatchObject({ reached: false, cut: false });
  });

  it("tells of pull requests that were merged into this repository, and of no others", async () => {
    const others = [
      pull({ state: "OPEN" }),
      pull({ state: "CLOSED" }),
      pull({ baseRepository: { databaseId: 101 } }),
      pull({ baseRepository: null }),
      null,
    ];
    const nodes = [commit(1, [], [...others, pull(), pull({ number: 6, mergeCommit: null })])];
    github.answer(() => ok(branchAnswer(nodes)));
    expect((await read(null)).history[0]?.mergedPulls).toEqual([
      { number: 5, baseRef: "main", mergeCommitOid: oidOf(9), commits: 2 },
      { number: 6, baseRef: "main", mergeCommitOid: null, commits: 2 },
    ]);
  });
});

describe("no branch", () => {
  it.each([
    ["is there", { repository: { databaseId: REPOSITORY.id, ref: null } }],
    ["but a tag of that name", branchAnswer([commit(1)], { name: "refs/heads/main", prefix: "refs/tags/" })],
    ["but one whose name begins like a ref", branchAnswer([commit(1)], { name: "refs/heads/main" })],
  ])("%s", async (_what, answer) => {
    github.answer(() => ok(answer));
    expect(await read(1)).toEqual({ tip: null, history: [], reached: false, cut: false });
  });
});

describe("a branch that cannot be read", () => {
  const whole = branchAnswer([commit(1)]);
  it.each<[string, Answer, string]>([
    ["there is no such repository", ok({ repository: null }), "github-not-found"],
    [
      "another has its name",
      ok({ repository: { ...whole.repository, databaseId: 101 } }),
      "github-not-found",
    ],
    ["its ref is refused", partly(whole, "FORBIDDEN", "repository", "ref"), "github-forbidden"],
    [
      "its commits' pull requests are refused",
      partly(
        whole,
        "FORBIDDEN",
        ...["repository", "ref", "target", "history", "nodes", 0, "associatedPullRequests"],
      ),
      "github-forbidden",
    ],
    ["it is of another shape", ok({ repository: { databaseId: REPOSITORY.id } }), "github-unavailable"],
  ])("is an error: %s", async (_what, answer, code) => {
    github.answer(() => answer);
    await expect(read(1)).rejects.toMatchObject({ code });
  });

  it("is an error where GitHub does not hand out a parent", async () => {
    github.answer((call) =>
      nameOf(call) === "BranchHistory"
        ? ok(branchAnswer([commit(9)]))
        : ok({ repository: { databaseId: REPOSITORY.id, object: null } }),
    );
    await expect(read(1)).rejects.toMatchObject({ code: "github-unavailable" });
    expect(github.calls).toHaveLength(2);
  });

  it("is none where only one pull request of a commit is refused", async () => {
    const nodes = [commit(1, [], [null, pull()])];
    const path = ["repository", "ref", "target", "history", "nodes", 0, "associatedPullRequests", "nodes", 0];
    github.answer(() => partly(branchAnswer(nodes), "FORBIDDEN", ...path));
    expect((await read(null)).history[0]?.mergedPulls).toMatchObject([{ number: 5 }]);
  });
});

const fail = (): never => {
  throw new Error("GitHub was not asked");
};
