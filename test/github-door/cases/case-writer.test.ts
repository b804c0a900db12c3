import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { CaseWriter, IssueContent } from "../../../src/facts/case-source.js";
import { pageAnswer, parameter } from "../asked.js";
import { HEAD, REPOSITORY } from "../nodes.js";
import { APP_ID, StubGitHub } from "../stub.js";

let github: StubGitHub;
let cases: CaseWriter;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  cases = github.connect().cases;
});

const PLACE = { owner: "acme", name: "compliance" };
const MARKER = "<!-- countersign:bg-0123456789 -->";
const SINCE = new Date("2026-11-20T12:00:00.500Z");

const post = (change: object = {}) => ({
  id: 500,
  number: 5,
  created_at: "2026-11-20T12:00:01Z",
  body: `${MARKER}\nAn emergency`,
  user: { type: "Bot" },
  performed_via_github_app: { id: APP_ID },
  ...change,
});

/** What is not ours, though the marker is in it. */
const FOREIGN: [string, object][] = [
  ["a person's copy", { user: { type: "User" }, performed_via_github_app: null }],
  ["a person's through this app", { user: { type: "User" } }],
  ["another app's", { performed_via_github_app: { id: 1 } }],
  ["a bot's without an app", { performed_via_github_app: null }],
  ["that of an account that is gone", { user: null }],
  ["one without the marker", { body: "An emergency" }],
  ["one of another case", { body: MARKER.replace("bg-0", "bg-1") }],
  ["one without text", { body: null }],
];

describe("finding our issue", () => {
  const find = () => cases.findIssue(PLACE, MARKER, SINCE);

  it("goes by the marker, in any state", async () => {
    github.answer((call) => pageAnswer(github.url, call, [[post({ number: 4, body: "else" }), post()]]));
    expect(await find()).toBe(5);
    const [call] = github.calls;
    expect(call && new URL(call.path, github.url).pathname).toBe("/repos/acme/compliance/issues");
    const asked = ["state", "sort", "direction", "since"].map((name) => call && parameter(call, name));
    expect(asked).toEqual(["all", "created", "desc", "2026-11-20T11:00:00Z"]);
  });

  it.each([...FOREIGN, ["a pull request", { pull_request: { url: "u" } }] as const])(
    "does not take %s for it",
    async (_what, change) => {
      github.answer((call) => pageAnswer(github.url, call, [[post(change)]]));
      expect(await find()).toBeNull();
    },
  );

  it("gives the first of several, on whichever page", async () => {
    const pages = [[post({ number: 9 }), post({ number: 8 })], [post({ number: 7 })], [post({ body: "" })]];
    github.answer((call) => pageAnswer(github.url, call, pages));
    expect(await find()).toBe(7);
    expect(github.calls).toHaveLength(3);
  });

  it("stops at what is too old, though it was changed since", async () => {
    const old = post({ body: "", created_at: "2026-11-20T10:59:59Z" });
    github.answer((call) => pageAnswer(github.url, call, [[post(), old], [post({ number: 1 })]]));
    expect(await find()).toBe(5);
    expect(github.calls).toHaveLength(1);
  });
});

describe("an issue", () => {
  const content = (change: Partial<IssueContent> = {}): IssueContent => ({
    title: "Break-glass",
    body: `${MARKER}\nAn emergency`,
    labels: ["break-glass", "breached"],
    open: true,
    ...change,
  });
  const written = { title: "Break-glass", body: content().body, labels: ["break-glass", "breached"] };

  it("is opened in one request", async () => {
    github.answer(() => ({ status: 201, json: { number: 5 } }));
    expect(await cases.createIssue(PLACE, content())).toBe(5);
    expect(github.calls).toEqual([{ method: "POST", path: "/repos/acme/compliance/issues", body: written }]);
  });

  it("that is to be closed is opened, then closed", async () => {
    github.answer(() => ({ json: { number: 5 } }));
    await cases.createIssue(PLACE, content({ open: false }));
    expect(github.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /repos/acme/compliance/issues",
      "PATCH /repos/acme/compliance/issues/5",
    ]);
  });

  it.each([
    [true, "open", "reopened"],
    [false, "closed", "completed"],
  ])("is written anew as a whole; open: %s", async (open, state, state_reason) => {
    github.answer(() => ({ json: { number: 5 } }));
    await cases.updateIssue(PLACE, 5, content({ open }));
    expect(github.calls).toEqual([
      {
        method: "PATCH",
        path: "/repos/acme/compliance/issues/5",
        body: { ...written, state, state_reason },
      },
    ]);
  });

  it.each([404, 410])("that is gone is said to be: %i", async (status) => {
    github.answer(() => ({ status, json: {} }));
    await expect(cases.updateIssue(PLACE, 5, content())).rejects.toMatchObject({ code: "github-not-found" });
  });

  it("is not made up a number", async () => {
    github.answer(() => ({ status: 201, json: {} }));
    await expect(cases.createIssue(PLACE, content())).rejects.toMatchObject({ code: "github-unavailable" });
  });
});

