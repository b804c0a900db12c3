import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Account, type Fact, known } from "../../src/facts/facts.js";
import { connectGitHub, type Installation } from "../../src/github/github.js";
import { silentLogger } from "../../src/logger.js";
import type { UserHandle } from "../github/scenario.js";
import { MANIFEST, openPull, setStage, type Stage } from "../github/support/stage.js";

/** The doors of break-glass against a GitHub that holds each question and answer to GitHub's own contract. */

const PERMISSIONS = {
  ...MANIFEST.permissions,
  contents: "write",
  issues: "write",
  members: "read",
  pull_requests: "write",
} as const;

let stage: Stage;
let door: Installation;

/** Events about people, which GitHub sends to no app that may not read them. */
const OF_MEMBERS = ["member", "membership", "organization", "team", "team_add"];

const enter = async (permissions: (typeof MANIFEST)["permissions"] = PERMISSIONS): Promise<void> => {
  const told = (event: string) => "members" in permissions || !OF_MEMBERS.includes(event);
  stage = await setStage({ ...MANIFEST, permissions, events: MANIFEST.events.filter(told) });
  const { appId, privateKey, apiUrl } = stage.github;
  const identity = { appId, privateKey, apiUrl };
  door = connectGitHub(identity, stage.clock, silentLogger).forInstallation(stage.installation.id);
};
beforeEach(() => enter());
afterEach(() => stage.github.close());

const here = () => {
  const { id, owner, name } = stage.repository.repo;
  return { id, owner: owner.login, name };
};
const accountOf = ({ account: { id, login } }: UserHandle): Account => ({ id, login, type: "User" });
const valueOf = <T>(fact: Fact<T>): T => {
  if (fact.known) return fact.value;
  throw new Error(fact.reason.message);
};
const change = (text: string) => ({ message: text, files: { "app.yaml": `${text}\n` } });
const forcePush = async (text: string): Promise<string> =>
  await stage.repository.forcePush(stage.admin, "main", change(text));

describe("a branch", () => {
  it("tells of merges and pushes, and of a forced one that what is known is gone", async () => {
    const { repository, author, admin } = stage;
    const start = await repository.tip();
    const pull = await openPull(stage);
    const merged = await pull.merge(author);
    const pushed = await repository.push(admin, "main", change("at night"));
    const reading = await door.branches.readBranch(here(), "main", start, 100);
    expect(reading).toMatchObject({ tip: pushed, reached: true, cut: false });
    expect(reading.history.map(({ oid }) => oid)).toEqual([pushed, merged]);
    expect(reading.history.map(({ mergedPulls }) => mergedPulls)).toEqual([
      [],
      [{ number: pull.number, baseRef: "main", mergeCommitOid: merged, commits: 1 }],
    ]);
    const forced = await forcePush("instead");
    const after = await door.branches.readBranch(here(), "main", pushed, 100);
    expect(after).toMatchObject({ tip: forced, reached: false, cut: false });
    const [newest] = valueOf(await door.branches.readActivity(here(), "main"));
    expect(newest).toMatchObject({ before: pushed, after: forced, kind: "force_push" });
    expect(newest?.actor).toEqual(accountOf(admin));
  });

  it("tells what a push brought", async () => {
    const { repository, author } = stage;
    const before = await repository.tip();
    const first = await repository.push(author, "main", change("one"));
    const second = await repository.push(author, "main", change("two"));
    const commits = valueOf(await door.branches.readPushedCommits(here(), before, second));
    expect(commits.map(({ oid, message }) => [oid, message.trim()])).toEqual([
      [first, "one"],
      [second, "two"],
    ]);
    expect(await door.branches.readPushedCommits(here(), null, second)).toMatchObject({
      value: [{ oid: second }],
    });
    expect(await door.branches.readPushedCommits(here(), "9".repeat(40), second)).toMatchObject({
      known: false,
    });
  });

  it("that is not there is none, and those that are there are told", async () => {
    await stage.repository.push(stage.author, "release/1", change("one"));
    const gone = { tip: null, history: [], reached: false, cut: false };
    expect(await door.branches.readBranch(here(), "else", null, 10)).toEqual(gone);
    const { branches, defaultBranch, repository, url } = await door.branches.readRepository(here());
    expect([...branches].sort()).toEqual(["main", "release/1"]);
    expect(defaultBranch).toBe("main");
    expect(repository).toEqual(here());
    expect(url).toMatch(/\/acme\/deploy$/);
    expect(await door.branches.listRepositories()).toEqual([here()]);
  });

  it("has results on its commits", async () => {
    const oid = await stage.repository.tip();
    expect(await door.branches.readResults(here(), oid)).toEqual(known([]));
    const options = { status: "completed", conclusion: "success" } as const;
    await stage.repository.checkRun(stage.github.app, oid, "conftest", options);
    expect(await door.branches.readResults(here(), oid)).toMatchObject({
      value: [{ name: "conftest", conclusion: "SUCCESS" }],
    });
  });
});

