import { expect, it } from "@jest/globals";
import { CHECKS, withCast } from "../support/cast.js";

const GREEN = Object.fromEntries(CHECKS.map((name) => [name, "success"]));

withCast("a head that moves while it is looked at", (cast) => {
  it("is judged as it is in the end, when it moved during the read", async () => {
    const { alice, github, scene } = cast();
    const repository = await cast().repository("moving");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    const first = pull.headOid;
    const slow = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
    await cast().complete(repository, pull);
    await slow.met;
    // What the answer that is held says was true a moment ago, and would be green.
    await pull.push(alice, { message: "One more thing", files: { "late.yaml": "a: 1\n" }, key: null });
    slow.release();
    await scene.settled();
    expect(pull.headOid).not.toBe(first);
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      countersign: "failure",
      "countersign/signatures": "failure",
      "countersign/policy": "failure",
    });
  });

  it("is read again from its start, when it moved between two pages", async () => {
    const { alice, aliceKey, carol, github, scene } = cast();
    const repository = await cast().repository("paged");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    github.webhooks.hold();
    for (let page = 0; page < 101; page += 1) pull.review(carol, "COMMENT", { body: `comment ${page}` });
    for (const event of [...github.webhooks.pending].slice(1)) github.webhooks.lose(event);
    const reads = github.count("PullRequestFacts");
    const slow = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
    const sent = github.webhooks.resume();
    await slow.met;
    github.webhooks.hold();
    const change = { message: "One more thing", files: { "late.yaml": "a: 1\n" }, key: aliceKey };
    await pull.push(alice, change);
    await cast().complete(repository, pull);
    const before = cast().postedRuns(repository, pull.headOid);
    slow.release();
    await sent;
    await scene.settled();
    expect(before).toEqual([]);
    // No webhook told of the new head: the second read found it.
    expect(github.count("PullRequestFacts") - reads).toBe(2);
    expect(cast().conclusions(repository, pull.headOid)["countersign/signatures"]).toBe("success");
    await github.webhooks.resume();
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
  });

  it("takes nothing from an answer about the head before", async () => {
    const { alice, aliceKey, bob, github, scene } = cast();
    const repository = await cast().repository("stale");
    const pull = await cast().openPull(repository, "topic");
    await cast().report(repository, pull.headOid);
    await scene.settled();
    const first = pull.headOid;
    const before = cast().postedRuns(repository, first);
    github.faults.next({ operation: "PullRequestFacts" }, { kind: "stale" });
    await pull.push(alice, { message: "More", files: { "late.yaml": "a: 1\n" }, key: aliceKey });
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toEqual({});
    expect(cast().postedRuns(repository, first)).toEqual(before);
    await repository.status(bob, pull.headOid, "news", "success");
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      countersign: "failure",
      "countersign/policy": "failure",
      "countersign/review": "success",
    });
  });
});
