import { expect, it } from "@jest/globals";
import { withCast, type Cast } from "../../../support/cast.js";
import type { PullRequestHandle, RepositoryHandle } from "../../../github/scenario.js";
import { emergencyRepository, FILLED, trackingIssue } from "../stage.js";
import { ask, lastStep, LANDED, openRetro, push, ruleIn, stepsIn } from "../talk.js";

const steps = async (cast: Cast, repository: RepositoryHandle): Promise<string[]> =>
  (await stepsIn(cast, repository)).map(({ kind, rule }) => (rule === null ? kind : `${kind} ${rule}`));

withCast("a pull request merged around its gates", (cast) => {
  /** Approvals within the second of the merge cannot be told from those before it. */
  const inAnotherSecond = (): void => {
    cast().clock.advance(5_000);
  };

  async function documentItself(repository: RepositoryHandle, pull: PullRequestHandle): Promise<void> {
    const { alice, bob, carol, scene } = cast();
    const issue = trackingIssue(repository);
    expect(ruleIn(await ask(cast(), issue, alice, `/break-glass retro #${pull.number}`))).toBe(
      "template-unfilled",
    );
    await ask(cast(), issue, carol, "/break-glass ack");
    await pull.edit(alice, { body: FILLED });
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "documented", to: "documented" });
    inAnotherSecond();
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "approved", by: "bob", to: "reviewed" });
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBeNull();
    expect(issue.state).toBe("closed");
  }

  it("documents itself, and an approval after the merge is its review", async () => {
    const { admin } = cast();
    const repository = await emergencyRepository(cast(), "undeclared");
    const pull = await cast().openPull(repository, "hotfix");
    await cast().scene.settled();
    await cast().merge(pull, admin);
    await documentItself(repository, pull);
    expect((await steps(cast(), repository))[0]).toBe("landed");
  });

  it("does so too where it was declared", async () => {
    const { admin, alice } = cast();
    const repository = await emergencyRepository(cast(), "was-declared");
    const pull = await cast().openPull(repository, "hotfix");
    await cast().scene.settled();
    expect(ruleIn(await ask(cast(), pull, alice, "/break-glass the shop is down"))).toBeNull();
    inAnotherSecond();
    await cast().merge(pull, admin);
    await documentItself(repository, pull);
    expect((await steps(cast(), repository)).slice(0, 2)).toEqual(["declared", "landed"]);
  });

  it("is not reviewed by who approved it before, wrote or merged it", async () => {
    const { admin, alice, bob, carol, scene } = cast();
    const repository = await emergencyRepository(cast(), "hands");
    const pull = await cast().openPull(repository, "hotfix", { body: FILLED });
    pull.review(bob, "APPROVE");
    await scene.settled();
    inAnotherSecond();
    await cast().merge(pull, admin);
    const issue = trackingIssue(repository);
    expect(await steps(cast(), repository)).toEqual(["landed", "documented"]);
    inAnotherSecond();
    for (const user of [bob, admin]) {
      pull.review(user, "APPROVE");
      await scene.settled();
      expect(await lastStep(cast(), repository)).toMatchObject({ by: user.login, rule: "involved" });
      expect(ruleIn(issue.comments.at(-1)?.body ?? "")).toBe("involved");
    }
    expect(ruleIn(await ask(cast(), issue, alice, "/break-glass ack"))).toBe("not-authorised");
    pull.review(carol, "APPROVE");
    await scene.settled();
    expect(await lastStep(cast(), repository)).toMatchObject({ by: "carol", kind: "approved", rule: null });
  });

  it("is not reviewed by an approval from the second of its merge, and nobody is told so", async () => {
    const { admin, bob, clock, scene } = cast();
    const repository = await emergencyRepository(cast(), "at-once");
    const pull = await cast().openPull(repository, "hotfix");
    await scene.settled();
    await clock.hold(async () => {
      pull.review(bob, "APPROVE");
      await cast().merge(pull, admin);
    });
    expect(await steps(cast(), repository)).toEqual(["landed"]);
    expect(trackingIssue(repository).comments).toHaveLength(1);
  });

  it("documents a push of the same branch by its own pull request only", async () => {
    const { admin, alice } = cast();
    const repository = await emergencyRepository(cast(), "both");
    const pull = await cast().openPull(repository, "hotfix", { body: FILLED });
    await cast().scene.settled();
    await cast().merge(pull, admin);
    const { before, after } = await push(cast(), repository, LANDED);
    const issue = repository.issues().at(-1);
    if (issue === undefined) throw new Error("there is no issue");
    expect(issue.body).toContain(after);
    const answer = await ask(cast(), issue, alice, `/break-glass retro #${pull.number}`);
    expect(ruleIn(answer)).toBe("diff-not-covered");
    const retro = await openRetro(cast(), repository, { base: before, head: after });
    expect(ruleIn(await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`))).toBeNull();
  });
});
