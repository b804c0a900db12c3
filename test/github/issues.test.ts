import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  asInstallation,
  asUser,
  MANIFEST,
  openPull,
  refusal,
  setStage,
  type Stage,
} from "./support/stage.js";
import { isJson, type Json } from "./world/json.js";
import type { Access } from "./world/model.js";

const HERE = { owner: "acme", repo: "deploy" };

/** The app of these tests: it may do with issues what `permissions` say, and hears of them. */
function manifest(permissions: Readonly<Record<string, Access>> = { issues: "write" }) {
  return {
    ...MANIFEST,
    permissions: { ...MANIFEST.permissions, ...permissions },
    events: [...new Set([...MANIFEST.events, "issues", "issue_comment"])],
  };
}

let stage: Stage;

beforeEach(async () => {
  stage = await setStage(manifest());
  stage.github.webhooks.hold();
  stage.github.webhooks.pending.splice(0);
});

afterEach(async () => {
  await stage.github.close();
});

/** Event, action and payload of the webhooks since the last look. */
function heard(): { name: string; payload: Json }[] {
  return stage.github.webhooks.pending.splice(0).map(({ event, action, body }) => {
    const payload: unknown = JSON.parse(body);
    return { name: `${event}.${action ?? ""}`, payload: isJson(payload) ? payload : {} };
  });
}

const names = () => heard().map(({ name }) => name);

