import { expect, it } from "@jest/globals";
import { withCast } from "../../support/cast.js";
import { FILLED } from "./stage.js";
import { pushed } from "./talk.js";

withCast("what a case waits for, and no webhook told of", (cast) => {
  it("is found by the look that comes on a schedule", async () => {
    const { alice, bob, github, scene } = cast();
    const { repository, before, after, issue } = await pushed(cast(), "unheard");
    await repository.pushOid(alice, "retro-base", before);
    await repository.pushOid(alice, "retro-head", after);
    const retro = await repository.openPullRequest(alice, {
      title: "What landed at night",
      base: "retro-base",
      head: "retro-head",
      body: FILLED,
    });
    issue.comment(alice, `/break-glass retro #${retro.number}`);
    await scene.settled();
    github.dropWebhooks(1, "pull_request_review");
    retro.review(bob, "APPROVE");
    await scene.settled();
    const approvals = (): string[] =>
      issue.comments
        .map(({ body }) => body)
        .filter((body) => body.includes("Independent approvals that count: 1 of 1"));
    expect(approvals()).toEqual([]);

    const tenantId = repository.repo.owner.id;
    await scene.app.store.enqueue({ task: "reconcile", payload: { tenantId } });
    await scene.settled();
    expect(approvals()).toHaveLength(1);
  });
});
