import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { BranchSource } from "../../../src/facts/case-source.js";
import { graphqlError, nameOf, ok, pageOf, parameter, variable } from "../asked.js";
import { ada, checkRun, commit, list, page, REPOSITORY, status } from "../nodes.js";
import { type Answer, type Call, StubGitHub } from "../stub.js";

let github: StubGitHub;
let branches: BranchSource;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  branches = github.connect().branches;
});

const oidOf = (number: number): string => number.toString(16).padStart(40, "0");
const BEFORE = oidOf(0xbef);
const AFTER = oidOf(0xaf7);

/** A page of a comparison of `total` commits, which are numbered from 1. */
function comparison(call: Call, total: number, change: object = {}): Answer {
  const first = (pageOf(call) - 1) * 100 + 1;
  const length = Math.max(0, Math.min(100, total - first + 1));
  const commits = Array.from({ length }, (_, index) => ({ sha: oidOf(first + index) }));
  const json = { url: "u", total_commits: total, merge_base_commit: { sha: BEFORE }, commits, ...change };
  return { json };
}

/** The commits that a call asks for, by their aliases. */
const aliases = ({ body }: Call): [string, string][] =>
  Object.entries(body["variables"] ?? {}).flatMap(([name, oid]) =>
    /^c\d+$/.test(name) ? [[name, String(oid)]] : [],
  );

const handOut = (call: Call, change: Readonly<Record<string, unknown>> = {}) => {
  const commits = new Map<string, unknown>(aliases(call).map(([alias, oid]) => [alias, commit({ oid })]));
  return { repository: { databaseId: REPOSITORY.id, ...Object.fromEntries(commits), ...change } };
};

const compared = (total: number, answer: (call: Call) => Answer = (call) => ok(handOut(call))) => {
  github.answer((call) => (call.method === "GET" ? comparison(call, total) : answer(call)));
};

const read = (before: string | null = BEFORE) => branches.readPushedCommits(REPOSITORY, before, AFTER);

describe("the commits of a push", () => {
  it.each([
    [0, 1, []],
    [1, 1, [1]],
    [100, 1, [50, 50]],
    [101, 2, [50, 50, 1]],
    [250, 3, [50, 50, 50, 50, 50]],
  ])("of %i are compared in %i requests and read fifty at a time", async (total, comparisons, batches) => {
    compared(total);
    const fact = await read();
    expect(fact).toMatchObject({ known: true, value: { length: total } });
    const oids = fact.known ? fact.value.map(({ oid }) => oid) : [];
    expect(oids).toEqual(Array.from({ length: total }, (_, index) => oidOf(index + 1)));
    const [compares, reads] = [github.calls.slice(0, comparisons), github.calls.slice(comparisons)];
    expect(compares.map(({ method }) => method)).toEqual(Array(comparisons).fill("GET"));
    expect(compares[0]?.path).toContain(`/repos/acme/infra/compare/${BEFORE}...${AFTER}`);
    expect(reads.map((call) => aliases(call).length)).toEqual(batches);
  });

  it("come with what their signatures are made over, and who had a hand in them", async () => {
    compared(1);
    expect(await read()).toMatchObject({
      value: [
        {
          author: { account: { id: ada.databaseId } },
          signature: { payload: "payload", signature: "signature" },
        },
      ],
    });
  });

  it("of a new branch are its newest one alone", async () => {
    github.answer((call) => ok(handOut(call)));
    expect(await read(null)).toMatchObject({ known: true, value: [{ oid: AFTER }] });
    expect(github.calls).toHaveLength(1);
  });

  it("are of this repository", async () => {
    compared(1, (call) => ok(handOut(call, { databaseId: 101 })));
    await expect(read()).rejects.toMatchObject({ code: "github-not-found" });
  });

  it.each<[string, number, (call: Call) => Answer, string]>([
    ["too many", 1001, (call) => ok(handOut(call)), "truncated"],
    ["not handed out", 2, (call) => ok(handOut(call, { c1: null })), "inconsistent"],
    ["others", 2, (call) => ok(handOut(call, { c1: commit({ oid: AFTER }) })), "inconsistent"],
    [
      "by people who are refused",
      1,
      (call) => ({
        json: {
          data: handOut(call),
          errors: [graphqlError("FORBIDDEN", ["repository", "c0", "author", "user"])],
        },
      }),
      "forbidden",
    ],
    [
      "by more people than are listed",
      1,
      (call) => ok(handOut(call, { c0: commit({ oid: oidOf(1), authors: list([], 21) }) })),
      "truncated",
    ],
  ])("are unknown as a whole where some are %s", async (_what, total, answer, code) => {
    compared(total, answer);
    expect(await read()).toMatchObject({ known: false, reason: { code } });
  });

  it.each<[string, (call: Call) => Answer, string]>([
    ["lists fewer than it counts", (call) => comparison(call, 2, { commits: [] }), "inconsistent"],
    ["has lost the old tip", () => ({ status: 404, json: {} }), "not-found"],
    ["is refused", () => ({ status: 403, json: {} }), "forbidden"],
  ])("are unknown where the comparison %s", async (_what, answer, code) => {
    github.answer(answer);
    expect(await read()).toMatchObject({ known: false, reason: { code } });
  });

  it("are an error where GitHub fails", async () => {
    github.answer(() => ({ status: 502, json: {} }));
    await expect(read()).rejects.toMatchObject({ code: "github-unavailable" });
  });
});

