import { expect, it } from "@jest/globals";
import { withCast } from "../../support/cast.js";
import { UserHandle } from "../../github/scenario.js";
import { emergencyRepository, recordsIn, trackingIssue } from "./stage.js";
import { answersTo, ask, bodiesOf, lastStep, pushed, ruleIn, stepsIn } from "./talk.js";

withCast("commands that nobody gave", (cast) => {
  it("are text that is not a command: it is neither answered nor recorded", async () => {
    const { carol, scene } = cast();
    const { repository, issue } = await pushed(cast(), "no-command");
    const before = (await recordsIn(cast(), repository)).length;
    const comments = [
      "> /break-glass ack",
      "```\n/break-glass ack\n```",
      "`/break-glass ack`",
      "    /break-glass ack",
      "I am on it\n/break-glass ack",
      "\n/break-glass ack",
      "\\/break-glass ack",
      "Please /break-glass ack",
    ].map((text) => issue.comment(carol, text));
    await scene.settled();
    expect(comments.flatMap((comment) => answersTo(issue, comment))).toEqual([]);
    expect(await recordsIn(cast(), repository)).toHaveLength(before);
  });

  it("that are hidden from readers are refused", async () => {
    const { carol } = cast();
    const { repository, issue } = await pushed(cast(), "hidden");
    for (const line of [
      "/break-glass ack <!-- and more -->",
      "<!-- --> /break-glass ack",
      "/break-\u200Bglass ack",
      "/break-glass <!-- x --> ack",
    ]) {
      const comment = issue.comment(carol, line);
      await cast().scene.settled();
      const rules = answersTo(issue, comment).map(ruleIn);
      // What begins with a comment is no command at all.
      expect([line, rules]).toEqual([line, line.startsWith("<") ? [] : ["hidden-text"]]);
    }
    expect(await lastStep(cast(), repository)).toMatchObject({ to: "landed" });
  });

  it("count as they were made: neither edited in later, nor edited or taken out", async () => {
    const { admin, carol, scene } = cast();
    const { repository, issue } = await pushed(cast(), "edited");
    const harmless = issue.comment(carol, "I am looking at it");
    await scene.settled();
    harmless.edit(admin, "/break-glass ack");
    await scene.settled();
    expect(answersTo(issue, harmless)).toEqual([]);
    expect(await stepsIn(cast(), repository)).toHaveLength(1);

    const said = issue.comment(carol, "/break-glass ack I saw it");
    said.edit(admin, "/break-glass reject I did not say that");
    said.delete(admin);
    await scene.settled();
    expect(answersTo(issue, said)).toEqual([expect.stringContaining("Acknowledged")]);
    expect((await stepsIn(cast(), repository)).slice(1)).toEqual([
      { kind: "acknowledged", by: "carol", why: "I saw it", to: "acknowledged", rule: null },
    ]);
  });

  it("come through an app in someone's name, or from an app itself", async () => {
    const { carol, conftest, github } = cast();
    const { repository, issue } = await pushed(cast(), "via");
    const bot = new UserHandle(github.world, conftest.bot);
    const inTheirName = await ask(cast(), issue, carol, "/break-glass ack", { via: conftest });
    expect(ruleIn(inTheirName)).toBe("not-a-person");
    expect(inTheirName).toContain("conftest");
    expect(ruleIn(await ask(cast(), issue, bot, "/break-glass ack", { via: conftest }))).toBe("not-a-person");
    expect(await stepsIn(cast(), repository)).toHaveLength(1);
    expect(await bodiesOf(cast(), repository, "break-glass-refused")).toEqual([
      expect.objectContaining({ comment: expect.objectContaining({ text: "/break-glass ack" }) }),
      expect.objectContaining({ by: expect.objectContaining({ type: "Bot" }) }),
    ]);
  });

  it("are heard once, however often GitHub tells of them", async () => {
    const { carol, github, scene } = cast();
    const { repository, issue } = await pushed(cast(), "redelivered");
    const comment = issue.comment(carol, "/break-glass ack");
    await scene.settled();
    const told = github.webhooks.deliveries.filter(({ envelope }) => envelope.event === "issue_comment");
    const last = told.findLast(({ envelope }) => envelope.body.includes(`"id":${comment.id},`));
    if (last === undefined) throw new Error("nothing was told of the comment");
    await github.webhooks.deliver(last.envelope);
    await github.webhooks.deliver({ ...last.envelope, guid: "another-guid-of-the-same-comment" });
    await scene.settled();
    expect(answersTo(issue, comment)).toHaveLength(1);
    expect(await stepsIn(cast(), repository)).toHaveLength(2);
  });
});

