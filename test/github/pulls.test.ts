import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runText } from "../support/run.js";
import { asUser, openPull, refusal, setStage, type Stage } from "./support/stage.js";

const HERE = { owner: "acme", repo: "deploy" };

let stage: Stage;

beforeEach(async () => {
  stage = await setStage();
});

afterEach(async () => {
  await stage.github.close();
});

const reviews = { approvals: 1, dismissStale: false, codeOwners: false, lastPushApproval: false };

describe("reviews", () => {
  it("cannot approve or block the author's own pull request, and can comment on it", async () => {
    const pull = await openPull(stage);
    const asAuthor = asUser(stage.github, stage.author).rest.pulls;
    const request = { ...HERE, pull_number: pull.number, body: "mine" };
    for (const event of ["APPROVE", "REQUEST_CHANGES"] as const) {
      const refused = await refusal(asAuthor.createReview({ ...request, event }));
      expect(refused).toMatchObject({
        status: 422,
        message: expect.stringContaining("your own pull request"),
      });
    }
    expect((await asAuthor.createReview({ ...request, event: "COMMENT" })).data.state).toBe("COMMENTED");
  });

  it("keep the head that was reviewed, and survive a push unless rules dismiss them", async () => {
    const pull = await openPull(stage);
    const seen = pull.headOid;
    pull.review(stage.reviewer, "APPROVE");
    await pull.push(stage.author, { message: "More", files: { b: "1" } });
    const list = async () =>
      (await stage.octokit.rest.pulls.listReviews({ ...HERE, pull_number: pull.number })).data;
    expect(await list()).toMatchObject([{ state: "APPROVED", commit_id: seen, user: { login: "grace" } }]);
    stage.repository.protect("main", { pullRequest: { ...reviews, dismissStale: true } });
    await pull.push(stage.author, { message: "Even more", files: { c: "1" } });
    expect(await list()).toMatchObject([{ state: "DISMISSED", commit_id: seen }]);
  });

  it("are dismissed by hand once only", async () => {
    const pull = await openPull(stage);
    const review = pull.review(stage.reviewer, "APPROVE");
    const { pulls } = asUser(stage.github, stage.admin).rest;
    const request = { ...HERE, pull_number: pull.number, review_id: review.id, message: "no" };
    expect((await pulls.dismissReview(request)).data.state).toBe("DISMISSED");
    expect((await refusal(pulls.dismissReview(request))).status).toBe(422);
  });
});

