import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { BranchSource } from "../../../src/facts/case-source.js";
import { ok, pageOf, partly, variable } from "../asked.js";
import { page, REPOSITORY } from "../nodes.js";
import { type Answer, StubGitHub } from "../stub.js";

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

const repository = (change: object = {}) => ({
  repository: {
    databaseId: REPOSITORY.id,
    nameWithOwner: "acme/infra",
    url: "https://github.com/acme/infra",
    defaultBranchRef: { name: "main" },
    refs: page([{ name: "main" }]),
    ...change,
  },
});

describe("a repository", () => {
  it("is told by the name that it has now, with all of its branches", async () => {
    github.answer((call) => {
      const first = variable(call, "after") === null;
      const refs = first ? page([{ name: "main" }], 2, "next") : page([{ name: "release/1" }], 2);
      return ok(repository({ nameWithOwner: "acme/platform", refs }));
    });
    expect(await branches.readRepository(REPOSITORY)).toEqual({
      repository: { id: REPOSITORY.id, owner: "acme", name: "platform" },
      url: "https://github.com/acme/infra",
      defaultBranch: "main",
      branches: ["main", "release/1"],
    });
    expect(github.calls.map((call) => variable(call, "after"))).toEqual([null, "next"]);
  });

  it("may be empty", async () => {
    github.answer(() => ok(repository({ defaultBranchRef: null, refs: page([]) })));
    expect(await branches.readRepository(REPOSITORY)).toMatchObject({ defaultBranch: null, branches: [] });
  });

  it.each<[string, Answer, string]>([
    ["gone", ok({ repository: null }), "github-not-found"],
    ["another by now", ok(repository({ databaseId: 101 })), "github-not-found"],
    ["told in part", ok(repository({ refs: page([{ name: "main" }], 2) })), "github-unavailable"],
    ["refused", partly(repository(), "FORBIDDEN", "repository", "defaultBranchRef"), "github-forbidden"],
  ])("is an error where it is %s", async (_what, answer, code) => {
    github.answer(() => answer);
    await expect(branches.readRepository(REPOSITORY)).rejects.toMatchObject({ code });
  });
});

describe("the repositories of an installation", () => {
  it("are read to their last page", async () => {
    github.answer((call) => {
      const number = pageOf(call);
      const one = { id: number, name: `r${number}`, owner: { login: "acme" } };
      const link = `<${github.url}/installation/repositories?per_page=100&page=2>; rel="next"`;
      const json = { total_count: 2, repository_selection: "all", repositories: [one] };
      return { json, headers: number === 1 ? { link } : {} };
    });
    expect(await branches.listRepositories()).toEqual([
      { id: 1, owner: "acme", name: "r1" },
      { id: 2, owner: "acme", name: "r2" },
    ]);
  });
});