withCast("the tracking issue in other hands", (cast) => {
  it("is put back as the records say, and who did it is on record", async () => {
    const { alice, bob, scene } = cast();
    const { repository, issue } = await pushed(cast(), "restored");
    const { title, body, labels } = issue;
    expect(await bodiesOf(cast(), repository, "break-glass-issue")).toEqual([]);
    const acts = [
      [
        alice,
        "edited",
        "restored",
        () => {
          issue.edit(alice, { body: "Nothing to see here" });
        },
      ],
      [
        bob,
        "edited",
        "restored",
        () => {
          issue.edit(bob, { title: "Never mind" });
        },
      ],
      [
        bob,
        "unlabeled",
        "restored",
        () => {
          issue.unlabel(bob, ...labels);
        },
      ],
      [
        bob,
        "labeled",
        "restored",
        () => {
          issue.label(bob, "wontfix");
        },
      ],
      [
        alice,
        "closed",
        "opened-again",
        () => {
          issue.close(alice);
        },
      ],
    ] as const;
    for (const [index, [who, action, response, act]] of acts.entries()) {
      const comments = issue.comments.length;
      act();
      await scene.settled();
      expect([action, issue.title, issue.labels, issue.state]).toEqual([action, title, labels, "open"]);
      expect(issue.body).toBe(body);
      const records = await bodiesOf(cast(), repository, "break-glass-issue");
      expect(records).toHaveLength(index + 1);
      expect(records.at(-1)).toMatchObject({
        action,
        response,
        issue: issue.number,
        by: { login: who.login },
      });
      const told = issue.comments.slice(comments).map((comment) => comment.body);
      expect(told).toEqual([expect.stringContaining(who.login)]);
    }
    expect(await stepsIn(cast(), repository)).toHaveLength(1);
  });

  it("is made anew where it was deleted, and takes commands there", async () => {
    const { admin, carol, scene } = cast();
    const { repository, issue: old } = await pushed(cast(), "deleted");
    old.delete(admin);
    await scene.settled();
    const issue = trackingIssue(repository);
    expect(issue.number).not.toBe(old.number);
    expect(issue.title).toBe(old.title);
    expect(await bodiesOf(cast(), repository, "break-glass-issue")).toEqual([
      expect.objectContaining({ action: "deleted", response: "made-anew", issue: old.number }),
    ]);
    expect(issue.comments.map(({ body }) => body).join("\n")).toContain("taken away");
    expect(await ask(cast(), issue, carol, "/break-glass ack")).toContain("Acknowledged");
  });

  it("is made anew where nobody told of its deletion", async () => {
    const { admin, carol, clock, github, scene } = cast();
    const { repository, issue: old } = await pushed(cast(), "silently-deleted");
    github.dropWebhooks(1, "issues");
    old.delete(admin);
    await scene.settled();
    expect(repository.issues()).toEqual([]);
    // The case's next news, a reminder, finds it gone.
    clock.advance(35 * 60_000);
    await scene.app.lookForDue();
    await scene.troubles();
    await scene.hurried();
    await scene.settled();
    const issue = trackingIssue(repository);
    expect(issue.number).not.toBe(old.number);
    expect(issue.comments.map(({ body }) => body).join("\n")).toContain("**Reminder:**");
    expect(await ask(cast(), issue, carol, "/break-glass ack")).toContain("Acknowledged");
  });

  it("the app does not take its own edits for a stranger's", async () => {
    const { carol } = cast();
    const { repository, issue } = await pushed(cast(), "own-edits");
    const before = issue.body;
    await ask(cast(), issue, carol, "/break-glass ack");
    expect(issue.body).not.toBe(before);
    expect(await bodiesOf(cast(), repository, "break-glass-issue")).toEqual([]);
  });

  it("is not imitated by an issue with the same marker", async () => {
    const { alice, carol, scene } = cast();
    const { repository, issue } = await pushed(cast(), "imitated");
    const copy = repository.issue(alice, issue.title, { body: issue.body, labels: issue.labels });
    await scene.settled();
    expect(await ask(cast(), copy, carol, "/break-glass ack")).toMatch(/^No break-glass case belongs/);
    copy.close(alice);
    await scene.settled();
    expect(await bodiesOf(cast(), repository, "break-glass-issue")).toEqual([]);
    expect(copy.state).toBe("closed");
    expect(await lastStep(cast(), repository)).toMatchObject({ to: "landed" });
  });

  it("that is about a closed case stays closed", async () => {
    const { alice, carol, scene } = cast();
    const repository = await emergencyRepository(cast(), "reopened");
    const pull = await cast().openPull(repository, "hotfix");
    await scene.settled();
    await ask(cast(), pull, alice, "/break-glass the shop is down");
    await ask(cast(), pull, alice, "/break-glass close");
    const issue = trackingIssue(repository);
    expect(issue.state).toBe("closed");
    issue.reopen(carol);
    await scene.settled();
    expect(issue.state).toBe("closed");
    expect(await bodiesOf(cast(), repository, "break-glass-issue")).toEqual([
      expect.objectContaining({ action: "reopened", response: "restored" }),
    ]);
  });
});
