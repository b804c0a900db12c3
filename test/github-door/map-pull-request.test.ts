import { describe, expect, it } from "@jest/globals";
import {
  mapAccount,
  mapCommits,
  mapPullRequest,
  mapResult,
  mapReview,
  mapSiblings,
} from "../../src/github/map-pull-request.js";
import { ada, BASE, checkRun, commit, HEAD, headCommit, list, pullRequest, review, status } from "./nodes.js";

describe("mapAccount", () => {
  it.each([
    [ada, { id: 1, login: "ada", type: "User" }],
    [
      { __typename: "Bot", login: "b", databaseId: 2 },
      { id: 2, login: "b", type: "Bot" },
    ],
    [{ __typename: "EnterpriseUserAccount", login: "e", databaseId: 3 }, null],
    [{ __typename: "User", login: "ghost", databaseId: null }, null],
    [{ __typename: "User", login: "ghost" }, null],
    [null, null],
  ])("%j", (node, account) => {
    expect(mapAccount(node)).toEqual(account);
  });
});

describe("mapPullRequest", () => {
  it("takes the base's present tip over the one the pull request began from", () => {
    expect(mapPullRequest(pullRequest(), null)).toMatchObject({
      number: 12,
      state: "OPEN",
      author: { id: 1, login: "ada" },
      base: { ref: "main", oid: BASE },
      head: { ref: "change", oid: HEAD, repository: { fullName: "acme/infra" } },
      merge: null,
    });
    const orphan = pullRequest({ baseRef: null, headRepository: null });
    expect(mapPullRequest(orphan, null)).toMatchObject({
      base: { oid: "a".repeat(40) },
      head: { repository: null },
    });
  });

  const mergeCommit = {
    oid: "3".repeat(40),
    tree: { oid: "4".repeat(40) },
    parents: { nodes: [{ oid: BASE }, { oid: HEAD }] },
  };
  const merged = { state: "MERGED", merged: true, mergedAt: "2026-11-20T12:00:00Z", mergeCommit } as const;

  it("tells how it landed", () => {
    expect(mapPullRequest(pullRequest({ ...merged, mergedBy: ada }), null).merge).toMatchObject({
      commitOid: mergeCommit.oid,
      treeOid: mergeCommit.tree.oid,
      parents: [BASE, HEAD],
      mergedAt: "2026-11-20T12:00:00Z",
      mergedBy: { login: "ada" },
      baseBefore: { known: false },
    });
  });

  it.each([{ merged: false }, { mergeCommit: null }, { mergedAt: null }])(
    "is not merged before GitHub tells all of it: %j",
    (change) => {
      expect(mapPullRequest(pullRequest({ ...merged, ...change }), null).merge).toBeNull();
    },
  );
});

describe("mapCommits", () => {
  it("keeps GitHub's opinion of a signature apart from the signature", () => {
    expect(mapCommits([commit(), commit({ signature: null, author: null })], 2)).toMatchObject({
      known: true,
      value: [
        {
          oid: HEAD,
          parents: [BASE],
          author: { name: "Ada", email: "ada@example.com", account: { id: 1 } },
          signature: {
            payload: "payload",
            signature: "signature",
            forge: { verified: true, state: "VALID" },
          },
        },
        { author: { name: "", email: "", account: null }, signature: null },
      ],
    });
  });

  it.each([
    ["commits were left out", [commit()], 2],
    ["more came than there are", [commit(), commit()], 1],
    ["a commit has more authors than are listed", [commit({ authors: list([], 21) })], 1],
  ])("is unknown where %s", (_what, nodes, total) => {
    expect(mapCommits(nodes, total)).toMatchObject({ known: false, reason: { code: "truncated" } });
  });
});

describe("mapReview and mapResult", () => {
  it("map a review and the commit it saw", () => {
    expect(mapReview(review())).toEqual({
      id: "77",
      author: { id: 2, login: "bob", type: "User" },
      state: "APPROVED",
      commitOid: HEAD,
      submittedAt: "2026-11-20T11:00:00Z",
      canPush: true,
    });
    const gone = review({ author: null, commit: null, fullDatabaseId: null });
    expect(mapReview(gone)).toMatchObject({ id: "", author: null, commitOid: null });
  });

  it("map a check run with its app, a status with its creator", () => {
    expect(mapResult(checkRun())).toMatchObject({
      kind: "check-run",
      name: "conftest",
      app: { id: 5, slug: "conftest-app" },
      conclusion: "SUCCESS",
    });
    expect(mapResult(status())).toMatchObject({
      kind: "status",
      name: "ci/plan",
      creator: { type: "Bot", id: 6 },
    });
  });

  it.each([{ app: null }, { app: { databaseId: null, slug: "conftest-app" } }])(
    "name no app that GitHub does not name by its id: %j",
    (checkSuite) => {
      expect(mapResult(checkRun({ checkSuite }))).toMatchObject({ app: null });
    },
  );
});

describe("mapSiblings", () => {
  const pull = (number: number, change: object = {}) => ({
    number,
    state: "OPEN",
    baseRefName: "release",
    headRefOid: HEAD,
    repository: { databaseId: 100 },
    ...change,
  });
  const map = (associatedPullRequests: ReturnType<typeof list<ReturnType<typeof pull>>> | null, oid = HEAD) =>
    mapSiblings(pullRequest({ headCommit: headCommit({ associatedPullRequests, oid }) }), 100);

  it("are the other open ones of this repository with this very head", () => {
    const pulls = list([
      pull(12),
      pull(13),
      pull(14, { state: "CLOSED" }),
      pull(15, { headRefOid: "9".repeat(40) }),
      pull(16, { repository: { databaseId: 101 } }),
    ]);
    expect(map(pulls)).toEqual({ known: true, value: [{ number: 13, baseRef: "release" }] });
  });

  it("are unknown where GitHub does not list them all, or speaks of another commit", () => {
    for (const fact of [map(null), map(list([pull(13)], 51)), map(list([pull(13)]), "9".repeat(40))]) {
      expect(fact).toMatchObject({ known: false, reason: { code: "unavailable" } });
    }
    expect(mapSiblings(pullRequest({ headCommit: { nodes: [] } }), 100)).toMatchObject({ known: false });
  });
});
