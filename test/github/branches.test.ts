import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { MANIFEST, openPull, refusal, setStage, type Stage } from "./support/stage.js";
import type { PullRequestHandle } from "./scenario.js";
import { isJson, type Json } from "./world/json.js";

const HERE = { owner: "acme", repo: "deploy" };
const ZEROS = "0".repeat(40);
const FILE = { message: "A change", files: { "change.yaml": "x\n" } };

/** The app of these tests also opens branches and pull requests. */
const OPENING = {
  ...MANIFEST,
  permissions: { ...MANIFEST.permissions, contents: "write", pull_requests: "write" },
} as const;

let stage: Stage;

beforeEach(async () => {
  stage = await setStage(OPENING);
  stage.github.webhooks.hold();
  stage.github.webhooks.pending.splice(0);
});

afterEach(async () => {
  await stage.github.close();
});

/** The payloads of pushes since the last look. */
function pushes(): Json[] {
  const bodies = stage.github.webhooks.pending.splice(0).filter(({ event }) => event === "push");
  return bodies.map(({ body }): unknown => JSON.parse(body)).filter(isJson);
}

async function activity(branch: string): Promise<[string, string, string, string | undefined][]> {
  const { data } = await stage.octokit.rest.repos.listActivities({ ...HERE, ref: branch });
  return data.map((entry) => [entry.activity_type, entry.before, entry.after, entry.actor?.login]);
}

describe("a branch that moves", () => {
  it("is told and logged as made, pushed, forced, deleted and made again", async () => {
    const { repository, author } = stage;
    const main = await repository.tip();
    await repository.pushOid(author, "production", main);
    const pushed = await repository.push(author, "production", FILE);
    const forced = await repository.forcePush(author, "production", { ...FILE, message: "Rewritten" });
    await repository.deleteBranch(author, "production");
    await repository.pushOid(author, "production", pushed);
    const moves = [
      [ZEROS, main],
      [main, pushed],
      [pushed, forced],
      [forced, ZEROS],
      [ZEROS, pushed],
    ] as const;
    const flags = pushes().map(({ before, after, created, deleted, forced: moved }) => {
      return { before, after, created, deleted, forced: moved };
    });
    expect(flags).toEqual(
      moves.map(([before, after], at) => ({
        before,
        after,
        created: before === ZEROS,
        deleted: after === ZEROS,
        forced: at === 2,
      })),
    );
    const kinds = ["branch_creation", "push", "force_push", "branch_deletion", "branch_creation"];
    const expected = moves.map(([before, after], at) => [kinds[at], before, after, "ada"]);
    expect(await activity("production")).toEqual(expected.reverse());
  });

  it("tells of the pusher, and of times as pushes alone write them", async () => {
    await stage.repository.push(stage.author, "main", FILE);
    const seconds = Math.floor(stage.clock.now().getTime() / 1_000);
    expect(pushes()[0]).toMatchObject({
      ref: "refs/heads/main",
      repository: { pushed_at: seconds, created_at: expect.any(Number) },
      pusher: { name: "ada", email: "ada@example.com" },
      sender: { login: "ada" },
    });
  });

  it("closes the pull requests that stood on it or went into it when it is deleted", async () => {
    const { repository, author } = stage;
    const from = await openPull(stage, "feature");
    await repository.pushOid(author, "staging", await repository.tip());
    await repository.push(author, "other", FILE);
    const into = await repository.openPullRequest(author, { head: "other", base: "staging", title: "Other" });
    await repository.deleteBranch(author, "feature");
    expect([from.state, into.state]).toEqual(["closed", "open"]);
    await repository.deleteBranch(author, "staging");
    expect(into.state).toBe("closed");
  });

  it("is not deleted while it is the default branch, not even by an admin", async () => {
    await expect(stage.repository.deleteBranch(stage.admin, "main")).rejects.toThrow(/refusing to delete/);
  });
});

describe("a pull request whose head was pushed to its base by hand", () => {
  it("is merged by the pusher: at its head, or at the merge that brought it", async () => {
    const { repository, author, reviewer } = stage;
    const first = await openPull(stage, "first");
    await repository.pushOid(reviewer, "main", first.headOid);
    expect(first.pull.merge).toMatchObject({ oid: first.headOid, by: reviewer.account });
    const second = await openPull(stage, "second");
    await repository.push(author, "main", { message: "Aside", files: { "aside.yaml": "x\n" } });
    const merge = { message: "By hand", parents: [await repository.tip(), second.headOid] };
    const oid = await repository.push(reviewer, "main", merge);
    await repository.push(author, "main", FILE);
    expect(second.pull.merge).toMatchObject({ oid, by: reviewer.account });
    expect((await activity("main")).map(([kind]) => kind)).not.toContain("pr_merge");
  });
});

