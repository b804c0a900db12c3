import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { FactSource } from "../../../src/facts/source.js";
import type { PullRequestNode } from "../../../src/github/pull-requests/responses.js";
import {
  ADDRESS,
  BASE,
  baseRef,
  blob,
  checkRun,
  commit,
  controlFiles,
  HEAD,
  headCommit,
  page,
  pullRequest,
  REPOSITORY,
  repositoryAnswer,
  review,
} from "../nodes.js";
import { graphqlError as error, nameOf, ok, variable } from "../asked.js";
import { type Answer, StubGitHub } from "../stub.js";

let github: StubGitHub;
let facts: FactSource;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  facts = github.connect().facts;
});

const queries = (): string[] => github.calls.map(nameOf);

const answerPull = (change: Partial<PullRequestNode> = {}, errors?: object[]): void => {
  github.answer(() => ({ json: { data: repositoryAnswer(pullRequest(change)), ...(errors && { errors }) } }));
};
/** First pages of two items each, of which one is on the second page. */
const firstPages = (): Partial<PullRequestNode> => ({
  commits: page([{ commit: commit() }], 2, "cursor"),
  reviews: page([review()], 2, "cursor"),
  headCommit: headCommit({ statusCheckRollup: { contexts: page([checkRun()], 2, "cursor") } }),
});
const SECOND_PAGES: Readonly<Record<string, object>> = {
  PullRequestCommits: { headRefOid: HEAD, commits: page([{ commit: commit({ oid: "1".repeat(40) }) }], 2) },
  PullRequestReviews: { headRefOid: HEAD, reviews: page([review()], 2) },
  PullRequestResults: {
    headRefOid: HEAD,
    headCommit: headCommit({ statusCheckRollup: { contexts: page([checkRun()], 2) } }),
  },
};

