import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  asApp,
  asUser,
  Listener,
  MANIFEST,
  openPull,
  SECRET,
  setStage,
  type Stage,
} from "./support/stage.js";

const HERE = { owner: "acme", repo: "deploy" };

let stage: Stage;
let listener: Listener;

beforeEach(async () => {
  listener = new Listener();
  stage = await setStage({ ...MANIFEST, events: [...new Set([...MANIFEST.events, "issue_comment"])] });
  await stage.github.setWebhookUrl(await listener.listen());
  listener.received.splice(0);
});

afterEach(async () => {
  await listener.close();
  await stage.github.close();
});

async function eventsOf(act: () => unknown): Promise<string[]> {
  const before = listener.events.length;
  await act();
  await stage.github.webhooks.settled();
  return listener.events.slice(before);
}

describe("webhooks", () => {
  it("are signed over their exact body and name their delivery, event and app", async () => {
    const pull = await openPull(stage);
    await stage.github.webhooks.settled();
    const opened = listener.received.at(-1);
    const signature = createHmac("sha256", SECRET)
      .update(opened?.body ?? "")
      .digest("hex");
    expect(opened?.headers).toMatchObject({
      "x-hub-signature-256": `sha256=${signature}`,
      "x-github-event": "pull_request",
      "x-github-hook-installation-target-type": "integration",
      "x-github-hook-installation-target-id": String(stage.github.appId),
      "content-type": "application/json",
    });
    expect(JSON.parse(opened?.body ?? "")).toMatchObject({
      action: "opened",
      number: pull.number,
      installation: { id: stage.installation.id },
      pull_request: { head: { sha: pull.headOid }, commits: 1, changed_files: 1 },
    });
  });

  it("tell the life of a pull request in its order", async () => {
    const { repository, author, reviewer } = stage;
    const push = { message: "More", files: { "more.yaml": "x\n" } };
    await repository.push(author, "feature", push);
    await stage.github.webhooks.settled();
    const open = { head: "feature", base: "main", title: "Feature", draft: true };
    const pull = await repository.openPullRequest(author, open);
    const life: [string, () => unknown, string[]][] = [
      ["made ready", () => pull.setDraft(author, false), ["pull_request.ready_for_review"]],
      ["drafted", () => pull.setDraft(author, true), ["pull_request.converted_to_draft"]],
      ["made ready again", () => pull.setDraft(author, false), ["pull_request.ready_for_review"]],
      [
        "pushed to",
        () => pull.push(author, push),
        ["push", "check_suite.requested", "pull_request.synchronize"],
      ],
      ["renamed", () => pull.edit(author, { title: "New" }), ["pull_request.edited"]],
      ["reviewed", () => pull.review(reviewer, "APPROVE"), ["pull_request_review.submitted"]],
      ["commented on", () => repository.comment(author, pull.number, "hm"), ["issue_comment.created"]],
      ["closed", () => pull.close(author), ["pull_request.closed"]],
      ["reopened", () => pull.reopen(author), ["pull_request.reopened"]],
      ["merged", () => pull.merge(author), ["pull_request.closed", "push", "check_suite.requested"]],
    ];
    await stage.github.webhooks.settled();
    for (const [step, act, events] of life) expect([step, await eventsOf(act)]).toEqual([step, events]);
  });

  it("tell of checks and statuses, the re-run button only to the check's own app", async () => {
    const { repository, author } = stage;
    const head_sha = await repository.tip();
    const scanner = stage.github.otherApp("scanner");
    const foreign = await repository.checkRun(scanner, head_sha, "scan");
    const actions = [{ label: "Recheck", description: "Look again", identifier: "recheck" }];
    await stage.octokit.rest.checks.create({
      ...HERE,
      head_sha,
      name: "countersign",
      actions,
      conclusion: "failure",
    });
    const [own] = stage.github.checkRuns(repository, head_sha);
    if (own === undefined) throw new Error("no check run");
    await stage.github.webhooks.settled();
    expect(listener.events).toEqual([
      "check_run.created",
      "check_run.created",
      "check_run.completed",
      "check_suite.completed",
    ]);
    expect(
      await eventsOf(() => {
        repository.rerequest(author, foreign);
      }),
    ).toEqual([]);
    expect(
      await eventsOf(() => {
        repository.rerequest(author, own);
        repository.requestAction(author, own, "recheck");
      }),
    ).toEqual(["check_run.rerequested", "check_run.requested_action"]);
    expect(await eventsOf(() => repository.status(author, head_sha, "ci", "success"))).toEqual(["status"]);
  });

  it("tell of protection and rulesets, also the organization's", async () => {
    const { repository, organization } = stage;
    const events = await eventsOf(() => {
      repository.unprotect(repository.protect("main"));
      repository.removeRuleset(repository.ruleset({ rules: [{ type: "deletion" }] }));
      organization.removeRuleset(organization.ruleset({ rules: [{ type: "non_fast_forward" }] }));
    });
    expect(events).toEqual([
      "branch_protection_rule.created",
      "branch_protection_rule.deleted",
      ...["created", "deleted", "created", "deleted"].map((action) => `repository_ruleset.${action}`),
    ]);
  });

  it("tell of installations although nobody subscribes to that", async () => {
    const events = await eventsOf(async () => {
      stage.installation.suspend(stage.admin);
      await stage.repository.push(stage.author, "unheard", { message: "x" });
      stage.installation.unsuspend();
      stage.installation.uninstall();
      const selected = stage.github.install(stage.organization, []);
      selected.select("added", stage.repository);
      selected.select("removed", stage.repository);
      stage.github.webhooks.ping();
    });
    expect(events).toEqual([
      ...["suspend", "unsuspend", "deleted", "created"].map((action) => `installation.${action}`),
      "installation_repositories.added",
      "installation_repositories.removed",
      "ping",
    ]);
  });

  it("leave out what the manifest does not subscribe to", async () => {
    const events = MANIFEST.events.filter((event) => event !== "issue_comment" && event !== "issues");
    const other = await setStage({ ...MANIFEST, events });
    const { number } = other.repository.issue(other.author, "An issue");
    other.repository.comment(other.author, number, "Hello");
    expect(other.github.webhooks.pending.map(({ event }) => event)).toEqual(["installation"]);
    await other.github.close();
  });

  it("fail the test where GitHub would not send them so", () => {
    const github = stage.github;
    github.world.emit({
      name: "push",
      action: null,
      account: stage.organization.account,
      repo: stage.repository.repo,
      installation: null,
      payload: { ref: "refs/heads/main" },
    });
    expect(github.violations).toEqual([expect.stringContaining("webhook push")]);
    github.violations.splice(0);
  });
});