describe("an issue of the app's", () => {
  const content = { ...HERE, title: "Break-glass", body: "<!-- marker -->", labels: ["break-glass", "open"] };

  it("is its bot's, made by way of the app, and told with its labels", async () => {
    const { data } = await stage.octokit.rest.issues.create(content);
    const app = expect.objectContaining({ id: stage.github.appId });
    expect(data).toMatchObject({
      title: "Break-glass",
      body: "<!-- marker -->",
      state: "open",
      user: { login: "countersign[bot]", type: "Bot" },
      labels: [{ name: "break-glass" }, { name: "open" }],
      performed_via_github_app: app,
      html_url: `${stage.github.url}/acme/deploy/issues/${data.number}`,
    });
    const events = heard();
    expect(events.map(({ name }) => name)).toEqual(["issues.opened", "issues.labeled", "issues.labeled"]);
    expect(events[0]?.payload).toMatchObject({
      issue: { number: data.number, performed_via_github_app: app },
      sender: { login: "countersign[bot]" },
    });
    expect(stage.repository.issues()[0]).toMatchObject({ title: "Break-glass", author: "countersign[bot]" });
  });

  it("is changed as a whole, and each kind of change is told by itself", async () => {
    const { data } = await stage.octokit.rest.issues.create(content);
    heard();
    const here = { ...HERE, issue_number: data.number };
    const changed = await stage.octokit.rest.issues.update({
      ...here,
      title: "Break-glass: sealed",
      body: "All done",
      labels: ["Break-Glass", "sealed"],
      state: "closed",
    });
    expect(changed.data).toMatchObject({
      title: "Break-glass: sealed",
      body: "All done",
      state: "closed",
      state_reason: "completed",
      closed_by: { login: "countersign[bot]" },
      labels: [{ name: "break-glass" }, { name: "sealed" }],
    });
    const events = heard();
    expect(events.map(({ name }) => name)).toEqual([
      "issues.edited",
      "issues.labeled",
      "issues.unlabeled",
      "issues.closed",
    ]);
    expect(events[0]?.payload["changes"]).toEqual({
      title: { from: "Break-glass" },
      body: { from: "<!-- marker -->" },
    });
    expect(events[2]?.payload["label"]).toMatchObject({ name: "open" });
    await stage.octokit.rest.issues.update({ ...here, state: "open", state_reason: "reopened" });
    expect(names()).toEqual(["issues.reopened"]);
    expect((await stage.octokit.rest.issues.get(here)).data).toMatchObject({
      state: "open",
      state_reason: "reopened",
      closed_at: null,
    });
  });

  it("is told of no change where nothing changes", async () => {
    const { data } = await stage.octokit.rest.issues.create(content);
    heard();
    await stage.octokit.rest.issues.update({ ...content, issue_number: data.number, state: "open" });
    expect(names()).toEqual([]);
  });

  it.each([
    ["an empty title", { title: " " }, /title can't be blank/],
    ["a body that is too long", { title: "x", body: "x".repeat(65_537) }, /maximum is 65536/],
  ])("is refused with %s", async (_, wrong, message) => {
    const refused = await refusal(stage.octokit.rest.issues.create({ ...HERE, ...wrong }));
    expect(refused).toEqual({ status: 422, message: expect.stringMatching(message) });
  });

  it("is gone once a person has deleted it, with its comments", async () => {
    const { data } = await stage.octokit.rest.issues.create(content);
    const [issue] = stage.repository.issues();
    issue?.comment(stage.author, "hm");
    heard();
    issue?.delete(stage.admin);
    expect(names()).toEqual(["issues.deleted"]);
    const here = { ...HERE, issue_number: data.number };
    const asked = [
      stage.octokit.rest.issues.get(here),
      stage.octokit.rest.issues.update({ ...here, title: "x" }),
      stage.octokit.rest.issues.createComment({ ...here, body: "x" }),
      stage.octokit.rest.issues.listComments(here),
    ];
    const answers = await Promise.all(asked.map(refusal));
    expect(answers.map(({ status }) => status)).toEqual([410, 410, 410, 410]);
    const never = await refusal(stage.octokit.rest.issues.get({ ...HERE, issue_number: 99 }));
    expect(never.status).toBe(404);
    expect((await stage.octokit.rest.issues.listForRepo({ ...HERE, state: "all" })).data).toEqual([]);
    expect((await stage.octokit.rest.issues.create(content)).data.number).toBe(data.number + 1);
  });
});

describe("people at an issue", () => {
  it("edit, close, reopen and unlabel it, each told with the person", async () => {
    const { author, reviewer, repository } = stage;
    const issue = repository.issue(author, "An issue", { labels: ["one", "two"] });
    heard();
    issue.edit(reviewer, { title: "Other", body: "words" });
    issue.close(reviewer, "not_planned");
    issue.reopen(reviewer);
    issue.unlabel(reviewer, "one");
    const events = heard();
    expect(events.map(({ name }) => name)).toEqual([
      "issues.edited",
      "issues.closed",
      "issues.reopened",
      "issues.unlabeled",
    ]);
    for (const { payload } of events) expect(payload["sender"]).toMatchObject({ login: reviewer.login });
    expect(issue.labels).toEqual(["two"]);
    const { data } = await stage.octokit.rest.issues.get({ ...HERE, issue_number: issue.number });
    expect(data).toMatchObject({ user: { login: author.login }, performed_via_github_app: null });
  });

  it("set labels only with the role for it, and change only what is theirs", async () => {
    const reader = stage.github.user("rita");
    stage.repository.grant(reader, "read");
    const octokit = asUser(stage.github, reader);
    const { data } = await octokit.rest.issues.create({ ...HERE, title: "Mine", labels: ["break-glass"] });
    expect(data).toMatchObject({ labels: [], performed_via_github_app: null });
    const own = { ...HERE, issue_number: data.number };
    expect((await octokit.rest.issues.update({ ...own, title: "Still mine" })).data.title).toBe("Still mine");
    const other = { ...HERE, issue_number: stage.repository.issue(stage.author, "Ada's").number };
    expect((await refusal(octokit.rest.issues.update({ ...other, title: "Mine now" }))).status).toBe(403);
  });
});

describe("comments", () => {
  it("tell who wrote them and by which app", async () => {
    const { author, repository, octokit, github } = stage;
    const issue = repository.issue(author, "An issue");
    const here = { ...HERE, issue_number: issue.number };
    issue.comment(author, "by hand");
    issue.comment(author, "by tool", { via: github.otherApp("editor") });
    const own = await octokit.rest.issues.createComment({ ...here, body: "by the app" });
    expect((await octokit.rest.issues.getComment({ ...HERE, comment_id: own.data.id })).data).toEqual(
      own.data,
    );
    const { data } = await octokit.rest.issues.listComments(here);
    expect(
      data.map(({ body, user, performed_via_github_app: app }) => [body, user?.login, app?.slug]),
    ).toEqual([
      ["by hand", "ada", undefined],
      ["by tool", "ada", "editor"],
      ["by the app", "countersign[bot]", "countersign"],
    ]);
    expect(issue.comments.map((comment) => [comment.author, comment.body])[2]).toEqual([
      "countersign[bot]",
      "by the app",
    ]);
  });

  it("are edited and deleted, and told with what they said before", async () => {
    const issue = stage.repository.issue(stage.author, "An issue");
    heard();
    const comment = issue.comment(stage.author, "/break-glass ack");
    comment.edit(stage.reviewer, "/break-glass close");
    comment.delete(stage.admin);
    const events = heard();
    expect(events.map(({ name, payload }) => [name, payload["comment"], payload["sender"]])).toEqual([
      ["issue_comment.created", body("/break-glass ack"), login("ada")],
      ["issue_comment.edited", body("/break-glass close"), login("grace")],
      ["issue_comment.deleted", body("/break-glass close"), login("root")],
    ]);
    expect(events[1]?.payload["changes"]).toEqual({ body: { from: "/break-glass ack" } });
    const asked = stage.octokit.rest.issues.getComment({ ...HERE, comment_id: comment.id });
    expect((await refusal(asked)).status).toBe(404);
  });

  const body = (text: string): unknown => expect.objectContaining({ body: text });
  const login = (name: string): unknown => expect.objectContaining({ login: name });

  it("on a pull request come with the pull request as their issue", async () => {
    const pull = await openPull(stage);
    heard();
    pull.comment(stage.reviewer, "hm");
    const [event] = heard();
    expect(event?.name).toBe("issue_comment.created");
    expect(event?.payload["issue"]).toMatchObject({
      number: pull.number,
      pull_request: { url: expect.stringMatching(`/pulls/${pull.number}$`) },
    });
    expect(pull.comments.map((comment) => comment.body)).toEqual(["hm"]);
  });

  it("are listed from a time on, the second of it included", async () => {
    const issue = stage.repository.issue(stage.author, "An issue");
    const here = { ...HERE, issue_number: issue.number };
    const first = issue.comment(stage.author, "first");
    stage.clock.advance(60_000);
    issue.comment(stage.author, "second");
    const since = stage.clock.now().toISOString();
    const listed = async () => (await stage.octokit.rest.issues.listComments({ ...here, since })).data;
    expect((await listed()).map((comment) => comment.body)).toEqual(["second"]);
    first.edit(stage.author, "first, edited");
    expect((await listed()).map((comment) => comment.body)).toEqual(["first, edited", "second"]);
  });

  it("are paged", async () => {
    const issue = stage.repository.issue(stage.author, "An issue");
    for (let at = 0; at < 5; at += 1) issue.comment(stage.author, `comment ${at}`);
    const { octokit } = stage;
    const request = { ...HERE, issue_number: issue.number, per_page: 2 };
    const all = await octokit.paginate(octokit.rest.issues.listComments, request);
    expect(all.map((comment) => comment.body)).toEqual([0, 1, 2, 3, 4].map((at) => `comment ${at}`));
  });

  it("are refused where they say nothing", async () => {
    const { number } = stage.repository.issue(stage.author, "An issue");
    const request = stage.octokit.rest.issues.createComment({ ...HERE, issue_number: number, body: " " });
    expect((await refusal(request)).status).toBe(422);
  });
});

describe("the list of issues", () => {
  it("holds pull requests, too, and is chosen and ordered as asked", async () => {
    const { repository, author, reviewer, clock, octokit } = stage;
    const one = repository.issue(author, "One", { labels: ["a", "b"] });
    clock.advance(60_000);
    const two = repository.issue(reviewer, "Two", { labels: ["a"] });
    clock.advance(60_000);
    const pull = await openPull(stage);
    clock.advance(60_000);
    one.close(author);
    const list = async (query: object) => {
      const { data } = await octokit.rest.issues.listForRepo({ ...HERE, ...query });
      return data.map(({ number }) => number);
    };
    expect(await list({})).toEqual([pull.number, two.number]);
    expect(await list({ state: "all" })).toEqual([pull.number, two.number, one.number]);
    expect(await list({ state: "all", direction: "asc" })).toEqual([one.number, two.number, pull.number]);
    expect(await list({ state: "all", sort: "updated" })).toEqual([one.number, pull.number, two.number]);
    expect(await list({ state: "all", labels: "A,b" })).toEqual([one.number]);
    expect(await list({ state: "all", creator: reviewer.login })).toEqual([two.number]);
    const since = new Date(clock.now().getTime() - 60_000).toISOString();
    expect(await list({ state: "all", since })).toEqual([pull.number, one.number]);
    const { data } = await octokit.rest.issues.listForRepo({ ...HERE, per_page: 1 });
    expect(data[0]?.pull_request?.url).toMatch(/\/pulls\/\d+$/);
  });
});

describe("permissions", () => {
  const attempts = async (granted: Readonly<Record<string, Access>>) => {
    stage.installation.uninstall();
    const permissions = { metadata: "read" as const, ...granted };
    const installation = stage.github.install(stage.organization);
    installation.installation.permissions = permissions;
    const octokit = asInstallation(stage.github, installation.id);
    const issue = { ...HERE, issue_number: stage.repository.issue(stage.author, "An issue").number };
    const pull = { ...HERE, issue_number: (await openPull(stage)).number };
    const status = async (request: Promise<{ status: number }>) =>
      await request.then(
        (answer) => answer.status,
        (error: unknown) => (error instanceof Error && "status" in error ? Number(error.status) : 0),
      );
    return [
      await status(octokit.rest.issues.create({ ...HERE, title: "x" })),
      await status(octokit.rest.issues.createComment({ ...issue, body: "x" })),
      await status(octokit.rest.issues.createComment({ ...pull, body: "x" })),
      await status(octokit.rest.issues.listComments(issue)),
      await status(octokit.rest.issues.listComments(pull)),
      await status(octokit.rest.issues.listForRepo(HERE)),
    ];
  };

  it.each<[Readonly<Record<string, Access>>, number[]]>([
    [{ issues: "write" }, [201, 201, 201, 200, 200, 200]],
    [{ issues: "read" }, [403, 403, 403, 200, 200, 200]],
    [{ pull_requests: "write" }, [403, 403, 201, 403, 200, 403]],
    [{ pull_requests: "read" }, [403, 403, 403, 403, 200, 403]],
    [{}, [403, 403, 403, 403, 403, 403]],
  ])("%j allow what GitHub documents", async (granted, statuses) => {
    expect(await attempts(granted)).toEqual(statuses);
  });

  it("not granted keep webhooks away: of issues, and of comments on what may not be seen", async () => {
    stage.installation.installation.permissions = { metadata: "read", pull_requests: "read" };
    const pull = await openPull(stage);
    heard();
    const issue = stage.repository.issue(stage.author, "An issue");
    issue.comment(stage.author, "unheard");
    pull.comment(stage.author, "heard");
    expect(names()).toEqual(["issue_comment.created"]);
  });
});

it("loses the webhooks that it is told to lose", () => {
  const { repository, author, github } = stage;
  github.dropWebhooks(1);
  const issue = repository.issue(author, "An issue");
  issue.close(author);
  expect(names()).toEqual(["issues.closed"]);
  github.dropWebhooks(1, "issue_comment");
  issue.reopen(author);
  issue.comment(author, "lost");
  issue.comment(author, "kept");
  expect(names()).toEqual(["issues.reopened", "issue_comment.created"]);
  expect(github.webhooks.deliveries).toEqual([]);
});