describe("reading a pull request", () => {
  it("takes one request, and all of it is known", async () => {
    answerPull();
    const reading = await facts.readPullRequest(ADDRESS);
    expect(queries()).toEqual(["PullRequestFacts"]);
    expect(reading).toMatchObject({ repository: REPOSITORY });
    const { commits, reviews, results, protection, controlFiles: files, siblings } = reading;
    for (const fact of [commits, reviews, results, protection, files, siblings])
      expect(fact.known).toBe(true);
  });

  it("reads the control files of the base that it has, not of the one it was thought to have", async () => {
    github.answer((call) => {
      const release = variable(call, "policyPath") === "refs/heads/release:.github/countersign.yml";
      const files = controlFiles({ policyFile: blob(release ? "version: 1" : "not this one") });
      return ok(repositoryAnswer(pullRequest({ baseRefName: "release" }), files));
    });
    const policies = [];
    for (let round = 0; round < 2; round += 1) {
      policies.push((await facts.readPullRequest(ADDRESS)).controlFiles);
    }
    expect(policies).toMatchObject(Array(2).fill({ value: { policy: { text: "version: 1" } } }));
    expect(github.calls.map((call) => variable(call, "trustPath"))).toEqual([
      "refs/heads/main:.github/countersign",
      "refs/heads/release:.github/countersign",
      "refs/heads/release:.github/countersign",
    ]);
  });

  it("starts over when it is retargeted meanwhile", async () => {
    github.answer(() => ok(repositoryAnswer(pullRequest({ baseRefName: `b${github.calls.length}` }))));
    await expect(facts.readPullRequest(ADDRESS)).rejects.toMatchObject({ code: "head-moved" });
  });

  it("follows the pages of commits, reviews and results to their ends", async () => {
    github.answer((call) => {
      if (nameOf(call) === "PullRequestFacts") return ok(repositoryAnswer(pullRequest(firstPages())));
      expect(variable(call, "after")).toBe("cursor");
      return ok({ repository: { pullRequest: SECOND_PAGES[nameOf(call)] } });
    });
    const { commits, reviews, results } = await facts.readPullRequest(ADDRESS);
    for (const fact of [commits, reviews, results])
      expect(fact).toMatchObject({ known: true, value: { length: 2 } });
    expect(queries()).toHaveLength(4);
  });

  it("does not take another repository of the same name for this one", async () => {
    github.answer(() => ok(repositoryAnswer(pullRequest(), controlFiles({ databaseId: 101 }))));
    const reading = facts.readPullRequest(ADDRESS);
    await expect(reading).rejects.toMatchObject({ code: "github-not-found" });
    await expect(reading).rejects.toThrow("another repository (101 instead of 100)");
    const files = facts.readControlFiles(REPOSITORY, BASE);
    await expect(files).rejects.toMatchObject({ code: "github-not-found" });
  });

  it("throws a page away that is of another head", async () => {
    github.answer((call) =>
      nameOf(call) === "PullRequestFacts"
        ? ok(repositoryAnswer(pullRequest({ commits: page([{ commit: commit() }], 2, "cursor") })))
        : ok({ repository: { pullRequest: { headRefOid: "9".repeat(40), commits: page([]) } } }),
    );
    await expect(facts.readPullRequest(ADDRESS)).rejects.toMatchObject({ code: "head-moved" });
  });

  it.each<[string, Partial<PullRequestNode>, string]>([
    ["commits", { commits: page([{ commit: commit() }], 251) }, "truncated"],
    ["reviews", { reviews: page([review()], 2) }, "truncated"],
    ["reviews", { reviews: null }, "forbidden"],
    ["results", { headCommit: headCommit({ statusCheckRollup: { contexts: page([], 1) } }) }, "truncated"],
    ["results", { headCommit: headCommit({ oid: "9".repeat(40) }) }, "inconsistent"],
    ["proposedPolicy", { headCommit: headCommit({ oid: "9".repeat(40) }) }, "inconsistent"],
    ["protection", { baseRef: null }, "not-found"],
    ["siblings", { headCommit: headCommit({ associatedPullRequests: null }) }, "unavailable"],
  ])("does not take some %s for all: %#", async (fact, change, code) => {
    answerPull(change);
    expect(await facts.readPullRequest(ADDRESS)).toMatchObject({
      [fact]: { known: false, reason: { code } },
    });
  });

  it("takes a head without a policy file for just that, though GitHub calls it an error", async () => {
    const path = ["repository", "pullRequest", "headCommit", "nodes", 0, "commit", "proposedPolicy"];
    answerPull({}, [error("NOT_FOUND", path)]);
    expect(await facts.readPullRequest(ADDRESS)).toMatchObject({
      proposedPolicy: { known: true, value: null },
    });
  });

  it("takes a head without any result for just that", async () => {
    answerPull({ headCommit: headCommit({ statusCheckRollup: null }) });
    expect(await facts.readPullRequest(ADDRESS)).toMatchObject({ results: { known: true, value: [] } });
  });
});

