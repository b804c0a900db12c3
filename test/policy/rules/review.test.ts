import { describe, expect, it } from "@jest/globals";
import { type BotApp, type ChangeFacts, known, type ReviewFact, unknown } from "../../../src/facts/facts.js";
import { outcomeOf } from "../../../src/policy/decide.js";
import { coAuthorTrailers } from "../../../src/policy/rules/review/contributors.js";
import { reviewFindings } from "../../../src/policy/rules/review.js";
import {
  account,
  ada,
  bob,
  brief,
  commit,
  eve,
  facts,
  HEAD,
  identity,
  OID,
  only,
  policy,
  review,
  robot,
} from "../make.js";

const unread = unknown("unavailable", "GitHub did not answer.", "Try again.");

const judge = (reviews: readonly ReviewFact[], change: Partial<ChangeFacts> = {}, yaml = ""): string[] =>
  brief(reviewFindings(facts({ reviews: known(reviews), ...change }), policy(yaml)));

const commits = (change: Parameters<typeof commit>[0]): Partial<ChangeFacts> => ({
  commits: known([commit(change)]),
});

describe("the review gate", () => {
  it("counts who approves again, once the pull request went to another branch", () => {
    const pullRequest = { ...facts().pullRequest, retargetedAt: "2026-11-20T11:30:00Z" };
    const before = review({ submittedAt: "2026-11-20T11:00:00Z" });
    const after = review({ submittedAt: "2026-11-20T11:30:01Z" });
    expect(judge([before], { pullRequest })).toContain("note stale-base");
    expect(judge([before, after], { pullRequest })).toEqual(["pass approved"]);
  });

  it("passes with an independent approval of the head", () => {
    expect(judge([review()])).toEqual(["pass approved"]);
  });

  it.each<[string, Partial<ReviewFact>, Partial<ChangeFacts>, string]>([
    ["the author of the pull request", { author: ada }, {}, "is-author"],
    ["a commit's author", {}, commits({ author: identity(bob) }), "is-commit-author"],
    ["a commit's committer", {}, commits({ committer: identity(bob) }), "is-committer"],
    [
      "a co-author whom GitHub lists",
      {},
      commits({ authors: [identity(ada), identity(bob)] }),
      "is-co-author",
    ],
    [
      "a co-author by trailer, known from another commit",
      {},
      {
        commits: known([
          commit({ message: "x\n\nCo-authored-by: B <BOB@example.com>", authors: [identity(bob)] }),
        ]),
      },
      "is-co-author",
    ],
    [
      "a co-author by trailer with a private address",
      {},
      commits({ message: "x\n\nco-authored-by: B <2+oldname@users.noreply.github.com>" }),
      "is-co-author",
    ],
    [
      "a co-author by trailer with an old private address",
      {},
      commits({ message: "x\n\nCo-authored-by: B <Bob@users.noreply.github.com>" }),
      "is-co-author",
    ],
    [
      "a commit's author by private address",
      {},
      commits({ author: identity(null, "2+bob@users.noreply.github.com") }),
      "is-commit-author",
    ],
    ["the last pusher", {}, { lastPusher: known(bob) }, "is-last-pusher"],
    ["someone without write access", { canPush: false }, {}, "no-write-access"],
    ["someone who saw an earlier commit", { commitOid: OID }, {}, "stale-head"],
    ["someone who saw no commit that is known", { commitOid: null }, {}, "stale-head"],
    [
      "someone who saw it go to another branch",
      { submittedAt: "2026-11-20T11:00:00Z" },
      { pullRequest: { ...facts().pullRequest, retargetedAt: "2026-11-20T11:30:00Z" } },
      "stale-base",
    ],
    [
      "someone of whom nobody can tell which branch they saw",
      { submittedAt: "2026-11-20T11:30:00Z" },
      { pullRequest: { ...facts().pullRequest, retargetedAt: "2026-11-20T11:30:00Z" } },
      "stale-base",
    ],
    [
      "someone of whom nobody knows when, once it went to another branch",
      { submittedAt: null },
      { pullRequest: { ...facts().pullRequest, retargetedAt: "2026-11-20T11:30:00Z" } },
      "stale-base",
    ],
    ["a bot", { author: robot }, {}, "bot-not-named"],
    ["an organization", { author: account(8, "org", "Organization") }, {}, "not-a-person"],
    ["a placeholder of an import", { author: account(8, "ghosted", "Mannequin") }, {}, "not-a-person"],
  ])("does not count the approval of %s", (_who, given, change, reason) => {
    const findings = judge([review(given)], change);
    expect(findings).toContain("waiting approval-missing");
    expect(findings).toContain(`note ${reason}`);
  });

  it("shows a refused approval without failing where others are enough", () => {
    const reviews = [review({ author: ada }), review({ id: "r2" })];
    expect(judge(reviews)).toEqual(["pass approved", "note is-author"]);
    expect(outcomeOf(reviewFindings(facts({ reviews: known(reviews) }), policy()))).toBe("passed");
  });

  it("does not count the review of a deleted account, or one that was not given", () => {
    expect(judge([review({ author: null })])).toEqual(["waiting approval-missing"]);
    expect(judge([review({ state: "PENDING" })])).toEqual(["waiting approval-missing"]);
    expect(judge([])).toEqual(["waiting approval-missing"]);
  });

  it("needs as many people as the policy asks for, each counted once", () => {
    const yaml = "review: { approvals: 2 }";
    expect(judge([review(), review({ id: "r2" })], {}, yaml)).toEqual([
      "waiting approval-missing",
      "note approved",
    ]);
    expect(judge([review(), review({ id: "r2", author: eve })], {}, yaml)).toEqual([
      "pass approved",
      "pass approved",
    ]);
  });

  it("counts a bot that the policy names, by its id", () => {
    expect(judge([review({ author: robot, canPush: false })], {}, "review: { bots: [9] }")).toEqual([
      "pass approved",
    ]);
    expect(judge([review({ author: robot, canPush: true })], {}, "review: { bots: [8] }")).toContain(
      "note bot-not-named",
    );
    expect(
      judge([review({ author: robot })], { lastPusher: known(robot) }, "review: { bots: [9] }"),
    ).toContain("note is-last-pusher");
  });

  it("counts a bot by its app where the policy names that, and not where nobody knows whose it is", () => {
    const yaml = "review: { bots: [{ app: 29110 }] }";
    const bot = (app: BotApp["app"]) => ({ bots: [{ account: robot.id, app }] });
    const notShown = unknown("forbidden", "It is private.", "Name the account.");
    const approving = [review({ author: robot, canPush: false })];
    expect(judge(approving, bot(known({ id: 29_110, slug: "robot" })), yaml)).toEqual(["pass approved"]);
    expect(judge(approving, bot(known({ id: 29_111, slug: "robot" })), yaml)).toContain("note bot-not-named");
    expect(judge(approving, bot(notShown), yaml)).toEqual(["waiting approval-missing", "note bot-unknown"]);
    const [, note] = reviewFindings(facts({ reviews: known(approving), ...bot(notShown) }), policy(yaml));
    expect(note).toMatchObject({
      message: expect.stringContaining("It is private."),
      remedy: { text: "Name the account." },
    });
    // What it asks for stands until somebody knows that it is none to be heard.
    const asking = [
      review(),
      review({ id: "no", author: robot, canPush: false, state: "CHANGES_REQUESTED" }),
    ];
    expect(judge(asking, bot(notShown), yaml)).toContain("fail changes-requested");
    expect(judge(asking, bot(known({ id: 1, slug: "other" })), yaml)).toContain(
      "note changes-requested-without-access",
    );
  });

  const at = (minute: number, state: ReviewFact["state"], change: Partial<ReviewFact> = {}): ReviewFact =>
    review({
      id: String(minute),
      state,
      submittedAt: `2026-11-20T11:${String(minute).padStart(2, "0")}:00Z`,
      ...change,
    });

  it.each<[string, readonly ReviewFact[], string[]]>([
    [
      "changes requested",
      [at(1, "CHANGES_REQUESTED")],
      ["fail changes-requested", "waiting approval-missing"],
    ],
    [
      "changes requested on an earlier head",
      [at(1, "CHANGES_REQUESTED", { commitOid: OID })],
      ["fail changes-requested", "waiting approval-missing"],
    ],
    ["changes requested, then approved", [at(1, "CHANGES_REQUESTED"), at(2, "APPROVED")], ["pass approved"]],
    ["listed the other way round", [at(2, "APPROVED"), at(1, "CHANGES_REQUESTED")], ["pass approved"]],
    [
      "approved, then changes requested",
      [at(1, "APPROVED"), at(2, "CHANGES_REQUESTED")],
      ["fail changes-requested", "waiting approval-missing"],
    ],
    ["approved, then commented", [at(1, "APPROVED"), at(2, "COMMENTED")], ["pass approved"]],
    [
      "changes requested, then commented",
      [at(1, "CHANGES_REQUESTED"), at(2, "COMMENTED")],
      ["fail changes-requested", "waiting approval-missing"],
    ],
    [
      "approved, then dismissed",
      [at(1, "APPROVED"), at(2, "DISMISSED")],
      ["waiting approval-missing", "note dismissed"],
    ],
    [
      "approved, then approved an older commit",
      [at(1, "APPROVED"), at(2, "APPROVED", { commitOid: OID })],
      ["pass approved"],
    ],
    [
      "changes requested at no known time",
      [at(1, "APPROVED"), at(0, "CHANGES_REQUESTED", { submittedAt: null })],
      ["fail changes-requested", "waiting approval-missing"],
    ],
    [
      "changes requested by someone else",
      [at(1, "APPROVED"), at(2, "CHANGES_REQUESTED", { author: eve })],
      ["fail changes-requested", "pass approved"],
    ],
    [
      "changes requested without write access",
      [at(1, "APPROVED"), at(2, "CHANGES_REQUESTED", { author: eve, canPush: false })],
      ["note changes-requested-without-access", "pass approved"],
    ],
  ])("takes the latest opinion: %s", (_what, reviews, expected) => {
    expect(judge(reviews)).toEqual(expected);
  });

  it.each<[string, Partial<ChangeFacts>]>([
    ["reviews", { reviews: unread }],
    ["commits", { commits: unread }],
    ["the last pusher", { lastPusher: unread }],
  ])("is unknown where it is not known: %s", (_what, change) => {
    const findings = reviewFindings(facts(change), policy());
    expect(outcomeOf(findings)).toBe("unknown");
  });

  it.each<[string, Partial<ChangeFacts>]>([
    ["author", commits({ author: identity(null, "who@example.org") })],
    ["committer", commits({ committer: identity(null, "who@example.org") })],
    [
      "author and co-author",
      commits({ author: identity(null, "who@example.org"), authors: [identity(null, "who@example.org")] }),
    ],
    [
      "author of several commits, in two spellings",
      {
        commits: known([
          commit({ oid: OID, author: identity(null, "Who@example.org") }),
          commit({ committer: identity(null, "who@example.org") }),
        ]),
      },
    ],
  ])("is unknown where GitHub does not know the e-mail of an %s, once for each e-mail", (_who, change) => {
    const findings = reviewFindings(facts(change), policy());
    const finding = only(findings, "contributor-unknown");
    expect(finding).toMatchObject({ status: "unknown", rule: "contributors", subject: "who@example.org" });
    expect(finding.remedy?.url).toBe("https://github.com/settings/emails");
    expect(brief(findings)).toEqual(["pass approved", "unknown contributor-unknown"]);
    expect(outcomeOf(findings)).toBe("unknown");
  });

  it.each([
    ["an app's address on GitHub", "49699333+dependabot[bot]@users.noreply.github.com", []],
    [
      "such an address elsewhere",
      "49699333+dependabot[bot]@users.noreply.example.com",
      ["contributor-unknown"],
    ],
    [
      "one on a host behind GitHub's",
      "9+x[bot]@users.noreply.github.com.example.com",
      ["contributor-unknown"],
    ],
    ["an address with two at signs", "9+x[bot]@a]@users.noreply.github.com", ["contributor-unknown"]],
    ["a person's address that leads nowhere", "999+who@users.noreply.github.com", ["contributor-unknown"]],
    ["an old one", "who@users.noreply.github.com", ["contributor-unknown"]],
    ["no address", "", ["contributor-unknown"]],
  ])("of an author without an account, takes as known only an app's: %s", (_what, email, expected) => {
    const findings = reviewFindings(facts(commits({ author: identity(null, email) })), policy());
    expect(findings.filter(({ rule }) => rule === "contributors").map(({ reason }) => reason)).toEqual(
      expected,
    );
  });

  it("knows GitHub's own address by its account", () => {
    const webFlow = identity(account(19864447, "web-flow"), "noreply@github.com");
    expect(judge([review()], commits({ committer: webFlow }))).toEqual(["pass approved"]);
  });

  it("notes a co-author whom GitHub does not know", () => {
    const findings = reviewFindings(
      facts(commits({ message: "x\n\nCo-authored-by: Who <who@example.org>" })),
      policy(),
    );
    expect(only(findings, "co-author-unresolved")).toMatchObject({
      status: "note",
      subject: "who@example.org",
    });
    expect(outcomeOf(findings)).toBe("passed");
  });

  it("is unknown where it is not known who opened the pull request", () => {
    const open = facts();
    const orphan = { ...open, pullRequest: { ...open.pullRequest, author: null } };
    const findings = reviewFindings(orphan, policy());
    expect(brief(findings)).toEqual(["unknown author-unknown", "pass approved"]);
    expect(outcomeOf(findings)).toBe("unknown");
  });
});

