import { expect, it } from "@jest/globals";
import { z } from "zod";
import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import type { MergeMethod } from "../../github/world/branches/merging.js";
import { type Cast, withCast } from "../../support/cast.js";
import { recordsIn } from "../break-glass/stage.js";
import { allRecorded, repositoryWithQueue } from "./stage.js";

withCast("a merge queue", queues);

const recordBody = z.object({
  landed: z.object({ landing: z.object({ value: z.object({ before: z.string(), loggedAs: z.string() }) }) }),
  decision: z.object({
    policy: z.object({ commitOid: z.string() }),
    gates: z.array(z.object({ findings: z.array(z.object({ rule: z.string(), reason: z.string() })) })),
  }),
});

function queues(cast: () => Cast): void {
  const recordOf = async (pull: PullRequestHandle) => {
    const [record, ...more] = await cast().records(pull);
    if (record === undefined || more.length > 0) throw new Error(`${more.length} records too many, or none`);
    const body = recordBody.parse(JSON.parse(record.body));
    const findings = body.decision.gates.flatMap((gate) => gate.findings);
    const ofQueue = findings.filter(({ rule }) => rule === "merge-queue").map(({ reason }) => reason);
    return { ...body, bypass: record.bypass, outcome: record.outcome, ofQueue };
  };

  /** Alice's green pull request of two commits. */
  const greenPair = async (repository: RepositoryHandle, branch: string): Promise<PullRequestHandle> => {
    const { alice, aliceKey, scene } = cast();
    const pull = await cast().openPull(repository, branch);
    await pull.push(alice, { message: "More", files: { [`${branch}-more.yaml`]: "a: 1\n" }, key: aliceKey });
    await cast().complete(repository, pull);
    await scene.settled();
    return pull;
  };

  it.each<[MergeMethod]>([["merge"], ["squash"], ["rebase"]])(
    "lands several by one move (%s): each has its record, judged by where the branch stood before it",
    async (method) => {
      const repository = await repositoryWithQueue(cast(), `group-${method}`, {
        merge_method: method.toUpperCase(),
      });
      const before = await repository.tip();
      const pulls = [await greenPair(repository, "one"), await greenPair(repository, "two")];
      const { headOid: tip } = await repository.enqueue(pulls);
      await cast().scene.settled();
      await cast().report(repository, tip);
      await allRecorded(cast());

      const [one, two] = pulls;
      if (one === undefined || two === undefined) throw new Error("there are two");
      expect(two.pull.merge?.oid).toBe(tip);
      const stood = [before, one.pull.merge?.oid];
      for (const [index, pull] of pulls.entries()) {
        const record = await recordOf(pull);
        expect(record).toMatchObject({ bypass: false, outcome: "passed", ofQueue: ["landed-by-queue"] });
        expect(record.landed.landing.value).toEqual({ before: stood[index], loggedAs: "merge_queue_merge" });
        expect(record.decision.policy.commitOid).toBe(stood[index]);
      }
      const kinds = (await recordsIn(cast(), repository)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind !== "baseline")).toEqual(["merge", "merge"]);
      expect(repository.issues()).toEqual([]);
    },
  );

  it("is passed by who may: a bypass with one case, though every other gate had passed", async () => {
    const { admin, alice } = cast();
    const repository = await repositoryWithQueue(cast(), "past");
    const pull = await cast().greenPull(repository, "urgent");
    await expect(pull.merge(alice)).rejects.toThrow(/merge queue/);
    const before = await repository.tip();
    await cast().merge(pull, admin);
    await allRecorded(cast());

    const record = await recordOf(pull);
    expect(record).toMatchObject({ bypass: true, outcome: "failed", ofQueue: ["queue-bypassed"] });
    expect(record.landed.landing.value).toEqual({ before, loggedAs: "pr_merge" });
    expect(repository.issues()).toHaveLength(1);
    const records = (await recordsIn(cast(), repository)).map(({ kind, outcome }) => `${kind} ${outcome}`);
    expect(records.slice(-2)).toEqual(["merge failed", "break-glass landed"]);
  });
}