describe("what GitHub refuses", () => {
  const inPull = (...path: (string | number)[]) => ["repository", "pullRequest", ...path];
  it.each([
    ["protection", { baseRef: baseRef() }, inPull("baseRef", "branchProtectionRule")],
    [
      "results",
      { headCommit: headCommit({ statusCheckRollup: null }) },
      inPull("headCommit", "nodes", 0, "commit", "statusCheckRollup"),
    ],
    ["controlFiles", {}, ["repository", "policyFile"]],
    ["commits", {}, inPull("commits", "nodes", 0, "commit", "author", "user")],
    ["reviews", {}, inPull("reviews", "nodes", 0, "author")],
    ["proposedPolicy", {}, inPull("headCommit", "nodes", 0, "commit", "proposedPolicy")],
  ])("is unknown: %s", async (fact, change, path) => {
    answerPull(change, [error("FORBIDDEN", path)]);
    expect(await facts.readPullRequest(ADDRESS)).toMatchObject({
      [fact]: { known: false, reason: { code: "forbidden" } },
      siblings: { known: true },
    });
  });

  it.each([
    ["commits", "PullRequestCommits", ["commits", "nodes", 0, "commit", "committer", "user"]],
    ["reviews", "PullRequestReviews", ["reviews", "nodes", 0, "author"]],
    ["results", "PullRequestResults", ["headCommit", "nodes", 0, "commit", "statusCheckRollup", "contexts"]],
  ])("is unknown on a later page as on the first: %s", async (fact, document, path) => {
    github.answer((call) => {
      if (nameOf(call) === "PullRequestFacts") return ok(repositoryAnswer(pullRequest(firstPages())));
      const data = { repository: { pullRequest: SECOND_PAGES[nameOf(call)] } };
      const errors = nameOf(call) === document ? { errors: [error("FORBIDDEN", inPull(...path))] } : {};
      return { json: { data, ...errors } };
    });
    const reading = await facts.readPullRequest(ADDRESS);
    const known = ["commits", "reviews", "results"].filter((name) => name !== fact);
    expect(reading).toMatchObject(Object.fromEntries(known.map((name) => [name, { known: true }])));
    expect(reading).toMatchObject({ [fact]: { known: false, reason: { code: "forbidden" } } });
  });

  it.each([
    [inPull()],
    [inPull("author")],
    [inPull("baseRef")],
    [inPull("baseRef", "target")],
    [inPull("mergeCommit")],
    [["repository", "somethingNew"]],
  ])("is an error where nothing can be judged without it: %j", async (path) => {
    answerPull({}, [error("FORBIDDEN", path)]);
    await expect(facts.readPullRequest(ADDRESS)).rejects.toMatchObject({
      code: "github-forbidden",
      message: expect.stringContaining(path.join(".")),
    });
  });

  it.each([[inPull("mergedBy")], [inPull("headRepository")]])("may be missing: %j", async (path) => {
    answerPull({ headRepository: null }, [error("FORBIDDEN", path)]);
    expect(await facts.readPullRequest(ADDRESS)).toMatchObject({ commits: { known: true } });
  });

  it.each([
    ["a query as a whole", [error("FORBIDDEN")], "github-forbidden"],
    [
      "a query as a whole and a field",
      [error("FORBIDDEN", ["repository"]), error("FORBIDDEN")],
      "github-forbidden",
    ],
    ["what is not there", [error("NOT_FOUND", ["repository"])], "github-not-found"],
    ["too many queries", [error("RATE_LIMITED")], "github-rate-limited"],
    [
      "what it could not work out",
      [error("FORBIDDEN", ["repository"]), error("SERVICE_UNAVAILABLE")],
      "github-unavailable",
    ],
    ["for no reason", [{ message: "Something went wrong" }], "github-unavailable"],
  ])("is an error where it is %s", async (_what, errors, code) => {
    github.answer(() => ({ json: { data: { organization: null, repository: null }, errors } }));
    await expect(facts.readPullRequest(ADDRESS)).rejects.toMatchObject({ code });
  });

  it("for too many queries says when to come again", async () => {
    const headers = { "x-ratelimit-reset": "1900000000" };
    github.answer(() => ({ headers, json: { data: null, errors: [error("RATE_LIMITED")] } }));
    const retryAt = new Date(1_900_000_000_000);
    await expect(facts.readPullRequest(ADDRESS)).rejects.toMatchObject({ retryAt });
  });
});

describe("an answer that is none", () => {
  it.each<[string, Answer, string]>([
    ["cut JSON", { text: '{"data":{"repository":{"databaseId":' }, "github-unavailable"],
    [
      "a page of a proxy",
      { headers: { "content-type": "text/html" }, text: "<h1>502</h1>" },
      "github-unavailable",
    ],
    ["of another shape", ok({ repository: { databaseId: "100" } }), "github-unavailable"],
    ["a cut connection", { cut: true }, "github-unavailable"],
    ["a failure", { status: 502, json: {} }, "github-unavailable"],
    ["no repository", ok({ organization: null, repository: null }), "github-not-found"],
    ["no pull request", ok(repositoryAnswer(null)), "github-not-found"],
    ["a refusal", { status: 403, json: { message: "Resource not accessible" } }, "github-forbidden"],
    ["a secondary limit", { status: 403, headers: { "retry-after": "60" }, json: {} }, "github-rate-limited"],
  ])("is an error: %s", async (_what, answer, code) => {
    github.answer(() => answer);
    await expect(facts.readPullRequest(ADDRESS)).rejects.toMatchObject({ name: "CountersignError", code });
  });
});