describe("a merge", () => {
  const merged = async (method: "merge" | "squash" | "rebase") => {
    const pull = await openPull(stage);
    await pull.push(stage.author, { message: "Second", files: { second: "1" } });
    const before = await stage.repository.tip();
    const oid = await pull.merge(stage.reviewer, { method });
    const { data } = await stage.octokit.rest.git.getCommit({ ...HERE, commit_sha: oid });
    return { pull, before, oid, commit: data };
  };

  it("by merge commit has both parents and GitHub's signature", async () => {
    const { pull, before, oid, commit } = await merged("merge");
    expect(commit.parents.map(({ sha }) => sha)).toEqual([before, pull.headOid]);
    expect(commit).toMatchObject({
      committer: { name: "GitHub" },
      verification: { verified: true, reason: "valid" },
    });
    const { data } = await stage.octokit.rest.pulls.get({ ...HERE, pull_number: pull.number });
    expect(data).toMatchObject({
      merged: true,
      state: "closed",
      merge_commit_sha: oid,
      merged_by: { login: "grace" },
    });
    expect(await stage.repository.tip()).toBe(oid);
  });

  it("by squash has one parent, the author's name and GitHub's signature", async () => {
    const { before, commit } = await merged("squash");
    expect(commit.parents.map(({ sha }) => sha)).toEqual([before]);
    expect(commit).toMatchObject({ author: { name: "ada" }, verification: { verified: true } });
    expect(commit.message).toMatch(/^Raise the replica count \(#1\)/);
  });

  it("by rebase makes each commit anew, unsigned", async () => {
    const { pull, before, oid, commit } = await merged("rebase");
    expect(commit).toMatchObject({
      author: { name: "ada" },
      committer: { name: "grace" },
      verification: { reason: "unsigned" },
    });
    const made = await stage.repository.repo.git.between(before, oid);
    expect(made).toHaveLength(2);
    expect(made).not.toContain(pull.headOid);
    const tree = async (revision: string) =>
      await stage.repository.repo.git.run("rev-parse", `${revision}^{tree}`);
    expect(await tree(oid)).toBe(await tree(pull.headOid));
  });

  it("is told apart from a push in the activity log, and leads back to its pull request", async () => {
    const { pull, before, oid } = await merged("squash");
    const { repos } = stage.octokit.rest;
    const { data } = await repos.listActivities({ ...HERE, ref: "refs/heads/main" });
    expect(data).toMatchObject([
      { activity_type: "pr_merge", before, after: oid, actor: { login: "grace" } },
    ]);
    const pulls = await repos.listPullRequestsAssociatedWithCommit({ ...HERE, commit_sha: oid });
    expect(pulls.data.map(({ number }) => number)).toEqual([pull.number]);
  });

  it("web-flow's key is public, as anybody's", async () => {
    const { data } = await stage.octokit.rest.users.listGpgKeysForUser({ username: "web-flow" });
    expect(data).toMatchObject([
      { can_sign: true, raw_key: expect.stringContaining("BEGIN PGP PUBLIC KEY BLOCK") },
    ]);
  });

  it.each([
    ["an approval is missing", { pullRequest: reviews }],
    ["a required check is missing", { checks: [{ context: "countersign", appId: null }] }],
    ["commits must be signed", { signatures: true }],
  ])("is refused where %s, unless an admin may bypass", async (_, protection) => {
    const rule = stage.repository.protect("main", { ...protection, adminEnforced: true });
    const pull = await openPull(stage);
    const request = { ...HERE, pull_number: pull.number };
    const asAdmin = asUser(stage.github, stage.admin).rest.pulls;
    expect((await refusal(asAdmin.merge(request))).status).toBe(405);
    stage.repository.unprotect(rule);
    stage.repository.protect("main", protection);
    expect((await refusal(asUser(stage.github, stage.reviewer).rest.pulls.merge(request))).status).toBe(405);
    expect((await asAdmin.merge(request)).data.merged).toBe(true);
  });

  it("is allowed once what was missing is there, from the app that must report it", async () => {
    const { repository, github, reviewer } = stage;
    repository.protect("main", {
      pullRequest: reviews,
      checks: [{ context: "countersign", appId: github.appId }],
    });
    const pull = await openPull(stage);
    pull.review(reviewer, "APPROVE");
    await repository.checkRun(github.otherApp("impostor"), pull.headOid, "countersign", {
      conclusion: "success",
    });
    await expect(pull.merge(reviewer)).rejects.toMatchObject({ status: 405 });
    const run = { name: "countersign", head_sha: pull.headOid, conclusion: "success" } as const;
    await stage.octokit.rest.checks.create({ ...HERE, ...run });
    expect(await pull.merge(reviewer)).toBe(await repository.tip());
  });

  it("is refused on another head than expected, when closed, and on a conflict", async () => {
    const { repository, author, reviewer } = stage;
    const pull = await openPull(stage);
    await expect(pull.merge(reviewer, { headOid: await repository.tip() })).rejects.toMatchObject({
      status: 409,
    });
    await pull.close(author);
    await expect(pull.merge(reviewer)).rejects.toMatchObject({ status: 405 });
    await pull.reopen(author);
    await repository.push(author, "main", { message: "Conflict", files: { "app.yaml": "something else\n" } });
    await expect(pull.merge(reviewer)).rejects.toMatchObject({ status: 405, message: "Merge conflict" });
  });
});

describe("auto-merge", () => {
  it("is told with the message that the merge is to have", async () => {
    const pull = await openPull(stage);
    stage.repository.protect("main", { pullRequest: reviews });
    await pull.enableAutoMerge(stage.author, "squash");
    const { data } = await stage.octokit.rest.pulls.list(HERE);
    expect(data).toMatchObject([{ auto_merge: { merge_method: "squash", commit_title: pull.title } }]);
  });
});

describe("git over HTTP", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "clone-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const clone = async (user = stage.author) => {
    await runText("git", ["clone", "-q", stage.repository.cloneUrl(user), folder]);
    return async (...args: string[]) =>
      await runText("git", ["-c", "user.name=Ada", "-c", `user.email=${user.person.email}`, ...args], {
        cwd: folder,
      });
  };

  it("clones, and a push is the pusher's: activity, webhooks, pull requests follow", async () => {
    const pull = await openPull(stage);
    const git = await clone(stage.reviewer);
    await git("checkout", "-q", "feature");
    await writeFile(join(folder, "pushed.yaml"), "x\n");
    await git("add", ".");
    await git("commit", "-q", "-m", "Pushed over HTTP");
    await git("push", "-q", "origin", "feature");
    expect(pull.headOid).toBe(await git("rev-parse", "HEAD"));
    expect(pull.pull.lastPusher.login).toBe("grace");
    const { data } = await stage.octokit.rest.repos.listActivities({ ...HERE, ref: "feature" });
    expect(data.map(({ activity_type: type, actor }) => [type, actor?.login])).toEqual([
      ["push", "grace"],
      ["branch_creation", "ada"],
    ]);
    expect(stage.github.webhooks.pending.slice(-3).map(({ event, action }) => [event, action])).toEqual([
      ["push", null],
      ["check_suite", "requested"],
      ["pull_request", "synchronize"],
    ]);
  });

  it("keeps out who may not push, and what a branch's rules forbid", async () => {
    const reader = stage.github.user("eve");
    stage.repository.grant(reader, "read");
    const git = await clone(reader);
    await git("commit", "-q", "--allow-empty", "-m", "No");
    await expect(git("push", "-q", "origin", "HEAD:refs/heads/eve")).rejects.toThrow(/403/);
    stage.repository.protect("main", { pullRequest: reviews });
    const url = stage.repository.cloneUrl(stage.author);
    await expect(git("push", "-q", url, "HEAD:refs/heads/main")).rejects.toThrow(/GH006/);
    await git("push", "-q", url, "HEAD:refs/heads/free");
    const strange = stage.repository.cloneUrl(stage.github.user("nobody"));
    await expect(runText("git", ["ls-remote", strange])).rejects.toThrow(/not found/);
  });

  it("tells a force push from a push, and refuses it where it is blocked", async () => {
    await stage.repository.push(stage.author, "feature", { message: "One", files: { a: "1" } });
    const git = await clone();
    await git("commit", "-q", "--allow-empty", "-m", "Other");
    await expect(git("push", "-q", "origin", "HEAD:feature")).rejects.toThrow(/rejected/);
    const rule = stage.repository.protect("feature", { adminEnforced: true });
    await expect(git("push", "-qf", "origin", "HEAD:feature")).rejects.toThrow(/GH006/);
    stage.repository.unprotect(rule);
    await git("push", "-qf", "origin", "HEAD:feature");
    await git("push", "-q", "origin", ":feature");
    const types = stage.repository.repo.activities.map(({ type }) => type);
    expect(types).toEqual(["branch_creation", "force_push", "branch_deletion"]);
  });
});

