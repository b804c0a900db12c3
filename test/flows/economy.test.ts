import { expect, it } from "@jest/globals";
import { CHECKS, withCast } from "../support/cast.js";

withCast("what an evaluation costs", (cast) => {
  const requestsOf = async (act: () => Promise<void> | void): Promise<Record<string, number>> => {
    const { github, scene } = cast();
    await scene.settled();
    const before = github.requests.length;
    await act();
    await scene.settled();
    const counts: Record<string, number> = {};
    for (const { operation } of github.requests.slice(before)) {
      const name = operation ?? "none";
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  };

  it("is one read and five check runs at first, and nothing for what changes nothing", async () => {
    const { alice, bob, github, scene } = cast();
    const repository = await cast().repository("thrift");
    // The installation's token is good for an hour and is no part of it.
    await cast().openPull(repository, "warm-up");

    let pull = await cast().openPull(repository, "earlier");
    expect(
      await requestsOf(async () => {
        pull = await cast().openPull(repository, "topic");
      }),
    ).toEqual({ PullRequestFacts: 1, "checks/create": CHECKS.length });

    // A status that no policy asks for.
    expect(
      await requestsOf(async () => {
        await repository.status(bob, pull.headOid, "coverage", "success");
      }),
    ).toEqual({ PullRequestFacts: 1 });
    const ids = cast()
      .postedRuns(repository, pull.headOid)
      .map(({ id }) => id);

    // An approval changes the review and the verdict; the other three stay as they are.
    expect(
      await requestsOf(() => {
        pull.review(bob, "APPROVE");
      }),
    ).toEqual({ PullRequestFacts: 1, "checks/update": 2 });
    const updated = github.requests.filter(({ operation }) => operation === "checks/update").slice(-2);
    expect(updated.map(({ body }) => body?.["conclusion"]).sort()).toEqual(["failure", "success"]);

    // A comment is no opinion.
    expect(
      await requestsOf(() => {
        pull.review(alice, "COMMENT", { body: "Thank you" });
      }),
    ).toEqual({ PullRequestFacts: 1 });

    // Every run was rewritten where it stood.
    expect(
      cast()
        .postedRuns(repository, pull.headOid)
        .map(({ id }) => id),
    ).toEqual(ids);
    await scene.settled();
  });

  it("is one evaluation for many events at once", async () => {
    const { bob, carol, github } = cast();
    const repository = await cast().repository("storm");
    const pull = await cast().openPull(repository, "topic");
    const counts = await requestsOf(async () => {
      github.webhooks.hold();
      for (let event = 0; event < 20; event += 1) {
        pull.review(event % 2 === 0 ? bob : carol, "COMMENT", { body: `comment ${event}` });
      }
      const slow = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
      const sent = github.webhooks.resume();
      await slow.met;
      await sent;
      slow.release();
    });
    // The one that was held, and one more for all that came meanwhile.
    expect(counts["PullRequestFacts"]).toBeLessThanOrEqual(3);
    expect(counts["checks/update"]).toBeUndefined();
  });
});
