import { expect, it } from "@jest/globals";
import type { PullRequestHandle } from "../../../github/scenario.js";
import { withCast } from "../../../support/cast.js";
import { FILLED } from "../stage.js";
import { caseOf, DAY, HOUR, LANDED, later, pushAround } from "./cases.js";

withCast("a breached case that freezes its branch", (cast) => {
  const FREEZE = ["freeze: true", "clocks: { document: 20d, review: 40d }"];

  it("turns every open pull request of the branch red but the ways out, until what was owed is done", async () => {
    const { alice, bob, carol, aliceKey, scene } = cast();
    const greens: PullRequestHandle[] = [];
    const bypass = await pushAround(cast(), "frozen", FREEZE, async (repository) => {
      greens.push(await cast().greenPull(repository, "before"));
      await repository.pushOid(alice, "release/1", await repository.tip());
      cast().protect(repository, "release/1");
      const elsewhere = await cast().openPull(repository, "elsewhere", { base: "release/1" });
      await cast().complete(repository, elsewhere);
      greens.push(elsewhere);
    });
    const { repository, issue, caseId } = bypass;
    const verdict = ({ headOid }: PullRequestHandle) => cast().check(repository, headOid).conclusion;
    expect(greens.map(verdict)).toEqual(["success", "success"]);

    await later(cast(), 2 * HOUR);
    const [before, elsewhere] = greens;
    if (before === undefined || elsewhere === undefined) throw new Error("there are two");
    expect(greens.map(verdict)).toEqual(["failure", "success"]);
    const said = cast().said(repository, before.headOid);
    expect(said).toContain("frozen-branch");
    expect(said).toContain(caseId);
    expect(said).toContain(`/issues/${issue.number}`);
    expect(issue.comments.at(-1)?.body).toContain("nothing passes on main");
    const after = await cast().greenPull(repository, "after");
    expect(verdict(after)).toBe("failure");

    // Named, and nothing of what landed is in it: no way around the freeze.
    issue.comment(alice, `/break-glass retro #${after.number}`);
    await scene.settled();
    expect(issue.comments.map(({ body }) => body).join()).toContain("`diff-not-covered`");
    await cast().report(repository, after.headOid);
    await scene.settled();
    expect(verdict(after)).toBe("failure");

    // A revert that brings something else along is none.
    const undoing = {
      message: "Undo",
      files: { "shop.yaml": null, "more.yaml": "replicas: 1\n" },
      key: aliceKey,
    };
    const stowaway = await cast().openPull(repository, "stowaway", { push: undoing });
    await cast().complete(repository, stowaway);
    const revert = await cast().openPull(repository, "revert", {
      push: { ...undoing, files: { "shop.yaml": null } },
    });
    await cast().complete(repository, revert);
    await scene.settled();
    expect([stowaway, revert].map(verdict)).toEqual(["failure", "success"]);
    await cast().merge(revert, bob);
    const [record] = await cast().records(revert);
    expect(record).toMatchObject({ outcome: "passed", bypass: false });

    // What landed comes again as it was: the pull request that documents it.
    const retro = await cast().openPull(repository, "again", { push: { files: LANDED }, body: FILLED });
    await cast().complete(repository, retro, carol);
    await scene.settled();
    expect(verdict(retro)).toBe("failure");
    issue.comment(alice, `/break-glass retro #${retro.number}`);
    await scene.settled();
    expect(verdict(retro)).toBe("success");
    expect([before, after].map(verdict)).toEqual(["failure", "failure"]);
    // It showed what landed, and now shows something else.
    await retro.push(alice, { message: "More", files: { "more.yaml": "replicas: 1\n" }, key: aliceKey });
    await cast().complete(repository, retro, carol);
    await scene.settled();
    expect(verdict(retro)).toBe("failure");

    issue.comment(carol, "/break-glass ack I am late");
    await scene.settled();
    expect(greens.map(verdict)).toEqual(["success", "success"]);
    expect([after, retro].map(verdict)).toEqual(["success", "success"]);
    expect(cast().said(repository, before.headOid)).not.toContain("frozen-branch");
    // It stays on record that it was late.
    expect((await caseOf(cast(), repository, caseId)).breaches).toHaveLength(1);
  });

  it("freezes nothing where the policy does not say so, nor before the breach", async () => {
    const greens: PullRequestHandle[] = [];
    for (const [name, policy] of [
      ["lenient", "freeze: false"],
      ["patient", "freeze: true"],
    ] as const) {
      const bypass = await pushAround(
        cast(),
        name,
        [policy, "clocks: { acknowledge: 3d }"],
        async (repository) => {
          greens.push(await cast().greenPull(repository, "before"));
        },
      );
      const pull = greens.at(-1);
      if (pull === undefined) throw new Error("there is one");
      const verdict = () => cast().check(bypass.repository, pull.headOid).conclusion;
      await later(cast(), 12 * HOUR);
      expect(verdict()).toBe("success");
      await later(cast(), DAY);
      expect(verdict()).toBe(name === "lenient" ? "success" : "failure");
    }
  });
});