describe("the results on a commit", () => {
  const answer = (contexts: unknown, oid = AFTER) => ({
    repository: {
      databaseId: REPOSITORY.id,
      object: { oid, statusCheckRollup: contexts === null ? null : { contexts } },
    },
  });
  const results = () => branches.readResults(REPOSITORY, AFTER);

  it("are read to their last page", async () => {
    github.answer((call) =>
      variable(call, "after") === null
        ? ok(answer(page([checkRun()], 2, "next")))
        : ok(answer(page([status()], 2))),
    );
    expect(await results()).toMatchObject({
      known: true,
      value: [{ kind: "check-run", name: "conftest" }, { kind: "status" }],
    });
    expect(github.calls.map((call) => variable(call, "after"))).toEqual([null, "next"]);
    expect(github.calls.map(nameOf)).toEqual(["CommitResults", "CommitResults"]);
  });

  it("are none where nothing was reported", async () => {
    github.answer(() => ok(answer(null)));
    expect(await results()).toEqual({ known: true, value: [] });
  });

  it.each<[string, Answer, string]>([
    ["listed in part", ok(answer(page([checkRun()], 2))), "truncated"],
    [
      "refused",
      {
        json: {
          data: answer(null),
          errors: [graphqlError("FORBIDDEN", ["repository", "object", "statusCheckRollup"])],
        },
      },
      "forbidden",
    ],
    ["of no commit", ok({ repository: { databaseId: REPOSITORY.id, object: null } }), "not-found"],
    ["of another commit", ok(answer(null, BEFORE)), "not-found"],
  ])("are unknown where they are %s", async (_what, whole, code) => {
    github.answer(() => whole);
    expect(await results()).toMatchObject({ known: false, reason: { code } });
  });
});

describe("a branch's activity log", () => {
  const entry = (change: object = {}) => ({
    id: 3,
    ref: "refs/heads/main",
    timestamp: "2026-11-20T12:00:00Z",
    before: BEFORE,
    after: AFTER,
    activity_type: "force_push",
    actor: { id: 1, login: "ada", type: "User" },
    ...change,
  });
  const activity = () => branches.readActivity(REPOSITORY, "main");

  it("is its newest page, without entries of refs of another kind", async () => {
    github.answer(() => ({
      json: [entry(), entry({ id: 2, actor: null }), entry({ id: 1, ref: "refs/tags/main" })],
    }));
    const at = "2026-11-20T12:00:00Z";
    const move = { before: BEFORE, after: AFTER, at, kind: "force_push" };
    expect(await activity()).toEqual({
      known: true,
      value: [
        { id: 3, ...move, actor: { id: 1, login: "ada", type: "User" } },
        { id: 2, ...move, actor: null },
      ],
    });
    expect(github.calls.map((call) => parameter(call, "ref"))).toEqual(["refs/heads/main"]);
    expect(github.calls.map((call) => parameter(call, "per_page"))).toEqual(["100"]);
  });

  it.each([403, 404])("is unknown where GitHub answers %i", async (code) => {
    github.answer(() => ({ status: code, json: {} }));
    expect(await activity()).toMatchObject({ known: false, reason: { code: "forbidden" } });
  });

  it("is an error where GitHub fails", async () => {
    github.answer(() => ({ status: 500, json: {} }));
    await expect(activity()).rejects.toMatchObject({ code: "github-unavailable" });
  });
});
