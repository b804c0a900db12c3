import { expect, it } from "@jest/globals";
import { withCast } from "../../support/cast.js";
import { emergencies, emergencyRepository, recordsIn, trackingIssue } from "./stage.js";

withCast("a second push, after one that brought a policy", (cast) => {
  /** `root` pushes twice; gives the issue of the second case. */
  const pushTwice = async (name: string, brought: Record<string, string | null>) => {
    const { admin, scene } = cast();
    const repository = await emergencyRepository(cast(), name);
    await scene.settled();
    await repository.push(admin, "main", { message: "First", files: brought });
    await scene.settled();
    const first = trackingIssue(repository);
    await repository.push(admin, "main", { message: "Second", files: { "second.yaml": "b: 1\n" } });
    await scene.settled();
    const second = repository.issues().find(({ number }) => number !== first.number);
    return { repository, first, second };
  };
  const policyOf = (more: (line: string) => string): string => cast().policy(emergencies(cast()).map(more));

  it("is judged by the policy from before the first, which names other people", async () => {
    const { bob, scene } = cast();
    const mine = policyOf((line) =>
      line.startsWith("  acknowledge:") ? `  acknowledge: { people: [${bob.account.id}] }` : line,
    );
    const { second } = await pushTwice("two-pushes", { ".github/countersign.yml": mine });
    second?.comment(bob, "/break-glass ack It is fine");
    await scene.settled();
    expect(second?.comments.at(-1)?.body).toContain("`not-authorised`");
  });

  it("is a case, though the first took the policy away", async () => {
    const { second } = await pushTwice("no-policy", { ".github/countersign.yml": null });
    expect(second?.title).toContain("direct push to main");
  });

  it("is a case, though the first named the pusher as a release bot", async () => {
    const { admin } = cast();
    const bots = `${policyOf((line) => line)}  releaseBots: [${admin.account.id}]\n`;
    const { repository, second } = await pushTwice("own-bot", { ".github/countersign.yml": bots });
    expect(second?.title).toContain("direct push to main");
    const pushes = (await recordsIn(cast(), repository)).filter(({ kind }) => kind === "push");
    expect(pushes.map(({ bypass }) => bypass)).toEqual([true, true]);
  });

  it("does not let anybody declare by the policy that the first brought", async () => {
    const { bob, scene } = cast();
    const mine = policyOf((line) =>
      line.startsWith("  declare:") ? `  declare: { people: [${bob.account.id}] }` : line,
    );
    const { repository, first } = await pushTwice("own-declarer", { ".github/countersign.yml": mine });
    const pull = await cast().openPull(repository, "hotfix");
    await scene.settled();
    pull.comment(bob, "/break-glass the shop is down");
    await scene.settled();
    const [caseId = ""] = /bg-[0-9a-f]{10}/.exec(first.title) ?? [];
    expect(pull.comments.at(-1)?.body).toContain(caseId);
    expect(cast().check(repository, pull.headOid).conclusion).not.toBe("neutral");
  });

  it("leaves nothing to pass by what the first brought, until the first is ended or taken back", async () => {
    const { admin, scene } = cast();
    const repository = await emergencyRepository(cast(), "weaker");
    const pull = await cast().greenPull(repository, "waiting");
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).toBe("success");
    const weaker = policyOf((line) => line);
    await repository.push(admin, "main", {
      message: "Another policy",
      files: { ".github/countersign.yml": `${weaker}signatures: { forgeKeys: accept }\n` },
    });
    await scene.settled();
    expect(cast().conclusions(repository, pull.headOid)["countersign"]).toBe("failure");
    expect(cast().said(repository, pull.headOid)).toContain("policy-in-doubt");
    await cast().merge(pull, admin);
    const [record] = await cast().records(pull);
    expect(record).toMatchObject({ bypass: true, outcome: "failed" });
  });
});
