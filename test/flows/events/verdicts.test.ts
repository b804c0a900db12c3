import { expect, it } from "@jest/globals";
import type { RepositoryHandle } from "../../github/scenario.js";
import { CHECKS, withCast } from "../../support/cast.js";

withCast("verdicts that nobody can borrow, and buttons on them", (cast) => {
  /** A repository whose `release/1` asks for no policy result, and `main` does. */
  const twoBranches = async (name: string): Promise<RepositoryHandle> => {
    const repository = await cast().repository(name);
    const lenient = cast()
      .policy()
      .replace(/results:\n.*\n/, "");
    await cast().pushToBase(repository, { ".github/countersign.yml": lenient }, "release/1");
    cast().protect(repository, "release/1");
    return repository;
  };
  const verdict = (repository: RepositoryHandle, oid: string) => cast().check(repository, oid).conclusion;

  it("a pull request that is retargeted is red before it is judged", async () => {
    const { alice, bob, clock, github, scene } = cast();
    const repository = await twoBranches("retargeted");
    const pull = await cast().openPull(repository, "topic", { base: "release/1" });
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(verdict(repository, pull.headOid)).toBe("success");

    clock.advance(2_000);
    const read = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
    await pull.edit(alice, { base: "main" });
    await read.met;
    // The evaluation hangs; the outbox does not wait for it.
    while (verdict(repository, pull.headOid) === "success") await new Promise(setImmediate);
    expect(verdict(repository, pull.headOid)).toBe("action_required");
    expect(cast().check(repository, pull.headOid).summary).toContain("goes to another branch now");
    read.release();
    await scene.settled();
    await cast().report(repository, pull.headOid);
    await scene.settled();
    // GitHub keeps the approval, which was given for the other branch.
    expect(verdict(repository, pull.headOid)).toBe("action_required");
    expect(cast().check(repository, pull.headOid, "countersign/review").summary).toContain(
      "it was given before the pull request went to this branch",
    );
    clock.advance(2_000);
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(verdict(repository, pull.headOid)).toBe("success");
  });

  it("a second pull request on the same head takes the green off before it is judged", async () => {
    const { alice, bob, github, scene } = cast();
    const repository = await twoBranches("second");
    const first = await cast().openPull(repository, "topic", { base: "release/1" });
    first.review(bob, "APPROVE");
    await scene.settled();
    expect(verdict(repository, first.headOid)).toBe("success");
    const read = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
    const second = await repository.openPullRequest(alice, { head: "topic", base: "main", title: "Second" });
    await read.met;
    while (verdict(repository, first.headOid) === "success") await new Promise(setImmediate);
    expect(verdict(repository, first.headOid)).toBe("action_required");
    read.release();
    await scene.settled();
    expect(verdict(repository, first.headOid)).toBe("failure");
    await second.close(alice);
    await scene.settled();
    expect(verdict(repository, first.headOid)).toBe("success");
  });

  it("an event that comes late takes nothing off", async () => {
    const { alice, bob, github, scene } = cast();
    const repository = await twoBranches("late");
    const pull = await cast().openPull(repository, "topic", { base: "release/1" });
    pull.review(bob, "APPROVE");
    await scene.settled();
    github.webhooks.hold();
    const second = await repository.openPullRequest(alice, { head: "topic", base: "main", title: "Second" });
    cast().clock.advance(2_000);
    await second.close(alice);
    const [opened, closed] = github.webhooks.pending.filter(({ event }) => event === "pull_request");
    if (opened === undefined || closed === undefined) throw new Error("GitHub told nothing of it");
    await github.webhooks.deliver(closed);
    await scene.app.drained();
    const posted = github.count("checks/update");
    await github.webhooks.deliver(opened);
    await scene.app.drained();
    expect(github.count("checks/update")).toBe(posted);
    expect(verdict(repository, pull.headOid)).toBe("success");
    await github.webhooks.resume();
    await scene.settled();
  });

  it("what others report under our name is noted, and counts for nothing", async () => {
    const { bob, github, scene } = cast();
    const repository = await cast().repository("mimicked");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    const mimic = github.otherApp("mimic");
    await repository.checkRun(mimic, pull.headOid, "countersign", {
      status: "completed",
      conclusion: "success",
    });
    await repository.status(bob, pull.headOid, "countersign/review", "success");
    await scene.settled();
    expect(verdict(repository, pull.headOid)).toBe("failure");
    const said = cast().said(repository, pull.headOid);
    expect(said).toContain("came from the app mimic");
    expect(said).toContain("A commit status called countersign/review came from bob");
  });

  it("a draft, its title and its labels: what can matter is looked at again", async () => {
    const { alice, clock, github, scene } = cast();
    const repository = await cast().repository("edited");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    const looks = async (act: () => Promise<void>): Promise<number> => {
      const before = github.count("PullRequestFacts");
      await act();
      await scene.settled();
      return github.count("PullRequestFacts") - before;
    };
    expect(await looks(() => pull.edit(alice, { title: "A better title" }))).toBe(1);
    expect(await looks(() => pull.setDraft(alice, true))).toBe(1);
    expect(await looks(() => pull.setDraft(alice, false))).toBe(1);
    // GitHub tells times in seconds: closed in the very second of the last look, it would be looked at once more.
    clock.advance(2_000);
    expect(await looks(() => pull.close(alice))).toBe(0);
    expect(await looks(() => pull.reopen(alice))).toBe(1);
  });

  it("buttons: looks again, and tells once a head how to sign here", async () => {
    const { bob, github, scene } = cast();
    const repository = await cast().repository("buttons");
    const pull = await cast().openPull(repository, "topic", { push: { key: null } });
    await scene.settled();
    const buttons = (name: string) =>
      cast()
        .check(repository, pull.headOid, name)
        .actions.map(({ label }) => label);
    expect(buttons("countersign")).toEqual(["Re-check", "How to sign"]);
    expect(buttons("countersign/signatures")).toEqual(["Re-check", "How to sign"]);
    expect(buttons("countersign/review")).toEqual(["Re-check"]);

    const run = cast().check(repository, pull.headOid, "countersign/signatures");
    for (const user of [bob, bob]) {
      repository.requestAction(user, run, "how-to-sign");
      await scene.settled();
    }
    const [help, ...more] = pull.comments.filter(({ body }) => body.includes("How to sign your commits"));
    expect(more).toEqual([]);
    expect(help?.body).toContain("Trusted now: 1 in `.github/countersign/allowed_signers` (SSH), 1 in");

    github.dropWebhooks(100);
    await cast().complete(repository, pull);
    github.dropWebhooks(0);
    await scene.settled();
    repository.requestAction(bob, cast().check(repository, pull.headOid, "countersign/review"), "recheck");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({ "countersign/review": "success" });
    expect(CHECKS).toContain("countersign/review");
  });

  it("an organization's ruleset reaches pull requests that nobody told us of", async () => {
    const { github, organization, scene } = cast();
    const repository = await cast().repository("unheard");
    github.webhooks.hold();
    const pull = await cast().openPull(repository, "topic");
    for (const envelope of [...github.webhooks.pending]) github.webhooks.lose(envelope);
    await github.webhooks.resume();
    await scene.settled();
    expect(github.checkRuns(repository, pull.headOid)).toEqual([]);
    organization.ruleset({ rules: [{ type: "deletion" }] });
    await scene.settled();
    expect(verdict(repository, pull.headOid)).toBe("failure");
  });
});