describe("the account's policy", () => {
  const answerOrganization = (organization: object | null, errors?: object[]): void => {
    const data = { ...repositoryAnswer(pullRequest()), organization };
    github.answer(() => ({ json: { data, ...(errors && { errors }) } }));
  };
  const read = async () => {
    const { controlFiles: files } = await facts.readPullRequest(ADDRESS);
    return files.known ? files.value.organization : files;
  };
  const ofCommit = (file: object | null) => ({ commit: { oid: BASE, policy: file && { object: file } } });

  it("comes with the one commit that it is of", async () => {
    answerOrganization(ofCommit(blob("version: 1")));
    const file = { path: "countersign.yml", text: "version: 1", commitOid: BASE };
    expect(await read()).toMatchObject({ value: { place: "acme/.github", file, used: null } });
    expect(queries()).toEqual(["PullRequestFacts"]);
  });

  it.each([
    ["no repository, or none that it may see", null, [error("NOT_FOUND", ["organization"])]],
    ["an empty repository", { commit: null }, undefined],
    ["no file", ofCommit(null), [error("NOT_FOUND", ["organization", "commit", "policy"])]],
  ])("is not there where there is %s", async (_what, node, errors) => {
    answerOrganization(node, errors);
    expect(await read()).toMatchObject({ known: true, value: { file: null } });
  });

  it("is unknown where it is refused, or no text", async () => {
    answerOrganization(null, [error("FORBIDDEN", ["organization", "commit"])]);
    expect(await read()).toMatchObject({ known: false, reason: { code: "forbidden" } });
    answerOrganization(ofCommit(blob("", { isBinary: true, text: null })));
    expect(await read()).toMatchObject({ known: false, reason: { code: "malformed" } });
  });
});

describe("control files at a commit", () => {
  it("are read from that commit", async () => {
    github.answer(() =>
      ok({ organization: null, repository: controlFiles({ policyFile: blob("version: 1") }) }),
    );
    expect(await facts.readControlFiles(REPOSITORY, BASE)).toMatchObject({
      value: { commitOid: BASE, policy: { text: "version: 1" } },
    });
    expect(github.calls.map((call) => variable(call, "policyPath"))).toEqual([
      `${BASE}:.github/countersign.yml`,
    ]);
  });

  it("are unknown where GitHub refuses one, or the repository is gone", async () => {
    const errors = [error("FORBIDDEN", ["repository", "trustFolder"])];
    github.answer(() => ({ json: { data: { organization: null, repository: controlFiles() }, errors } }));
    expect(await facts.readControlFiles(REPOSITORY, BASE)).toMatchObject({ reason: { code: "forbidden" } });
    github.answer(() => ok({ organization: null, repository: null }));
    expect(await facts.readControlFiles(REPOSITORY, BASE)).toMatchObject({ reason: { code: "not-found" } });
  });
});

describe("a branch's activity", () => {
  const MOVED_AT = new Date("2026-11-20T12:00:00Z");
  const move = {
    id: 7,
    ref: "refs/heads/main",
    activity_type: "push",
    timestamp: "2026-11-20T12:00:00Z",
    before: BASE,
    after: HEAD,
    actor: { id: 1, login: "ada", type: "User" },
  };

  it("tells who moved it and where it stood", async () => {
    github.answer(() => ({
      json: [{ ...move, after: "9".repeat(40) }, move, { ...move, before: "8".repeat(40) }],
    }));
    expect(await facts.readPusher(REPOSITORY, "main", HEAD)).toEqual({ known: true, value: move.actor });
    expect(await facts.readLanding(REPOSITORY, "main", HEAD, MOVED_AT)).toEqual({
      known: true,
      value: { before: BASE, loggedAs: "push" },
    });
    expect(github.calls[0]?.path).toContain(`ref=${encodeURIComponent("refs/heads/main")}`);
  });

  /** Answers page after page; the entry looked for is on the page `at`, and each page is an hour older. */
  const pages = (at: number, minutesAPage = 0) => {
    github.answer(({ path }) => {
      const number = Number(/after=(\d+)/.exec(path)?.[1] ?? 1);
      const timestamp = new Date(MOVED_AT.getTime() - number * minutesAPage * 60_000).toISOString();
      const other = { ...move, timestamp, after: "9".repeat(40) };
      const link = `<${github.url}${path.replace(/&after=.*/, "")}&after=${number + 1}>; rel="next"`;
      return { json: [number === at ? { ...move, timestamp } : other], headers: { link } };
    });
    return facts.readLanding(REPOSITORY, "main", HEAD, MOVED_AT);
  };

  it.each([
    ["is read on until the entry is found", 7, 0, 7, true],
    ["is read ten pages far at most", 11, 0, 10, false],
    ["is read no further than what is older than the move", 5, 25, 3, false],
    ["may name a time somewhat before the move", 2, 25, 2, true],
  ])("%s", async (_what, at, minutesAPage, requests, known) => {
    expect(await pages(at, minutesAPage)).toMatchObject({ known });
    expect(github.calls).toHaveLength(requests);
  });

  it.each<[string, Answer]>([
    ["it is empty", { json: [] }],
    ["it is of a deleted account", { json: [{ ...move, actor: null }] }],
    ["it is of a ref of another kind", { json: [{ ...move, ref: "refs/tags/refs/heads/main" }] }],
    ["it is not there", { status: 404, json: {} }],
    ["it is refused", { status: 403, json: {} }],
  ])("tells nobody where %s", async (_what, answer) => {
    github.answer(() => answer);
    expect(await facts.readPusher(REPOSITORY, "main", HEAD)).toMatchObject({ known: false });
  });
});

