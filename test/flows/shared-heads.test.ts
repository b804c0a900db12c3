import { expect, it } from "@jest/globals";
import type { RepositoryHandle } from "../github/scenario.js";
import { withCast } from "../support/cast.js";

withCast("pull requests that share a head commit", (cast) => {
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

  it("show the strictest verdict and name both, until one of them is closed", async () => {
    const { alice, bob, scene } = cast();
    const repository = await twoBranches("shared");
    const strict = await cast().openPull(repository, "topic");
    const pull = { head: "topic", base: "release/1", title: "Change topic in the release" };
    const lenient = await repository.openPullRequest(alice, pull);
    strict.review(bob, "APPROVE");
    lenient.review(bob, "APPROVE");
    await scene.settled();

    const oid = strict.headOid;
    expect(lenient.headOid).toBe(oid);
    expect(cast().conclusions(repository, oid)).toMatchObject({
      countersign: "failure",
      "countersign/policy": "failure",
      "countersign/review": "success",
    });
    const { summary } = cast().check(repository, oid);
    expect(summary).toContain("the head of 2 pull requests; the strictest verdict counts for each");
    expect(summary).toMatch(/\| #1 Change topic \| `main` \| ❌ failed \|/);
    expect(summary).toMatch(/\| #2 Change topic in the release \| `release\/1` \| ✅ passed \|/);

    await strict.close(alice);
    await scene.settled();
    expect(cast().conclusions(repository, oid)).toMatchObject({
      countersign: "success",
      "countersign/policy": "success",
    });
    expect(cast().check(repository, oid).summary).not.toContain("#1");

    await strict.reopen(alice);
    await scene.settled();
    expect(cast().conclusions(repository, oid)).toMatchObject({ countersign: "failure" });
  });

  it("are not green while one of them is undecided", async () => {
    const { alice, bob, github, scene } = cast();
    const repository = await twoBranches("undecided");
    await scene.settled();
    github.webhooks.hold();
    const first = await cast().openPull(repository, "topic", { base: "release/1" });
    const second = await repository.openPullRequest(alice, {
      head: "topic",
      base: "main",
      title: "The other",
    });
    first.review(bob, "APPROVE");
    const opened = github.webhooks.pending.find(
      ({ action, body }) => action === "opened" && body.includes(`"number":${first.number}`),
    );
    if (opened === undefined) throw new Error("GitHub told nothing of the pull request");
    // The first one's base takes two reads; then the second one's read is held.
    const reads = [1, 2, 3].map(() =>
      github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" }),
    );
    await github.webhooks.deliver(opened);
    for (const read of reads.slice(0, 2)) {
      await read.met;
      read.release();
    }
    await reads[2]?.met;
    const meanwhile = Object.values(cast().conclusions(repository, first.headOid));
    reads[2]?.release();
    await github.webhooks.resume();
    await scene.settled();
    expect(meanwhile).not.toContain("success");
    expect(cast().conclusions(repository, second.headOid)).toMatchObject({ countersign: "failure" });
    const green = cast()
      .postedRuns(repository, first.headOid)
      .filter(({ name, conclusion }) => name === "countersign" && conclusion === "success");
    expect(green).toEqual([]);
  });

  it("are judged by the branch they now go to once retargeted", async () => {
    const { alice, bob, scene } = cast();
    const repository = await twoBranches("retargeted");
    const pull = await cast().openPull(repository, "topic", { base: "release/1" });
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({ countersign: "success" });
    await pull.edit(alice, { base: "main" });
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({ countersign: "failure" });
  });
});