describe("a merge queue", () => {
  const parameters = {
    check_response_timeout_minutes: 60,
    grouping_strategy: "ALLGREEN",
    max_entries_to_build: 5,
    max_entries_to_merge: 5,
    merge_method: "MERGE",
    min_entries_to_merge: 1,
    min_entries_to_merge_wait_minutes: 5,
  };
  const queue = { rules: [{ type: "merge_queue", parameters }] };

  it("is demanded by its rule, and moves the branch once for all of its group", async () => {
    const { repository, author } = stage;
    const before = await repository.tip();
    const pulls: PullRequestHandle[] = [];
    for (const head of ["one", "two"]) {
      await repository.push(author, head, { message: head, files: { [`${head}.yaml`]: "x\n" } });
      pulls.push(await repository.openPullRequest(author, { head, base: "main", title: head }));
    }
    repository.ruleset(queue);
    await expect(pulls[0]?.merge(author)).rejects.toThrow(/merge queue/);
    const tip = await repository.mergeQueue(pulls);
    const bot = "github-merge-queue[bot]";
    expect((await activity("main"))[0]).toEqual(["merge_queue_merge", before, tip, bot]);
    expect(pulls.map(({ state }) => state)).toEqual(["merged", "merged"]);
    expect(pulls[1]?.pull.merge?.oid).toBe(tip);
    const { data } = await stage.octokit.rest.repos.getCommit({ ...HERE, ref: tip });
    expect(data.parents[0]?.sha).toBe(pulls[0]?.pull.merge?.oid);
  });

  it("is passed by those who may, and leaves no one else a way around checks", async () => {
    const { repository, admin } = stage;
    const pull = await openPull(stage);
    const required = {
      required_status_checks: [{ context: "ci" }],
      strict_required_status_checks_policy: false,
    };
    const checks = { type: "required_status_checks", parameters: required };
    const bypass = [{ type: "User", id: admin.account.id, name: "root", mode: "pull_request" } as const];
    repository.ruleset({ rules: [...queue.rules, checks], bypass });
    await expect(repository.mergeQueue([pull])).rejects.toThrow(/"ci" is expected/);
    await pull.merge(admin);
    expect((await activity("main"))[0]?.[0]).toBe("pr_merge");
  });
});

describe("who may go past a ruleset", () => {
  const parameters = {
    required_approving_review_count: 1,
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_review_thread_resolution: false,
  };
  const reviewed = { type: "pull_request", parameters };

  it.each([
    ["always", true, true],
    ["exempt", true, true],
    ["pull_request", false, true],
  ] as const)("in the mode %s", async (mode, pushes_, merges) => {
    const { repository, author, organization } = stage;
    const pull = await openPull(stage);
    const team = organization.team("Release Crew", author);
    repository.ruleset({
      rules: [reviewed],
      bypass: [{ type: "Team", id: team.id, name: team.slug, mode }],
    });
    expect(await succeeds(repository.push(author, "main", FILE))).toBe(pushes_);
    expect(await succeeds(pull.merge(author))).toBe(merges);
  });

  it("is not who left the team", async () => {
    const { repository, author, organization } = stage;
    const team = organization.team("crew", author);
    repository.ruleset({
      rules: [reviewed],
      bypass: [{ type: "Team", id: team.id, name: "crew", mode: "always" }],
    });
    team.remove(author);
    expect(await succeeds(repository.push(author, "main", FILE))).toBe(false);
  });
});

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  );
}

describe("a branch and a pull request of the app's", () => {
  const branch = { ...HERE, ref: "refs/heads/retro" };

  it("are its bot's, found by their head, and not made twice", async () => {
    const { repository, author, octokit } = stage;
    const base = await repository.tip();
    const sha = await repository.push(author, "main", FILE);
    pushes();
    const made = await octokit.rest.git.createRef({ ...branch, sha });
    expect(made.data).toMatchObject({ ref: "refs/heads/retro", object: { sha } });
    expect(pushes()[0]).toMatchObject({ created: true, after: sha, sender: { login: "countersign[bot]" } });
    await octokit.rest.git.createRef({ ...branch, ref: "refs/heads/retro-base", sha: base });
    const pull = { ...HERE, head: "retro", base: "retro-base", title: "Retroactive", body: "Why?" };
    const { data } = await octokit.rest.pulls.create(pull);
    expect(data).toMatchObject({
      user: { login: "countersign[bot]" },
      commits: 1,
      head: { sha },
      base: { sha: base },
    });
    const again = await refusal(octokit.rest.pulls.create(pull));
    expect(again).toEqual({ status: 422, message: expect.stringContaining("already exists for acme:retro") });
    const listed = await octokit.rest.pulls.list({ ...HERE, head: "acme:retro", state: "open" });
    expect(listed.data.map(({ number }) => number)).toEqual([data.number]);
    const [handle]: PullRequestHandle[] = repository.pullRequests();
    expect(handle).toMatchObject({
      author: "countersign[bot]",
      body: "Why?",
      headRef: "retro",
      baseRef: "retro-base",
    });
    await octokit.rest.pulls.update({ ...HERE, pull_number: data.number, body: "Because" });
    expect(handle?.body).toBe("Because");
  });

  it.each([
    ["what is there already", "refs/heads/main", null, /already exists/],
    ["a name that is none", "refs/heads/a..b", null, /name is invalid/],
    ["a name outside refs", "retro", null, /name is invalid/],
    ["a commit that is not there", "refs/heads/retro", "a".repeat(40), /does not exist/],
  ])("are refused for %s", async (_, ref, oid, message) => {
    const sha = oid ?? (await stage.repository.tip());
    const refused = await refusal(stage.octokit.rest.git.createRef({ ...HERE, ref, sha }));
    expect(refused).toEqual({ status: 422, message: expect.stringMatching(message) });
  });

  it("are refused without the permissions for them", async () => {
    const sha = await stage.repository.push(stage.author, "side", FILE);
    stage.installation.installation.permissions = {
      metadata: "read",
      contents: "read",
      pull_requests: "read",
    };
    const { octokit } = stage;
    const pull = { ...HERE, head: "side", base: "main", title: "No" };
    expect((await refusal(octokit.rest.git.createRef({ ...branch, sha }))).status).toBe(403);
    expect((await refusal(octokit.rest.pulls.create(pull))).status).toBe(403);
  });
});
