import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { RetroactiveSource } from "../../../src/facts/case-source.js";
import { nameOf, ok, pageAnswer, parameter, partly, variable } from "../asked.js";
import { ada, BASE, HEAD, page, REPOSITORY, review } from "../nodes.js";
import { type Answer, StubGitHub } from "../stub.js";

let github: StubGitHub;
let retroactive: RetroactiveSource;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  retroactive = github.connect().retroactive;
});

describe("a commit's files", () => {
  const entry = (path: string, mode = "100644", type = "blob", sha = "f".repeat(40)) => ({
    path,
    mode,
    type,
    sha,
  });
  const tree = (entries: unknown[], truncated = false): Answer => ({ json: { truncated, tree: entries } });
  const read = () => retroactive.readTree(REPOSITORY, HEAD);

  it("are all that is in its folders: files, programs, links and submodules", async () => {
    github.answer(() =>
      tree([
        entry("app", "040000", "tree"),
        entry("app/main.yml"),
        entry("app/run", "100755"),
        entry("app/link", "120000"),
        entry("lib", "160000", "commit", "c".repeat(40)),
      ]),
    );
    const fact = await read();
    expect([...(fact.known ? fact.value : [])]).toEqual([
      ["app/main.yml", { mode: "100644", oid: "f".repeat(40) }],
      ["app/run", { mode: "100755", oid: "f".repeat(40) }],
      ["app/link", { mode: "120000", oid: "f".repeat(40) }],
      ["lib", { mode: "160000", oid: "c".repeat(40) }],
    ]);
    const [call] = github.calls;
    expect(call?.path).toBe(`/repos/acme/infra/git/trees/${HEAD}?recursive=1`);
  });

  it.each<[string, Answer, string]>([
    ["listed in part", tree([entry("a")], true), "truncated"],
    ["two of one path", tree([entry("a"), entry("a", "120000")]), "malformed"],
    ["gone", { status: 404, json: {} }, "not-found"],
    ["refused", { status: 403, json: {} }, "forbidden"],
  ])("are unknown where they are %s", async (_what, answer, code) => {
    github.answer(() => answer);
    expect(await read()).toMatchObject({ known: false, reason: { code } });
  });

  it("are an error where GitHub fails or is cut off", async () => {
    for (const answer of [{ status: 502, json: {} }, { text: '{"truncated":false,"tree":[{"pa' }]) {
      github.answer(() => answer);
      await expect(read()).rejects.toMatchObject({ code: "github-unavailable" });
    }
  });
});

describe("the best common ancestor", () => {
  const read = () => retroactive.readMergeBase(REPOSITORY, BASE, HEAD);

  it("is the one that GitHub compares from", async () => {
    const merge_base_commit = { sha: "a".repeat(40) };
    github.answer(() => ({ json: { url: "u", total_commits: 9, merge_base_commit, commits: [] } }));
    expect(await read()).toEqual({ known: true, value: "a".repeat(40) });
    expect(github.calls.map(({ path }) => path)).toEqual([
      `/repos/acme/infra/compare/${BASE}...${HEAD}?per_page=1`,
    ]);
  });

  it.each([
    [404, "not-found"],
    [403, "forbidden"],
  ])("is unknown where GitHub answers %i", async (status, code) => {
    github.answer(() => ({ status, json: {} }));
    expect(await read()).toMatchObject({ known: false, reason: { code } });
  });
});

describe("an offer", () => {
  const offer = (change: object = {}, repository: object = {}) => ({
    repository: {
      databaseId: REPOSITORY.id,
      pullRequest: {
        number: 12,
        url: "https://github.com/acme/infra/pull/12",
        state: "OPEN",
        author: ada,
        body: "What was changed: all of it",
        baseRefOid: BASE,
        headRefOid: HEAD,
        reviews: page([review()]),
        ...change,
      },
      ...repository,
    },
  });
  const read = () => retroactive.readOffer(REPOSITORY, 12);

  it("is told in one request", async () => {
    github.answer(() => ok(offer()));
    expect(await read()).toEqual({
      number: 12,
      url: "https://github.com/acme/infra/pull/12",
      state: "OPEN",
      author: { id: 1, login: "ada", type: "User" },
      body: "What was changed: all of it",
      baseOid: BASE,
      headOid: HEAD,
      reviews: {
        known: true,
        value: [expect.objectContaining({ id: "77", state: "APPROVED", commitOid: HEAD })],
      },
    });
    expect(github.calls.map(nameOf)).toEqual(["RetroactiveOffer"]);
  });

  const nextReviews = (headRefOid: string) => {
    github.answer((call) => {
      if (nameOf(call) === "RetroactiveOffer") return ok(offer({ reviews: page([review()], 2, "next") }));
      expect(variable(call, "after")).toBe("next");
      return ok({ repository: { pullRequest: { headRefOid, reviews: page([review()], 2) } } });
    });
    return read();
  };

  it("has its reviews read to their last page", async () => {
    expect(await nextReviews(HEAD)).toMatchObject({ reviews: { known: true, value: { length: 2 } } });
  });

  it("is thrown away if its head moves meanwhile", async () => {
    await expect(nextReviews(BASE)).rejects.toMatchObject({ code: "head-moved" });
  });

  it.each<[string, object, string]>([
    ["cut", { reviews: page([review()], 2) }, "truncated"],
    ["missing", { reviews: null }, "forbidden"],
  ])("is there without its reviews where they are %s", async (_what, change, code) => {
    github.answer(() => ok(offer(change)));
    expect(await read()).toMatchObject({ number: 12, reviews: { known: false, reason: { code } } });
  });

  it("is there without its reviews where a reviewer is refused", async () => {
    const path = ["repository", "pullRequest", "reviews", "nodes", 0, "author"];
    github.answer(() => partly(offer(), "FORBIDDEN", ...path));
    expect(await read()).toMatchObject({ reviews: { known: false, reason: { code: "forbidden" } } });
  });

  it("is none where there is no such pull request", async () => {
    const nothing = offer({}, { pullRequest: null });
    github.answer(() => partly(nothing, "NOT_FOUND", "repository", "pullRequest"));
    expect(await read()).toBeNull();
  });

  it.each<[string, Answer, string]>([
    ["the repository is gone", partly({ repository: null }, "NOT_FOUND", "repository"), "github-not-found"],
    ["another has its name", ok(offer({}, { databaseId: 101 })), "github-not-found"],
    [
      "its author is refused",
      partly(offer({ author: null }), "FORBIDDEN", "repository", "pullRequest", "author"),
      "github-forbidden",
    ],
    ["it is of another shape", ok(offer({ body: null })), "github-unavailable"],
  ])("is an error where %s", async (_what, answer, code) => {
    github.answer(() => answer);
    await expect(read()).rejects.toMatchObject({ code });
  });
});

describe("the open pull requests of a branch", () => {
  const pull = (number: number, head: object = {}) => ({
    number,
    head: { ref: "retro", repo: { id: REPOSITORY.id }, ...head },
  });

  it("are those of this repository's own branch, read to the last page", async () => {
    const others = [pull(2, { repo: { id: 101 } }), pull(3, { ref: "else" }), pull(4, { repo: null })];
    github.answer((call) => pageAnswer(github.url, call, [[pull(1), ...others], [pull(5)]]));
    expect(await retroactive.findPullsOfHead(REPOSITORY, "retro")).toEqual([1, 5]);
    expect(github.calls.map((call) => [parameter(call, "head"), parameter(call, "state")])).toEqual(
      Array(2).fill(["acme:retro", "open"]),
    );
  });
});
