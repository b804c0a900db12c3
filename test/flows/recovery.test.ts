import { expect, it } from "@jest/globals";
import { RESULT, withCast } from "../support/cast.js";

/** The first millisecond at which a result of this time is older than two hours. */
const expiryOf = (completedAt: string): string =>
  new Date(Date.parse(completedAt) + 2 * 3_600_000 + 1).toISOString();

withCast("what could not be done at its time", (cast) => {
  it("a merge while the app was suspended is recorded when it is back", async () => {
    const { admin, github, installation, scene } = cast();
    const repository = await cast().repository("away");
    const pull = await cast().greenPull(repository, "topic");
    github.webhooks.hold();
    await pull.merge(admin);
    installation.suspend(admin);
    const suspend = github.webhooks.pending.find(({ action }) => action === "suspend");
    if (suspend === undefined) throw new Error("GitHub told nothing of the suspension");
    await github.webhooks.deliver(suspend);
    await scene.settled();
    await github.webhooks.resume();
    await scene.settled();
    expect(await cast().records(pull)).toEqual([]);
    installation.unsuspend();
    await scene.settled();
    await scene.hurried();
    expect(await cast().records(pull)).toMatchObject([{ bypass: false, outcome: "passed" }]);
  });

  it("a verdict whose posting was lost is posted at the next look, though it is no news", async () => {
    const { bob, scene, github } = cast();
    const repository = await cast().repository("unposted");
    const pull = await cast().greenPull(repository, "topic");
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).toBe("success");
    const fault = github.faults.next(
      { operation: "checks/update", times: 100 },
      { kind: "error", status: 500 },
    );
    pull.review(bob, "REQUEST_CHANGES");
    expect(await scene.troubles()).not.toEqual([]);
    await scene.sql("DELETE FROM graphile_worker._private_jobs");
    github.faults.clear();
    expect(fault.hits).toBeGreaterThan(0);
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).toBe("success");
    pull.review(bob, "COMMENT");
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).toBe("failure");
  });

  it("a result that grows too old is looked at when it does, without any event", async () => {
    const { github, scene, conftest } = cast();
    const policy = cast().policy().replace(`app: ${conftest.id} }`, `app: ${conftest.id}, maxAge: 2h }`);
    const repository = await cast().repository("expiry", { ".github/countersign.yml": policy });
    const pull = await cast().greenPull(repository, "topic");
    expect(cast().conclusions(repository, pull.headOid)["countersign/policy"]).toBe("success");
    const [due] = await scene.sql<{ run_at: Date }>(
      "SELECT run_at FROM graphile_worker.jobs WHERE task_identifier = 'expire-results'",
    );
    const [result] = repository.repo.checkRuns.filter(({ name }) => name === RESULT);
    // By the database's clock, as far from now as it is by ours: never early, and hardly late.
    const late = (due?.run_at.getTime() ?? 0) - Date.parse(expiryOf(result?.completedAt ?? ""));
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(5_000);
    const reads = github.count("PullRequestFacts");
    await scene.hurried();
    expect(github.count("PullRequestFacts")).toBe(reads + 1);
    expect(cast().conclusions(repository, pull.headOid)["countersign/policy"]).toBe("success");
  });
});
