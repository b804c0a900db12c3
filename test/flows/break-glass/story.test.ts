import { expect, it } from "@jest/globals";
import { withCast } from "../../support/cast.js";
import { emergencyRepository, FILLED, recordsIn, trackingIssue } from "./stage.js";

withCast("a break-glass case", (cast) => {
  it("is opened by a direct push, acknowledged, documented, reviewed and sealed", async () => {
    const { admin, alice, bob, carol, scene } = cast();
    const repository = await emergencyRepository(cast(), "night");
    await scene.settled();
    const before = await repository.tip();
    const after = await repository.push(admin, "main", {
      message: "More replicas",
      files: { "shop.yaml": "replicas: 9\n" },
    });
    await scene.settled();
    const issue = trackingIssue(repository);
    expect(issue.body).toContain(`${before}...${after}`);
    expect(issue.title).toMatch(/^Break-glass bg-[0-9a-f]{10}: /);

    issue.comment(admin, "/break-glass ack It was me");
    await scene.settled();
    expect(issue.comments.at(-1)?.body).toContain("`involved`");
    issue.comment(carol, "/break-glass ack I am on it");
    await scene.settled();
    expect(issue.comments.at(-1)?.body).toContain("Acknowledged");

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
    expect(issue.comments.map(({ body }) => body).join("\n")).toContain("documents the change");
    retro.review(bob, "APPROVE");
    await scene.settled();
    issue.comment(carol, "/break-glass close");
    await scene.settled();
    expect(issue.state).toBe("closed");

    const kinds = (await recordsIn(cast(), repository)).map(({ kind, outcome }) => `${kind} ${outcome}`);
    expect(kinds).toEqual([
      expect.stringMatching(/^baseline /),
      "push failed",
      "break-glass landed",
      "break-glass landed",
      "break-glass acknowledged",
      "break-glass documented",
      "break-glass reviewed",
      "break-glass closed",
      "break-glass-sealed closed",
    ]);
  });

  it("is declared on a pull request: the check turns neutral after the issue is there, and the merge lands in the case", async () => {
    const { admin, alice, scene } = cast();
    const repository = await emergencyRepository(cast(), "declared");
    const pull = await cast().openPull(repository, "hotfix");
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).not.toBe("neutral");
    pull.comment(alice, "/break-glass the shop is down");
    await scene.settled();
    const check = cast().check(repository, pull.headOid);
    expect(check.conclusion).toBe("neutral");
    expect(check.title).toMatch(/^Break-glass by alice until /);
    const issue = trackingIssue(repository);
    await pull.merge(admin);
    await scene.settled();
    await scene.hurried();
    expect(issue.body).toContain("as declared");
    const records = await recordsIn(cast(), repository);
    expect(records.map(({ kind, outcome }) => `${kind} ${outcome}`).slice(-2)).toEqual([
      "merge failed",
      "break-glass landed",
    ]);
  });
});
