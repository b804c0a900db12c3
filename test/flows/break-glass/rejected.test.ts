import { expect, it } from "@jest/globals";
import { withCast } from "../../support/cast.js";
import type { RepositoryHandle } from "../../github/scenario.js";
import { ask, bodiesOf, lastStep, openRetro, push, pushed, ruleIn, stepsIn, type Pushed } from "./talk.js";

withCast("a rejected change", (cast) => {
  /** Acknowledged and documented, then rejected by Carol. */
  async function rejected(name: string): Promise<Pushed> {
    const { alice, carol } = cast();
    const landed = await pushed(cast(), name);
    const { repository, before, after, issue } = landed;
    await ask(cast(), issue, carol, "/break-glass ack");
    const retro = await openRetro(cast(), repository, { base: before, head: after });
    await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`);
    expect(await ask(cast(), issue, carol, "/break-glass reject it makes things worse")).toContain(
      "⛔ Rejected",
    );
    return landed;
  }

  /** A pull request that passes every gate and takes the change back. */
  async function revert(repository: RepositoryHandle, branch = "revert"): Promise<void> {
    const { bob, scene } = cast();
    const pull = await cast().openPull(repository, branch, {
      push: { message: "Revert", files: { "shop.yaml": null } },
    });
    await cast().complete(repository, pull);
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("success");
    await cast().merge(pull, bob);
  }

  it("keeps its case open until the revert has landed through the gates", async () => {
    const { alice, admin, carol } = cast();
    const { repository, issue } = await rejected("reverted");
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "rejected", to: "rejected" });
    expect(issue.body).toContain("### How to revert it");
    for (const [user, line, rule] of [
      [carol, "/break-glass close", "revert-owed"],
      [carol, "/break-glass reject once more", "already-rejected"],
      [alice, "/break-glass reject me too", "not-authorised"],
      [admin, "/break-glass close", "not-authorised"],
    ] as const) {
      expect([line, ruleIn(await ask(cast(), issue, user, line))]).toEqual([line, rule]);
    }
    expect(issue.state).toBe("open");

    await revert(repository);
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "revert-landed", to: "reviewed" });
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBeNull();
    expect(issue.state).toBe("closed");
    // The revert came through the gates, so it is no case of its own.
    expect(repository.issues()).toHaveLength(1);
    expect(await bodiesOf(cast(), repository, "break-glass-sealed")).toEqual([
      expect.objectContaining({ case: expect.objectContaining({ state: "closed" }) }),
    ]);
  });

  it("is owed its revert again where that is undone", async () => {
    const { carol, scene } = cast();
    const { repository, issue } = await rejected("undone");
    await revert(repository);
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "revert-landed" });
    // By hand, which is a case of its own as well.
    await push(cast(), repository, { "shop.yaml": "replicas: 9\n" });
    await scene.hurried();
    const undone = (await stepsIn(cast(), repository)).filter(({ kind }) => kind === "revert-undone");
    expect(undone).toMatchObject([{ to: "rejected" }]);
    expect(repository.issues()).toHaveLength(2);
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBe("revert-owed");
    await revert(repository, "revert-again");
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBeNull();
  });

  it("is reverted by whatever takes it back, if in an emergency again", async () => {
    const { repository } = await rejected("by-hand");
    await push(cast(), repository, { "shop.yaml": null });
    const reverted = (await stepsIn(cast(), repository)).filter(({ kind }) => kind === "revert-landed");
    expect(reverted).toMatchObject([{ to: "reviewed" }]);
    // How it was taken back is a case of its own.
    expect(repository.issues()).toHaveLength(2);
  });

  it("is not reverted by half of it, nor by other content", async () => {
    const { alice, carol, scene } = cast();
    const files = { "shop.yaml": "replicas: 9\n", "queue.yaml": "workers: 4\n" };
    const { repository, issue } = await pushed(cast(), "half", { files });
    await ask(cast(), issue, carol, "/break-glass reject it makes things worse");
    const half = await cast().openPull(repository, "half", {
      push: { message: "Half", files: { "shop.yaml": null, "queue.yaml": "workers: 3\n" } },
    });
    await cast().complete(repository, half);
    await scene.settled();
    await cast().merge(half, alice);
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "rejected", to: "rejected" });
    const rest = await cast().openPull(repository, "rest", {
      push: { message: "The rest", files: { "queue.yaml": null } },
    });
    await cast().complete(repository, rest);
    await scene.settled();
    await cast().merge(rest, alice);
    // Nobody has acknowledged it yet, which is owed all the same.
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "revert-landed", to: "landed" });
  });
});