describe("a pull request from a fork", () => {
  it("brings its commits along and is told as from elsewhere", async () => {
    const outsider = stage.github.user("eve");
    stage.repository.grant(outsider, "read");
    const fork = await stage.repository.fork(outsider);
    await fork.push(outsider, "patch", { message: "From outside", files: { patch: "1" } });
    const options = { head: "eve:patch", base: "main", title: "From outside" };
    const pull = await stage.repository.openPullRequest(outsider, options);
    const listed = await stage.octokit.rest.pulls.listCommits({ ...HERE, pull_number: pull.number });
    expect(listed.data.map(({ sha }) => sha)).toEqual([pull.headOid]);
    const oid = await pull.push(outsider, { message: "More", files: { patch: "2" } });
    expect(pull.headOid).toBe(oid);
    const made = await stage.octokit.rest.checks.create({ ...HERE, name: "countersign", head_sha: oid });
    expect(made.data.pull_requests).toEqual([]);
  });
});

describe("people", () => {
  it("have roles, keys and e-mails", async () => {
    const { users, repos } = stage.octokit.rest;
    const level = async (username: string) =>
      (await repos.getCollaboratorPermissionLevel({ ...HERE, username })).data.permission;
    stage.github.user("eve");
    expect([await level("root"), await level("ada"), await level("eve")]).toEqual(["admin", "write", "none"]);
    expect((await refusal(users.listGpgKeysForUser({ username: "unheard-of" }))).status).toBe(404);
    stage.author.addKey({ kind: "ssh", publicKey: "ssh-ed25519 AAAA laptop" });
    const { data } = await users.listSshSigningKeysForUser({ username: "ada" });
    expect(data.map(({ key }) => key)).toEqual(["ssh-ed25519 AAAA"]);
  });

  it("get answers to comments, signed by the app or not", async () => {
    const pull = await openPull(stage);
    const { issues } = asUser(stage.github, stage.author).rest;
    await issues.createComment({ ...HERE, issue_number: pull.number, body: "Hello" });
    const { data } = await issues.listComments({ ...HERE, issue_number: pull.number });
    expect(data).toMatchObject([{ body: "Hello", user: { login: "ada" }, performed_via_github_app: null }]);
  });
});