describe("registered keys", () => {
  const keys = (permission: string, gpg: unknown[] = []) => {
    github.answer(({ path }) => {
      if (path.includes("/collaborators/")) return { json: { permission, user: { id: 1, login: "ada" } } };
      if (path.includes("/gpg_keys")) return { json: gpg };
      return {
        json: path.includes("/ssh_signing_keys")
          ? [{ key: "ssh-ed25519 AAAA" }]
          : { id: 9, login: "web-flow" },
      };
    });
    return facts.readRegisteredKeys(REPOSITORY, "ada", "member");
  };

  it.each(["write", "admin"])("count of those who may %s", async (permission) => {
    const gpg = [{ raw_key: "A" }, { raw_key: null }, { raw_key: "B", revoked: true }];
    expect(await keys(permission, gpg)).toMatchObject({
      value: { account: { id: 1, login: "ada" }, kind: "member", gpg: ["A"], ssh: ["ssh-ed25519 AAAA"] },
    });
  });

  it.each(["read", "none"])("do not count of those who may %s, and are not asked for", async (permission) => {
    expect(await keys(permission)).toBeNull();
    expect(github.calls).toHaveLength(1);
  });

  it("of GitHub itself need no right to write", async () => {
    await keys("none");
    const forge = await facts.readRegisteredKeys(REPOSITORY, "web-flow", "forge");
    expect(forge).toMatchObject({ value: { kind: "forge", account: { id: 9 } } });
  });

  it("are unknown where there are more than one page: a revoked one could be on the next", async () => {
    expect(await keys("write", Array(100).fill({ raw_key: "A" }))).toMatchObject({
      reason: { code: "truncated" },
    });
  });

  it("are unknown where refused, and none where there is no such account", async () => {
    github.answer(() => ({ status: 403, json: {} }));
    expect(await facts.readRegisteredKeys(REPOSITORY, "ada", "member")).toMatchObject({ known: false });
    github.answer(() => ({ status: 404, json: {} }));
    expect(await facts.readRegisteredKeys(REPOSITORY, "ada", "member")).toBeNull();
  });
});

describe("open pull requests", () => {
  it("are read to their last page", async () => {
    const open = (number: number) => ({ number, state: "open", head: { sha: HEAD } });
    github.answer(({ path }) =>
      path.includes("page=2")
        ? { json: [open(2)] }
        : { json: [open(1)], headers: { link: `<${github.url}${path}&page=2>; rel="next"` } },
    );
    const installation = github.connect();
    expect(await installation.openPullRequests(REPOSITORY, "main")).toEqual([1, 2]);
    expect(github.calls[0]?.path).toContain("base=main");
    await installation.openPullRequests(REPOSITORY, null);
    expect(github.calls[2]?.path).not.toContain("base=");
  });
});
