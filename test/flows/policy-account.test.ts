import { expect, it } from "@jest/globals";
import type { PlannedFault } from "../github/http/faults.js";
import type { PullRequestHandle, RepositoryHandle } from "../github/scenario.js";
import { withCast } from "../support/cast.js";
import { until } from "../support/until.js";
import { emergencies, emergencyRepository } from "./break-glass/stage.js";

const POLICY = ".github/countersign.yml";

withCast("a policy that was just brought", (cast) => {
  const lenient = (more: readonly string[] = []): string =>
    cast()
      .policy(more)
      .replace(/results:\n.*\n/, "");
  /** GitHub takes its time to show the branch, so that nobody can account for it. */
  const hold = (operation: string, times = 50): PlannedFault =>
    cast().github.faults.next({ operation, times }, { kind: "slow" });
  const verdict = (repository: RepositoryHandle, { headOid }: PullRequestHandle) =>
    cast().check(repository, headOid).conclusion;
  const saidSoon = async (repository: RepositoryHandle, { headOid }: PullRequestHandle, words: string) => {
    await until(
      () => Promise.resolve(cast().said(repository, headOid).includes(words) || null),
      () => `${words} was not said`,
    );
  };
  const revisions = async ({ repo }: RepositoryHandle): Promise<string[]> => {
    const rows = await cast().scene.sql<{ digest: string }>(
      "SELECT digest FROM policy_revisions WHERE repository_id = $1 ORDER BY revision",
      [repo.id],
    );
    return rows.map(({ digest }) => digest);
  };

  it("around the gates counts for nothing until the push is on record, nor does it free the branch", async () => {
    const { bob, scene } = cast();
    const repository = await cast().repository("pushed-policy");
    const pull = await cast().openPull(repository, "topic");
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(verdict(repository, pull)).not.toBe("success");

    hold("BranchHistory");
    await cast().pushToBase(repository, { [POLICY]: lenient() });
    await saidSoon(repository, pull, "policy-unaccounted");
    expect(verdict(repository, pull)).not.toBe("success");
    cast().github.faults.clear();
    await scene.settled();
    // This policy names nobody who could end a case, so that the push is recorded and holds up nothing.
    expect(verdict(repository, pull)).toBe("success");

    const freeing = lenient().replace(/branches: .*/, 'branches: ["elsewhere"]');
    hold("BranchHistory");
    await cast().pushToBase(repository, { [POLICY]: freeing });
    await saidSoon(repository, pull, "policy-unaccounted");
    expect(verdict(repository, pull)).not.toBe("success");
    cast().github.faults.clear();
    await scene.settled();
    expect(await revisions(repository)).toHaveLength(3);
  });

  it("by a merge counts once the merge is on record; a merge of other files stops nobody meanwhile", async () => {
    const { bob, carol, scene } = cast();
    const repository = await cast().repository("merged-policy");
    const waiting = await cast().greenPull(repository, "waiting");
    const other = await cast().greenPull(repository, "other");
    const policy = await cast().openPull(repository, "policy", { push: { files: { [POLICY]: lenient() } } });
    await cast().complete(repository, policy);
    await scene.settled();
    const outcomes = async (): Promise<string[]> =>
      (
        await scene.sql<{ outcome: string }>(
          "SELECT outcome FROM decisions WHERE repository_id = $1 AND pull_number = $2 ORDER BY id",
          [repository.repo.id, waiting.number],
        )
      ).map(({ outcome }) => outcome);
    const before = (await outcomes()).length;

    const branch = hold("BranchHistory");
    await other.merge(bob);
    await branch.met;
    waiting.review(carol, "APPROVE");
    await until(
      async () => (await outcomes()).length > before || null,
      () => "it was not judged again",
    );
    expect((await outcomes()).slice(before)).toEqual(["passed"]);
    cast().github.faults.clear();
    await scene.settled();
    await scene.hurried();

    hold("repos/list-activities");
    await policy.merge(bob);
    await saidSoon(repository, waiting, "policy-unaccounted");
    expect(verdict(repository, waiting)).not.toBe("success");
    cast().github.faults.clear();
    await scene.settled();
    await scene.hurried();
    expect(verdict(repository, waiting)).toBe("success");
    expect(await revisions(repository)).toHaveLength(2);
  });

  it("by a merge around the gates lets no merge pass as a normal change that lands before the record", async () => {
    const { admin, scene } = cast();
    const repository = await emergencyRepository(cast(), "two-merges");
    const files = { [POLICY]: lenient(emergencies(cast())) };
    const first = await cast().openPull(repository, "first", { push: { files } });
    const second = await cast().openPull(repository, "second");
    second.review(cast().bob, "APPROVE");
    await scene.settled();
    const landing = hold("repos/list-activities", 1);
    await first.merge(admin);
    await landing.met;
    await saidSoon(repository, second, "policy-unaccounted");
    await second.merge(admin);
    await cast().github.webhooks.settled();
    await until(
      async () => {
        const tip = await repository.tip("main");
        const covered = await scene.sql("SELECT 1 FROM covered_commits WHERE oid = $1", [tip]);
        return covered.length > 0 || null;
      },
      () => "the second merge was not seen",
    );
    cast().github.faults.clear();
    await scene.settled();
    for (let round = 0; round < 3; round += 1) await scene.hurried();
    const records = [...(await cast().records(first)), ...(await cast().records(second))];
    expect(records).toMatchObject([{ bypass: true }, { bypass: true }]);
    expect(records[1]?.body).toContain("policy-around-gates");
  });

  it("is not given up for an older one by an old answer, but by moving the branch back it is", async () => {
    const { admin, bob, github, scene } = cast();
    const repository = await cast().repository("old-answers", { [POLICY]: lenient() });
    const first = await repository.tip("main");
    const pull = await cast().openPull(repository, "topic");
    pull.review(bob, "APPROVE");
    await scene.settled();
    expect(verdict(repository, pull)).toBe("success");

    const stale = github.faults.next({ operation: "PullRequestFacts", times: 1_000 }, { kind: "stale" });
    await cast().pushToBase(repository, { [POLICY]: cast().policy() });
    await scene.troubles();
    expect(stale.hits).toBeGreaterThan(1);
    expect(cast().said(repository, pull.headOid)).toContain("branch-overtaken");
    expect(verdict(repository, pull)).not.toBe("success");
    github.faults.clear();
    await scene.hurried();
    await scene.settled();
    expect(cast().said(repository, pull.headOid)).toContain("result-missing");
    expect(cast().said(repository, pull.headOid)).not.toContain("policy-in-doubt");

    for (const rule of [...repository.repo.protections]) repository.unprotect(rule);
    await repository.pushOid(admin, "main", first);
    cast().protect(repository, "main");
    await scene.settled();
    await scene.hurried();
    expect(verdict(repository, pull)).toBe("success");
    const [one, other, back] = await revisions(repository);
    expect(back).toBe(one);
    expect(other).not.toBe(one);
  });
});
