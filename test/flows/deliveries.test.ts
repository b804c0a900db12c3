import { randomUUID } from "node:crypto";
import { expect, it } from "@jest/globals";
import { CHECKS, withCast } from "../support/cast.js";

withCast("webhooks", (cast) => {
  it("delivered twice, and two at once, make one evaluation's worth of check runs", async () => {
    const { github, scene } = cast();
    const repository = await cast().repository("twice");
    await scene.settled();
    github.webhooks.hold();
    const pull = await cast().openPull(repository, "topic");
    const [opened] = github.webhooks.pending.filter(({ action }) => action === "opened");
    if (opened === undefined) throw new Error("GitHub told nothing of the pull request");
    const answers = await Promise.all([
      github.webhooks.deliver(opened),
      github.webhooks.deliver(opened),
      github.webhooks.deliver({ ...opened, guid: randomUUID() }),
    ]);
    await github.webhooks.resume();
    await scene.settled();
    const again = await github.webhooks.deliver(opened);
    await scene.settled();
    const outcomes = answers.map(({ response }) => response?.body);
    expect(outcomes.filter((body) => body === '{"outcome":"stored"}')).toHaveLength(2);
    expect(again.response?.body).toBe('{"outcome":"duplicate"}');
    expect(
      cast()
        .postedRuns(repository, pull.headOid)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(CHECKS);
  });

  it("of an event that nobody knows are kept and change nothing", async () => {
    const { github, scene } = cast();
    const requests = github.requests.length;
    const guid = randomUUID();
    const delivery = await github.webhooks.deliver({
      guid,
      event: "galaxy_brain",
      action: "expanded",
      installationId: null,
      repositoryId: null,
      body: JSON.stringify({ action: "expanded", everything: [{}] }),
    });
    await scene.settled();
    expect(delivery.statusCode).toBe(202);
    const stored = await scene.app.store.findDelivery(guid);
    expect(stored).toMatchObject({ event: "galaxy_brain", action: "expanded", tenantId: 0 });
    expect(stored?.processedAt).not.toBeNull();
    expect(github.requests.length).toBe(requests);
  });

  it("of a check run that someone wants re-run make us look again", async () => {
    const { alice, carol, github, scene } = cast();
    const repository = await cast().repository("rerun");
    const pull = await cast().greenPull(repository, "topic");
    expect(cast().check(repository, pull.headOid).conclusion).toBe("success");
    // Nobody told us of this, as where a webhook is lost.
    github.webhooks.hold();
    pull.review(carol, "REQUEST_CHANGES");
    for (const event of [...github.webhooks.pending]) github.webhooks.lose(event);
    await github.webhooks.resume();
    repository.rerequest(alice, cast().check(repository, pull.headOid));
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)).toMatchObject({
      countersign: "failure",
      "countersign/review": "failure",
    });
  });

  it("of a suspended installation are kept, and nothing is posted until it is back", async () => {
    const { admin, alice, github, installation, scene } = cast();
    const repository = await cast().repository("suspended");
    await scene.settled();
    github.webhooks.hold();
    const pull = await cast().openPull(repository, "topic");
    installation.suspend(admin);
    const suspend = github.webhooks.pending.find(({ action }) => action === "suspend");
    if (suspend === undefined) throw new Error("GitHub told nothing of the suspension");
    const requests = github.requests.length;
    await github.webhooks.deliver(suspend);
    await scene.settled();
    await github.webhooks.resume();
    await scene.settled();
    expect(github.requests.length).toBe(requests);
    expect(cast().postedRuns(repository, pull.headOid)).toEqual([]);

    installation.unsuspend();
    await scene.settled();
    await pull.edit(alice, { title: "Back again" });
    await scene.settled();
    expect(Object.keys(cast().conclusions(repository, pull.headOid)).sort()).toEqual(CHECKS);
  });
});
