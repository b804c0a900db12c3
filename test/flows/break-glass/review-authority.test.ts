import { expect, it } from "@jest/globals";
import { caseIdOf, changeKeys } from "../../../src/breakglass/stored.js";
import { withCast } from "../../support/cast.js";
import { emergencies, emergencyRepository, FILLED, recordsIn, trackingIssue } from "./stage.js";
import { ask, lastStep, LANDED, openRetro, pushed, ruleIn } from "./talk.js";
import { caseIdIn, caseOf, storedCase } from "./time/cases.js";

withCast("what holds for a case", (cast) => {
  it("is not the policy of another branch, on which it was declared", async () => {
    const { admin, alice, bob, carol, scene } = cast();
    const repository = await emergencyRepository(cast(), "retargeted");
    await scene.settled();
    const own = [
      "version: 1",
      "branches: [mine]",
      "breakGlass:",
      `  declare: { people: [${alice.account.id}] }`,
      `  acknowledge: { people: [${bob.account.id}] }`,
      `  close: { people: [${bob.account.id}] }`,
    ];
    await repository.push(alice, "mine", {
      message: "My own rules",
      files: { ".github/countersign.yml": own.map((line) => `${line}\n`).join("") },
    });
    const pull = await cast().openPull(repository, "hotfix", { base: "mine" });
    await scene.settled();
    await ask(cast(), pull, alice, "/break-glass the shop is down");
    await pull.edit(alice, { base: "main" });
    await scene.settled();
    await cast().merge(pull, admin);
    const issue = trackingIssue(repository);
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "landed" });
    expect(ruleIn(await ask(cast(), issue, bob, "/break-glass ack It is fine"))).toBe("not-authorised");
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass ack"))).toBeNull();
    const landed = await caseOf(cast(), repository, caseIdIn(issue.title));
    expect(landed.landing?.sanctioned).toBe(false);
    expect((await storedCase(cast(), repository, landed.id)).branch).toBe("main");
  });

  it("is not a policy that an earlier push of the same look brought", async () => {
    const { admin, github, scene } = cast();
    const repository = await emergencyRepository(cast(), "one-look");
    await scene.settled();
    // Until both pushes are told, nobody can look at the branch.
    github.faults.next(
      { operation: "BranchHistory", times: 100 },
      { kind: "secondary-limit", retryAfter: 60 },
    );
    const bots = cast().policy([...emergencies(cast()), `  releaseBots: [${admin.account.id}]`]);
    await repository.push(admin, "main", { message: "First", files: { ".github/countersign.yml": bots } });
    await scene.settled();
    await repository.push(admin, "main", { message: "Second", files: { "second.yaml": "b: 1\n" } });
    await scene.settled();
    github.faults.clear();
    await scene.hurried();
    const pushes = (await recordsIn(cast(), repository)).filter(({ kind }) => kind === "push");
    expect(pushes.map(({ bypass }) => bypass)).toEqual([true, true]);
    expect(repository.issues()).toHaveLength(2);
  });

  it("is no review of another diff of the same head", async () => {
    const { alice, bob, carol, scene } = cast();
    const { repository, before, after, issue } = await pushed(cast(), "other-diff", {
      files: { ...LANDED, "queue.yaml": "workers: 4\n" },
    });
    const half = await repository.commit({
      message: "Half of it",
      author: alice.person,
      parents: [before],
      files: LANDED,
    });
    const head = await repository.commit({
      message: "The rest",
      author: alice.person,
      parents: [half],
      files: { "queue.yaml": "workers: 4\n" },
    });
    const part = await openRetro(cast(), repository, { base: half, head });
    await ask(cast(), issue, carol, "/break-glass ack");
    await ask(cast(), issue, alice, `/break-glass retro #${part.number}`);
    part.review(bob, "APPROVE");
    await scene.settled();
    const whole = await openRetro(cast(), repository, { base: before, head });
    expect(after).not.toBe(head);
    expect(ruleIn(await ask(cast(), issue, alice, `/break-glass retro #${whole.number}`))).toBeNull();
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBe("not-reviewed");
  });

  it("is no pull request that a stranger names", async () => {
    const { alice, github } = cast();
    const stranger = github.user("passer-by");
    const { repository, before, after, issue } = await pushed(cast(), "named-by-stranger");
    const body = FILLED.replace("Twenty minutes of slow answers.", "n/a");
    const offered = await openRetro(cast(), repository, { base: before, head: after, body });
    await ask(cast(), issue, alice, `/break-glass retro #${offered.number}`);
    const other = await cast().openPull(repository, "unrelated");
    await ask(cast(), issue, stranger, `/break-glass retro #${other.number}`);
    const { retroNumber } = await storedCase(cast(), repository, caseIdIn(issue.title));
    expect(retroNumber).toBe(offered.number);
  });
});

withCast(
  "a retroactive pull request that the app cannot open",
  (cast) => {
    it("is left to people, and the case goes on", async () => {
      const { admin, alice, bob, carol, scene } = cast();
      const repository = await emergencyRepository(cast(), "taken", ["retroactivePullRequest: app"]);
      await scene.settled();
      const before = await repository.tip();
      const after = await repository.commit({
        message: "By hand",
        author: admin.person,
        parents: [before],
        files: LANDED,
      });
      const id = caseIdOf(changeKeys.forward(repository.repo.id, "main", after));
      await repository.pushOid(admin, `break-glass/${id}/base`, before);
      await repository.pushOid(admin, `break-glass/${id}/head`, before);
      await repository.pushOid(admin, "main", after);
      await scene.settled();
      const issue = trackingIssue(repository);
      await ask(cast(), issue, carol, "/break-glass ack");
      const retro = await openRetro(cast(), repository, { base: before, head: after });
      await ask(cast(), issue, alice, `/break-glass retro #${retro.number}`);
      retro.review(bob, "APPROVE");
      await scene.settled();
      expect(await lastStep(cast(), repository)).toMatchObject({ kind: "approved", to: "reviewed" });
    });
  },
  ["postgres"],
  () => ({ opensPullRequests: true }),
);