describe("coAuthorTrailers", () => {
  it.each([
    ["none here", []],
    ["x\nCo-authored-by: A B <a@b.c>", ["a@b.c"]],
    ["x\r\n  CO-AUTHORED-BY:A<a@b.c>\r\nmore", ["a@b.c"]],
    ["Co-authored-by: a@b.c", ["a@b.c"]],
    ["Co-authored-by: A <a> <a@b.c>", ["a@b.c"]],
    ["Co-authored-by: A >< x", ["A >< x"]],
    ["Co-authored-by:", [""]],
    ["Not-co-authored-by: A <a@b.c>", []],
  ])("reads %j", (message, emails) => {
    expect(coAuthorTrailers(message).map(({ email }) => email)).toEqual(emails);
  });
});

describe("a review that counts no more", () => {
  const said = (given: Partial<ReviewFact>, change: Partial<ChangeFacts> = {}): string[] =>
    reviewFindings(facts({ reviews: known([review(given)]), ...change }), policy())
      .filter(({ status }) => status === "note")
      .map(({ rule, reason, message }) => `${rule}/${reason}: ${message}`);
  const approval =
    "independent-approval/stale-head: The approval by bob does not count: it was given for an earlier commit";
  const chain = (...oids: string[]): Partial<ChangeFacts> => ({
    commits: known(oids.map((oid) => commit({ oid }))),
  });
  const [SECOND, GONE] = ["5".repeat(40), "6".repeat(40)];

  it.each<[string, Partial<ReviewFact>, Partial<ChangeFacts>, string]>([
    [
      "the commit that came after it, and who pushed that",
      { commitOid: OID },
      chain(OID, HEAD),
      `${approval}, 1111111111; 1 commit has come after it, the last of them 2222222222, pushed by ada.`,
    ],
    [
      "how many came after it",
      { commitOid: OID },
      { ...chain(OID, SECOND, HEAD), lastPusher: unread },
      `${approval}, 1111111111; 2 commits have come after it, the last of them 2222222222.`,
    ],
    [
      "that a force-push took its commit away",
      { commitOid: GONE },
      chain(OID, HEAD),
      `${approval}, 6666666666, which the pull request no longer has; its head is 2222222222, pushed by ada.`,
    ],
    ["no more than is known", { commitOid: null }, {}, `${approval}.`],
    [
      "when the pull request went to another branch",
      { submittedAt: "2026-11-20T11:00:00Z" },
      { pullRequest: { ...facts().pullRequest, retargetedAt: "2026-11-20T11:30:00Z" } },
      "independent-approval/stale-base: The approval by bob does not count: it was given before the pull request went to this branch, main, at 2026-11-20T11:30:00Z.",
    ],
  ])("says %s", (_what, given, change, message) => {
    expect(said(given, change)).toEqual([message]);
  });

  const dismissed = (dismissal: Partial<NonNullable<ReviewFact["dismissal"]>>): Partial<ReviewFact> => ({
    state: "DISMISSED",
    dismissal: {
      at: "2026-11-20T11:40:00Z",
      by: eve,
      was: "APPROVED",
      message: "",
      commitOid: null,
      ...dismissal,
    },
  });

  it.each<[string, Partial<ReviewFact>, string]>([
    [
      "the push",
      dismissed({ commitOid: HEAD }),
      "independent-approval/dismissed: The approval by bob does not count: the push of 2222222222 by eve dismissed it.",
    ],
    [
      "the person, and why",
      dismissed({ message: " Not as agreed. " }),
      "independent-approval/dismissed: The approval by bob does not count: eve dismissed it: “Not as agreed”.",
    ],
    [
      "that nobody is named",
      dismissed({ by: null }),
      "independent-approval/dismissed: The approval by bob does not count: somebody whom GitHub does not name dismissed it.",
    ],
    [
      "no more than GitHub tells",
      { state: "DISMISSED" },
      "independent-approval/dismissed: The review by bob does not count: it was dismissed.",
    ],
    [
      "who lifted a demand for changes",
      dismissed({ was: "CHANGES_REQUESTED", message: "Done." }),
      "changes-requested/changes-request-dismissed: bob asked for changes, which counts no more: eve dismissed it: “Done”.",
    ],
  ])("names %s that dismissed it", (_what, given, message) => {
    expect(said(given)).toEqual([message]);
  });

  it("says nothing of what its reviewer has said again since", () => {
    const again = review({ id: "r2", submittedAt: "2026-11-20T11:50:00Z" });
    expect(judge([review(dismissed({})), again])).toEqual(["pass approved"]);
  });
});
