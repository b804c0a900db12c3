import { describe, expect, it } from "@jest/globals";
import type { DismissalNode } from "../../../src/github/nodes/schemas.js";
import { mapAccount, mapCommits, mapResult, mapReview } from "../../../src/github/nodes/map.js";
import { mapPullRequest, mapSiblings } from "../../../src/github/pull-requests/map-pull-request.js";
import {
  ada,
  BASE,
  checkRun,
  commit,
  HEAD,
  headCommit,
  list,
  pullRequest,
  review,
  status,
} from "../nodes.js";

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
    expect(mapPullRequest(pullRequest())).toMatchObject({
      number: 12,
      state: "OPEN",
      author: { id: 1, login: "ada" },
      base: { ref: "main", oid: BASE },
      head: { ref: "change", oid: HEAD, repository: { fullName: "acme/infra" } },
      merge: null,
    });
    const orphan = pullRequest({ baseRef: null, headRepository: null });
    expect(mapPullRequest(orphan)).toMatchObject({
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
    expect(mapPullRequest(pullRequest({ ...merged, mergedBy: ada })).merge).toMatchObject({
      commitOid: mergeCommit.oid,
      treeOid: mergeCommit.tree.oid,
      parents: [BASE, HEAD],
      mergedAt: "2026-11-20T12:00:00Z",
      mergedBy: { login: "ada" },
      landing: { known: false },
    });
  });

  it.each([{ merged: false }, { mergeCommit: null }, { mergedAt: null }])(
    "is not merged before GitHub tells all of it: %j",
    (change) => {
      expect(mapPullRequest(pullRequest({ ...merged, ...change })).merge).toBeNull();
    },
  );
});

describe("mapCommits", () => {
  it("keeps GitHub's opinion of a signature apart from the signature", () => {
    expect(
      mapCommits([commit(), commit({ oid: "1".repeat(40), signature: null, author: null })], 2),
    ).toMatchObject({
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
    ["one came twice, and so another not", [commit(), commit()], 2],
    ["more came than there are", [commit(), commit()], 1],
    ["a commit has more authors than are listed", [commit({ authors: list([], 21) })], 1],
  ])("is unknown where %s", (_what, nodes, total) => {
    expect(mapCommits(nodes, total)).toMatchObject({ known: false, reason: { code: "truncated" } });
  });
});

type Dismissed = NonNullable<DismissalNode>;

describe("mapReview and mapResult", () => {
  it("map a review and the commit it saw", () => {
    expect(mapReview(review(), [])).toEqual({
      id: "77",
      author: { id: 2, login: "bob", type: "User" },
      state: "APPROVED",
      commitOid: HEAD,
      submittedAt: "2026-11-20T11:00:00Z",
      canPush: true,
    });
    const gone = review({ author: null, commit: null, fullDatabaseId: null });
    expect(mapReview(gone, [])).toMatchObject({ id: "", author: null, commitOid: null });
  });

  it("map how a review came to be dismissed, by its last dismissal, and of no other", () => {
    const dismissed = (id: string | null, change: Partial<Dismissed> = {}): Dismissed => ({
      createdAt: "2026-11-20T11:40:00Z",
      previousReviewState: "APPROVED",
      dismissalMessage: "Not as agreed.",
      actor: { __typename: "User", login: "ada", databaseId: 1 },
      review: { fullDatabaseId: id },
      pullRequestCommit: null,
      ...change,
    });
    const byPush = { dismissalMessage: null, pullRequestCommit: { commit: { oid: HEAD } } };
    const given = review({ state: "DISMISSED" });
    expect(
      mapReview(given, [dismissed("77", byPush), null, dismissed("77"), dismissed("78")]).dismissal,
    ).toEqual({
      at: "2026-11-20T11:40:00Z",
      by: { id: 1, login: "ada", type: "User" },
      was: "APPROVED",
      message: "Not as agreed.",
      commitOid: null,
    });
    expect(mapReview(given, [dismissed("77", byPush)]).dismissal).toMatchObject({
      message: "",
      commitOid: HEAD,
    });
    expect(mapReview(given, [dismissed("78"), dismissed(null), null])).not.toHaveProperty("dismissal");
    expect(mapReview(review(), [dismissed("77")])).not.toHaveProperty("dismissal");
    expect(
      mapReview(review({ fullDatabaseId: null, state: "DISMISSED" }), [dismissed(null)]),
    ).not.toHaveProperty("dismissal");
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
  type Pulls = ReturnType<typeof list<ReturnType<typeof pull>>>;
  interface Lists {
    readonly ofCommit?: Pulls | null;
    readonly ofBranch?: Pulls | null;
    readonly oid?: string;
  }
  const map = ({ ofCommit = list([]), ofBranch = list([]), oid = HEAD }: Lists, refused: string[] = []) => {
    const head = headCommit({ associatedPullRequests: ofCommit, oid });
    const headRef = ofBranch === null ? null : { associatedPullRequests: ofBranch };
    return mapSiblings(pullRequest({ headCommit: head, headRef }), 100, refused);
  };

  it("are the other open ones of this repository with this very head", () => {
    const pulls = list([
      pull(12),
      pull(13),
      pull(14, { state: "CLOSED" }),
      pull(15, { headRefOid: "9".repeat(40) }),
      pull(16, { repository: { databaseId: 101 } }),
    ]);
    const only13 = { known: true, value: [{ number: 13, baseRef: "release" }] };
    expect(map({ ofCommit: pulls })).toEqual(only13);
    expect(map({ ofBranch: pulls })).toEqual(only13);
  });

  it("are told once where the commit and the branch both know them, and the branch may be gone", () => {
    const both = map({ ofCommit: list([pull(13)]), ofBranch: list([pull(13), pull(14)]) });
    expect(both).toMatchObject({ value: [{ number: 13 }, { number: 14 }] });
    expect(map({ ofCommit: list([pull(13)]), ofBranch: null })).toMatchObject({ value: [{ number: 13 }] });
  });

  it.each<[string, Lists, string[]]>([
    ["GitHub hides those of the commit", { ofCommit: null }, []],
    ["GitHub lists not all of the commit", { ofCommit: list([pull(13)], 101) }, []],
    ["GitHub lists not all of the branch", { ofBranch: list([pull(13)], 101) }, []],
    ["GitHub refuses the branch", { ofBranch: null }, ["repository.pullRequest.headRef"]],
    ["it speaks of another commit", { ofCommit: list([pull(13)]), oid: "9".repeat(40) }, []],
  ])("are unknown where %s", (_what, lists, refused) => {
    expect(map(lists, refused)).toMatchObject({ known: false, reason: { code: "unavailable" } });
  });

  it("are unknown where there is no head commit", () => {
    expect(mapSiblings(pullRequest({ headCommit: { nodes: [] } }), 100, [])).toMatchObject({ known: false });
  });
});
