import { expect, it } from "@jest/globals";
import { z } from "zod";
import { sha256Hex } from "../../src/evidence/canonical.js";
import type { PullRequestHandle, RepositoryHandle } from "../github/scenario.js";
import { withCast, type Cast } from "../support/cast.js";

withCast("the record of a merge", records);

const finding = z.object({ rule: z.string(), reason: z.string(), controls: z.array(z.string()) });
const recordBody = z.looseObject({
  change: z.looseObject({ number: z.number(), author: z.object({ login: z.string() }) }),
  landed: z.looseObject({
    commitOid: z.string(),
    mergedAt: z.string(),
    mergedBy: z.object({ login: z.string() }),
    parents: z.array(z.string()),
    landing: z.object({
      known: z.literal(true),
      value: z.object({ before: z.string(), loggedAs: z.string() }),
    }),
  }),
  commits: z.object({
    value: z.array(z.looseObject({ oid: z.string(), signature: z.object({ verdict: z.string() }) })),
  }),
  reviews: z.object({
    value: z.array(z.looseObject({ author: z.object({ login: z.string() }), state: z.string() })),
  }),
  protection: z.object({ known: z.literal(true), value: z.looseObject({ classic: z.looseObject({}) }) }),
  decision: z.object({
    outcome: z.string(),
    gates: z.array(z.object({ gate: z.string(), outcome: z.string(), findings: z.array(finding) })),
    policy: z.looseObject({ digest: z.string(), commitOid: z.string() }),
    controls: z.array(z.string()),
  }),
  bypass: z.boolean(),
  before: z.object({ outcome: z.string() }).nullable(),
});