describe("a comment", () => {
  const find = () => cases.findComment(PLACE, 5, MARKER, SINCE);

  it("is found by its marker, on whichever page, and the first of several is it", async () => {
    const pages = [[post({ id: 1, body: "" })], [post({ id: 2 }), post({ id: 3 })], [post({ id: 4 })]];
    github.answer((call) => pageAnswer(github.url, call, pages));
    expect(await find()).toBe(2);
    expect(github.calls).toHaveLength(2);
    const [call] = github.calls;
    expect(call && new URL(call.path, github.url).pathname).toBe("/repos/acme/compliance/issues/5/comments");
    expect(call && parameter(call, "since")).toBe("2026-11-20T11:00:00Z");
  });

  it.each(FOREIGN)("is not %s", async (_what, change) => {
    github.answer((call) => pageAnswer(github.url, call, [[post(change)]]));
    expect(await find()).toBeNull();
  });

  it("is written, and its id told", async () => {
    github.answer(() => ({ status: 201, json: { id: 501 } }));
    expect(await cases.createComment(PLACE, 5, "text")).toBe(501);
    expect(github.calls).toEqual([
      { method: "POST", path: "/repos/acme/compliance/issues/5/comments", body: { body: "text" } },
    ]);
  });
});

describe("making a branch", () => {
  const make = () => cases.createBranch(REPOSITORY, "retro/bg-1", HEAD);
  const there = (sha: string) => ({ json: { ref: "refs/heads/retro/bg-1", object: { sha } } });
  const rejected = { status: 422, json: { message: "Reference already exists" } };

  it("names ref and commit", async () => {
    github.answer(() => ({ status: 201, json: {} }));
    await make();
    expect(github.calls).toEqual([
      {
        method: "POST",
        path: "/repos/acme/infra/git/refs",
        body: { ref: "refs/heads/retro/bg-1", sha: HEAD },
      },
    ]);
  });

  it("is done where it is there at that commit", async () => {
    github.answer(({ method }) => (method === "POST" ? rejected : there(HEAD)));
    await make();
    expect(github.calls.map(({ path }) => decodeURIComponent(path))).toEqual([
      "/repos/acme/infra/git/refs",
      "/repos/acme/infra/git/ref/heads/retro/bg-1",
    ]);
  });

  it.each([
    ["it is at another commit", there("9".repeat(40)), "retro/bg-1 is at 9999"],
    ["it was rejected for another reason", { status: 404, json: {} }, "already exists"],
  ])("is an error where %s", async (_what, answer, message) => {
    github.answer(({ method }) => (method === "POST" ? rejected : answer));
    const made = make();
    await expect(made).rejects.toMatchObject({ code: "github-rejected" });
    await expect(made).rejects.toThrow(message);
  });

  it("is an error where the app may not", async () => {
    github.answer(() => ({ status: 403, json: {} }));
    await expect(make()).rejects.toMatchObject({ code: "github-forbidden" });
    expect(github.calls).toHaveLength(1);
  });
});

describe("opening a pull request", () => {
  const content = { title: "Retroactive", body: "text", head: "retro/bg-1", base: "retro/bg-1-base" };

  it("goes from branch to branch", async () => {
    github.answer(() => ({ status: 201, json: { number: 13 } }));
    expect(await cases.createPullRequest(REPOSITORY, content)).toBe(13);
    expect(github.calls).toEqual([{ method: "POST", path: "/repos/acme/infra/pulls", body: content }]);
  });

  it("is an error where there is one already", async () => {
    github.answer(() => ({ status: 422, json: { message: "A pull request already exists" } }));
    await expect(cases.createPullRequest(REPOSITORY, content)).rejects.toMatchObject({
      code: "github-rejected",
    });
  });
});
