import { expect, it } from "@jest/globals";
import { withCast } from "../../../support/cast.js";
import type { RepositoryHandle, UserHandle } from "../../../github/scenario.js";
import { FILLED } from "../stage.js";
import { ask, lastStep, LANDED, openRetro, pushed, ruleIn, stepsIn } from "../talk.js";

/** Two files, so that one of them can be left out. */
const TWO = { ...LANDED, "queue.yaml": "workers: 4\n" };

/** A commit on `parent` with these files, signed by nobody. */
const commitOn = (
  repository: RepositoryHandle,
  { person }: UserHandle,
  parent: string,
  files: Readonly<Record<string, string | null>>,
): Promise<string> => repository.commit({ message: "Another way", author: person, parents: [parent], files });

withCast("the retroactive pull request of a push", (cast) => {
  it("shows exactly what landed, whatever its commits are", async () => {
    const { alice, bob, scene } = cast();
    const { repository, before, after, issue } = await pushed(cast(), "exact", { files: TWO });
    const exact = await openRetro(cast(), repository, { base: before, head: after });
    expect(await ask(cast(), issue, alice, `/break-glass retro #${exact.number}`)).toContain(
      `documents the change`,
    );
    const again = await ask(cast(), issue, bob, `/break-glass retro #${exact.number}`);
    expect(ruleIn(again)).toBe("already-documented");

    const half = await commitOn(repository, alice, before, LANDED);
    const rebased = await commitOn(repository, alice, half, TWO);
    const squashed = await commitOn(repository, alice, before, TWO);
    for (const head of [rebased, squashed]) {
      const retro = await openRetro(cast(), repository, { base: before, head });
      await scene.settled();
      expect(ruleIn(await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`))).toBeNull();
      expect(issue.body).toContain(head.slice(0, 12));
    }
  });

  it("is refused with each path of which it does not show what landed", async () => {
    const { alice } = cast();
    const { repository, before, issue } = await pushed(cast(), "differs", { files: TWO });
    const offers = [
      [LANDED, "queue.yaml (missing)"],
      [{ ...TWO, "more.yaml": "a: 1\n" }, "more.yaml (extra)"],
      [{ ...TWO, "shop.yaml": "replicas: 8\n" }, "shop.yaml (other content)"],
      [{ "README.md": null, ...TWO }, "README.md (extra)"],
    ] as const;
    for (const [files, difference] of offers) {
      const head = await commitOn(repository, alice, before, files);
      const retro = await openRetro(cast(), repository, { base: before, head });
      const answer = await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`);
      expect([difference, ruleIn(answer)]).toEqual([difference, "diff-not-covered"]);
      expect(answer).toContain(`- \`${difference}\``);
      expect(answer.match(/^- `/gm)).toHaveLength(1);
    }
    expect(await lastStep(cast(), repository)).toMatchObject({
      kind: "documented",
      by: "alice",
      rule: "diff-not-covered",
      to: "landed",
    });
  });

  it("is one of the same repository", async () => {
    const { alice } = cast();
    const elsewhere = await pushed(cast(), "elsewhere");
    const there = await openRetro(cast(), elsewhere.repository, {
      base: elsewhere.before,
      head: elsewhere.after,
    });
    const { repository, issue } = await pushed(cast(), "here");
    const number = there.number + 10;
    for (const line of [`/break-glass retro #${number}`, `/break-glass retro #${issue.number}`]) {
      const answer = await ask(cast(), issue, alice, line);
      expect(ruleIn(answer)).toBe("diff-unknown");
      expect(answer).toContain("There is no pull request");
    }
    const named = `/break-glass retro acme/elsewhere#${there.number}`;
    expect(ruleIn(await ask(cast(), issue, alice, named))).toBe("pull-request-malformed");
    expect(await lastStep(cast(), repository)).toMatchObject({ rule: "diff-unknown", to: "landed" });
  });

  it("counts as soon as its description is filled in, and no longer when that is taken out", async () => {
    const { alice, scene } = cast();
    const { repository, before, after, issue } = await pushed(cast(), "unfilled");
    const body = FILLED.replace("Twenty minutes of slow answers.", "n/a");
    const retro = await openRetro(cast(), repository, { base: before, head: after, body });
    const answer = await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`);
    expect(ruleIn(answer)).toBe("template-unfilled");
    expect(answer).toContain("Sections that say nothing yet: `Impact`");
    expect(issue.body).toContain("does not document it yet");

    await retro.edit(alice, { body: FILLED });
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "documented", rule: null });
    expect(issue.comments.at(-1)?.body).toContain("**Documentation by");

    await retro.edit(alice, { body: "" });
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "documentation-withdrawn" });
    expect(issue.body).toContain("does not document it yet");
  });

  it("is voided with its approvals by a push, and by closing it", async () => {
    const { alice, bob, carol, scene } = cast();
    const { repository, before, after, issue } = await pushed(cast(), "voided");
    await ask(cast(), issue, carol, "/break-glass ack");
    const retro = await openRetro(cast(), repository, { base: before, head: after });
    await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`);
    retro.review(bob, "APPROVE");
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "approved", to: "reviewed" });

    // The same diff by another commit: it documents still, and what was approved is another commit.
    await retro.pushOid(alice, await commitOn(repository, alice, before, LANDED));
    await scene.settled();
    expect((await stepsIn(cast(), repository)).slice(-2)).toMatchObject([
      { kind: "documentation-withdrawn", to: "acknowledged" },
      { kind: "documented", to: "documented" },
    ]);
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBe("not-reviewed");

    await retro.push(alice, { message: "And more", files: { "more.yaml": "a: 1\n" } });
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "documentation-withdrawn" });
    expect(issue.body).toContain("It differs in: more.yaml");

    await retro.pushOid(alice, after);
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "documented", to: "reviewed" });
    await retro.close(alice);
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ to: "acknowledged" });
    await retro.reopen(alice);
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "documented", to: "reviewed" });
  });

  it("is reviewed by a third person only", async () => {
    const { admin, alice, bob, carol, scene } = cast();
    const { repository, before, after, issue } = await pushed(cast(), "reviewed");
    await ask(cast(), issue, carol, "/break-glass ack");
    // Bob opens it and Alice names it, so that GitHub lets her approve.
    const retro = await openRetro(cast(), repository, { base: before, head: after, by: bob });
    await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`);
    for (const [user, rule] of [
      [admin, "involved"],
      [alice, "documenter-reviews"],
    ] as const) {
      retro.review(user, "APPROVE");
      await scene.settled();
      const told = issue.comments.at(-1)?.body ?? "";
      expect([user.login, ruleIn(told)]).toEqual([user.login, rule]);
      expect(await lastStep(cast(), repository)).toMatchObject({ kind: "approved", by: user.login, rule });
    }
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBe("not-reviewed");
    retro.review(carol, "APPROVE");
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "approved", by: "carol", rule: null });
    // Opinions that are taken back: a later one, or one that is dismissed.
    retro.review(carol, "REQUEST_CHANGES");
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({
      kind: "approval-withdrawn",
      to: "documented",
    });
    const approval = retro.review(carol, "APPROVE");
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "approved", to: "reviewed" });
    retro.dismiss(admin, approval);
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({
      kind: "approval-withdrawn",
      to: "documented",
    });
  });

  it("is looked at once more before its case is closed, whatever GitHub told of it", async () => {
    const { admin, alice, bob, carol, github, scene } = cast();
    const { repository, before, after, issue } = await pushed(cast(), "once-more");
    await ask(cast(), issue, carol, "/break-glass ack");
    const retro = await openRetro(cast(), repository, { base: before, head: after });
    await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`);
    const approval = retro.review(bob, "APPROVE");
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ to: "reviewed" });
    github.dropWebhooks(1, "pull_request_review");
    retro.dismiss(admin, approval);
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBe("not-reviewed");
    github.dropWebhooks(1, "pull_request_review");
    retro.review(bob, "APPROVE");
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBeNull();
    expect(issue.state).toBe("closed");
  });

  it("takes the word of those with write access only", async () => {
    const { alice, github, scene } = cast();
    const stranger = github.user("stranger");
    const { repository, before, after, issue } = await pushed(cast(), "strangers");
    repository.grant(stranger, "read");
    const retro = await openRetro(cast(), repository, {
      base: before,
      head: after,
      by: stranger,
      pusher: alice,
    });
    const answer = await ask(cast(), issue, stranger, `/break-glass retro #${retro.number}`);
    expect(ruleIn(answer)).toBe("write-access-missing");
    retro.review(alice, "COMMENT");
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ rule: "write-access-missing" });
    expect(await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`)).toContain("documents");
  });
});