describe("deliveries", () => {
  it("are recorded, and redelivered under the same GUID", async () => {
    listener.status = 500;
    await openPull(stage);
    await stage.github.webhooks.settled();
    const app = asApp(stage.github);
    const failed = await app.rest.apps.listWebhookDeliveries({ status: "failure" });
    const delivery = failed.data.find(({ event }) => event === "pull_request");
    expect(delivery).toMatchObject({ status_code: 500, redelivery: false, action: "opened" });
    listener.status = 202;
    const delivery_id = delivery?.id ?? 0;
    expect((await app.rest.apps.redeliverWebhookDelivery({ delivery_id })).status).toBe(202);
    await stage.github.webhooks.settled();
    const { data } = await app.rest.apps.listWebhookDeliveries();
    expect(data[0]).toMatchObject({ guid: delivery?.guid, redelivery: true, status: "OK", status_code: 202 });
    const one = await app.rest.apps.getWebhookDelivery({ delivery_id });
    expect(one.data.request.payload).toMatchObject({ action: "opened" });
  });

  it("without any answer are not among the failures, but not OK either", async () => {
    await listener.close();
    await openPull(stage);
    await stage.github.webhooks.settled();
    const app = asApp(stage.github);
    expect((await app.rest.apps.listWebhookDeliveries({ status: "failure" })).data).toEqual([]);
    const { data } = await app.rest.apps.listWebhookDeliveries();
    expect(new Set(data.map(({ status }) => status))).toContain("failed to connect to host");
  });

  it("are listed page by page with a cursor", async () => {
    await openPull(stage);
    await stage.github.webhooks.settled();
    const app = asApp(stage.github);
    const all = await app.rest.apps.listWebhookDeliveries({ per_page: 100 });
    const paged = await app.paginate(app.rest.apps.listWebhookDeliveries, { per_page: 2 });
    expect(paged.map(({ id }) => id)).toEqual(all.data.map(({ id }) => id));
    expect(stage.github.count("apps/list-webhook-deliveries")).toBe(1 + Math.ceil(all.data.length / 2));
  });

  it("are waited for until what comes of them makes no more", async () => {
    const { author, github, repository } = stage;
    const pull = await openPull(stage);
    await github.webhooks.settled();
    const taken: number[] = [];
    await github.webhooks.quiet(() => {
      taken.push(listener.received.length);
      // As a job that posts something: it is done, and its webhook is still on the way.
      if (taken.length === 1) repository.comment(author, pull.number, "hm");
      return Promise.resolve();
    });
    const all = listener.events.length;
    expect(listener.events.at(-1)).toBe("issue_comment.created");
    expect(taken).toEqual([all - 1, all]);
  });

  it("can be held, reordered, doubled and lost", async () => {
    const { webhooks } = stage.github;
    webhooks.hold();
    const pull = await openPull(stage);
    await asUser(stage.github, stage.reviewer).rest.pulls.createReview({
      ...HERE,
      pull_number: pull.number,
      event: "APPROVE",
    });
    expect(listener.received).toEqual([]);
    const [push, suite, opened, review] = webhooks.pending;
    if (push === undefined || suite === undefined || opened === undefined || review === undefined) {
      throw new Error("webhooks are missing");
    }
    await webhooks.deliver(review);
    await webhooks.deliver(opened);
    await webhooks.deliver(opened);
    webhooks.lose(suite);
    await webhooks.resume();
    expect(listener.events).toEqual([
      "pull_request_review.submitted",
      "pull_request.opened",
      "pull_request.opened",
      "push",
    ]);
    const guids = listener.received.map(({ headers }) => headers["x-github-delivery"]);
    expect(guids[1]).toBe(guids[2]);
    expect(new Set(guids).size).toBe(3);
  });
});