function records(cast: () => Cast): void {
  let repository: RepositoryHandle;

  const recordOf = async (pull: PullRequestHandle) => {
    const [record, ...more] = await cast().records(pull);
    if (record === undefined || more.length > 0) throw new Error(`${more.length} records too many, or none`);
    return { record, body: recordBody.parse(JSON.parse(record.body)) };
  };

  it.each(["merge", "squash", "rebase"] as const)("tells all of a change merged by %s", async (method) => {
    const { alice, aliceKey, admin, bob, scene } = cast();
    repository = await cast().repository(`all-${method}`);
    const before = await repository.tip();
    const pull = await cast().openPull(repository, "topic");
    await pull.push(alice, { message: "More", files: { "more.yaml": "a: 1\n" }, key: aliceKey });
    await cast().complete(repository, pull);
    await scene.settled();
    const commitOid = await cast().merge(pull, admin, { method });

    const { record, body } = await recordOf(pull);
    expect(record).toMatchObject({
      tenantId: repository.repo.owner.id,
      repository: { id: repository.repo.id, owner: "acme", name: `all-${method}` },
      branch: "main",
      headOid: pull.headOid,
      commitOid,
      outcome: "passed",
      bypass: false,
      policyDigest: body.decision.policy.digest,
      digest: sha256Hex(record.body),
    });
    expect(record.controls).toEqual(expect.arrayContaining(["SOC2:CC8.1", "ISO-27001:2022:A.8.32"]));
    expect(body.change).toMatchObject({ number: pull.number, author: { login: "alice" } });
    expect(body.landed).toMatchObject({
      commitOid,
      mergedAt: pull.pull.merge?.at,
      mergedBy: { login: admin.login },
      landing: { value: { before, loggedAs: "pr_merge" } },
    });
    expect(body.commits.value.map(({ signature }) => signature.verdict)).toEqual(["good", "good"]);
    expect(body.commits.value.at(-1)?.oid).toBe(pull.headOid);
    expect(body.reviews.value).toMatchObject([{ author: { login: bob.login }, state: "APPROVED" }]);
    expect(body.protection.value.classic).toMatchObject({ pattern: "main", adminsIncluded: true });
    expect(body.decision.gates.map(({ gate, outcome }) => [gate, outcome])).toEqual([
      ["signatures", "passed"],
      ["protection", "passed"],
      ["policy", "passed"],
      ["review", "passed"],
    ]);
    expect(body.decision.policy.commitOid).toBe(before);
    expect(body.bypass).toBe(false);
    expect(body.before).toMatchObject({ outcome: "passed" });
  });

  it("says that the gates had not passed, and nothing that came later makes it good", async () => {
    const { admin, bob, clock, github, scene } = cast();
    repository = await cast().repository("late");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    github.webhooks.hold();
    await pull.merge(admin);
    clock.advance(5_000);
    pull.review(bob, "APPROVE");
    await cast().report(repository, pull.headOid);
    await github.webhooks.resume();
    await scene.settled();
    await scene.hurried();

    const { record, body } = await recordOf(pull);
    expect(record).toMatchObject({ bypass: true, outcome: "failed" });
    const outcomes = Object.fromEntries(body.decision.gates.map(({ gate, outcome }) => [gate, outcome]));
    expect(outcomes).toEqual({
      signatures: "passed",
      protection: "passed",
      policy: "failed",
      review: "waiting",
    });
    const findings = body.decision.gates.flatMap((gate) => gate.findings);
    expect(findings.map(({ reason }) => reason)).not.toContain("approved");
    expect(findings.map(({ reason }) => reason)).toContain("result-missing");
  });

  it("is one, however often and in whatever order the events come", async () => {
    const { admin, github, scene } = cast();
    repository = await cast().repository("repeated");
    await scene.settled();
    github.webhooks.hold();
    const pull = await cast().openPull(repository, "topic");
    await pull.merge(admin);
    const events = [...github.webhooks.pending].reverse();
    const closed = events.find(({ action }) => action === "closed");
    if (closed === undefined) throw new Error("GitHub told nothing of the merge");
    for (let time = 0; time < 5; time += 1) await github.webhooks.deliver(closed);
    for (const event of events) if (event !== closed) await github.webhooks.deliver(event);
    await scene.settled();
    await github.webhooks.deliver({ ...closed, guid: "another-guid-for-the-same-news" });
    await github.webhooks.resume();
    await scene.settled();
    await scene.hurried();
    expect((await recordOf(pull)).record).toMatchObject({ bypass: true });
    expect(cast().postedRuns(repository, pull.headOid)).toEqual([]);
  });

  it("is judged by the policy that a change was merged under, not by the one that it brought", async () => {
    const { admin, aliceKey, bob, scene } = cast();
    repository = await cast().repository("own-policy");
    const files = {
      ".github/countersign.yml": cast()
        .policy()
        .replace(/results:\n.*\n/, ""),
    };
    const pull = await cast().openPull(repository, "topic", { push: { files, key: aliceKey } });
    pull.review(bob, "APPROVE");
    await scene.settled();
    const judged = cast().check(repository, pull.headOid, "countersign").summary;
    await cast().merge(pull, admin);

    const { record, body } = await recordOf(pull);
    expect(record.bypass).toBe(true);
    expect(body.decision.gates.flatMap(({ findings }) => findings)).toContainEqual(
      expect.objectContaining({ rule: "required-result", reason: "result-missing" }),
    );
    expect(judged).toContain(body.decision.policy.digest.slice(0, 16));
  });

  it("is not written for a branch that is not controlled", async () => {
    const { bob, scene, admin } = cast();
    repository = await cast().repository("sandbox");
    await repository.push(admin, "scratch", {
      message: "A branch for play",
      files: { "play.yaml": "a: 1\n" },
    });
    const pull = await cast().openPull(repository, "topic", { base: "scratch" });
    await scene.settled();
    expect(cast().postedRuns(repository, pull.headOid)).toEqual([]);
    await cast().merge(pull, bob);
    expect(await cast().records(pull)).toEqual([]);
  });

  it("can be neither changed nor removed, even by the app's own role", async () => {
    const { scene } = cast();
    for (const statement of [
      "UPDATE records SET bypass = false",
      "DELETE FROM records",
      "TRUNCATE records",
    ]) {
      await expect(scene.sql(statement)).rejects.toThrow(/refused: its rows are evidence/);
    }
  });
}