describe("people", () => {
  it("are in teams, and may write or not", async () => {
    const { organization, reviewer, author } = stage;
    const [on, off] = [organization.team("On call", reviewer), organization.team("Security", author)];
    const asked = [off.id, on.id];
    expect(await door.people.readTeams("acme", accountOf(reviewer), asked)).toEqual(known([on.id]));
    const other = { ...accountOf(reviewer), id: 1_000_000 };
    expect(await door.people.readTeams("acme", other, asked)).toMatchObject({ known: false });
    expect(await door.people.readCanPush(here(), accountOf(reviewer))).toEqual(known(true));
    expect(await door.people.readCanPush(here(), other)).toMatchObject({ known: false });
  });

  it("are in unknown teams where the app may not read members", async () => {
    const others = Object.entries(PERMISSIONS).filter(([name]) => name !== "members");
    await stage.github.close();
    await enter(Object.fromEntries(others));
    const team = stage.organization.team("On call", stage.reviewer);
    expect(await door.people.readTeams("acme", accountOf(stage.reviewer), [team.id])).toMatchObject({
      known: false,
      reason: { code: "forbidden" },
    });
  });
});

describe("a retroactive pull request", () => {
  it("is opened between two branches that the app makes, found again, and read", async () => {
    const { repository, reviewer, admin } = stage;
    const before = await repository.tip();
    const landed = await repository.push(admin, "main", change("at night"));
    for (const [branch, oid] of [["retro/base", before] as const, ["retro/head", landed] as const]) {
      await door.cases.createBranch(here(), branch, oid);
      await door.cases.createBranch(here(), branch, oid);
      expect(await repository.tip(branch)).toBe(oid);
    }
    await expect(door.cases.createBranch(here(), "retro/head", before)).rejects.toMatchObject({
      code: "github-rejected",
    });
    const [head, base] = ["retro/head", "retro/base"];
    const number = await door.cases.createPullRequest(here(), { title: "Retro", body: "Why", head, base });
    expect(await door.retroactive.findPullsOfHead(here(), head)).toEqual([number]);
    repository.pullRequests().at(-1)?.review(reviewer, "APPROVE");
    expect(await door.retroactive.readOffer(here(), number)).toMatchObject({
      number,
      state: "OPEN",
      author: { type: "Bot" },
      body: "Why",
      baseOid: before,
      headOid: landed,
      reviews: { value: [{ state: "APPROVED", author: accountOf(reviewer) }] },
    });
    expect(await door.retroactive.readOffer(here(), 9999)).toBeNull();
    expect(await door.retroactive.readMergeBase(here(), before, landed)).toEqual(known(before));
    const files = valueOf(await door.retroactive.readTree(here(), landed));
    expect([...files.keys()].sort()).toEqual(["README.md", "app.yaml"]);
  });
});

describe("issues and comments", () => {
  const MARKER = "<!-- countersign:bg-0123456789 -->";
  const content = { title: "Break-glass", body: MARKER, labels: ["break-glass"], open: true };

  it("are found again by their marker if they are ours", async () => {
    const { repository, admin, github, clock } = stage;
    const since = clock.now();
    repository.issue(admin, "Not ours", { body: MARKER });
    expect(await door.cases.findIssue(here(), MARKER, since)).toBeNull();
    const number = await door.cases.createIssue(here(), content);
    expect(await door.cases.findIssue(here(), MARKER, since)).toBe(number);
    repository.comment(admin, number, MARKER, { via: github.app });
    expect(await door.cases.findComment(here(), number, MARKER, since)).toBeNull();
    const comment = await door.cases.createComment(here(), number, MARKER);
    expect(await door.cases.findComment(here(), number, MARKER, since)).toBe(comment);
  });

  it("are written anew, closed, and missed when they are gone", async () => {
    const { repository, admin } = stage;
    const number = await door.cases.createIssue(here(), content);
    const issue = repository.issues().find((one) => one.number === number);
    issue?.unlabel(admin, "break-glass");
    issue?.edit(admin, { title: "Nothing to see", body: "" });
    await door.cases.updateIssue(here(), number, { ...content, open: false });
    expect([issue?.title, issue?.body, issue?.labels, issue?.state, issue?.stateReason]).toEqual([
      ...["Break-glass", MARKER, ["break-glass"], "closed", "completed"],
    ]);
    expect(await door.cases.findIssue(here(), MARKER, stage.clock.now())).toBe(number);
    issue?.delete(admin);
    await expect(door.cases.updateIssue(here(), number, content)).rejects.toMatchObject({
      code: "github-not-found",
    });
  });
});
