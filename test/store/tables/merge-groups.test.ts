import { expect, it } from "@jest/globals";
import type { NewMergeGroup } from "../../../src/store/ports/merge-group-store.js";
import { eachDatabase } from "../../support/postgres.js";

const repository = { id: 100, owner: "acme", name: "infra" };
let tenants = 70_000;

eachDatabase("merge groups", (store) => {
  /** A group of a tenant that no other test has. */
  const fresh = (change: Partial<NewMergeGroup> = {}): NewMergeGroup => ({
    tenantId: (tenants += 1),
    repository,
    headRef: "gh-readonly-queue/main/pr-7-abc",
    headOid: "a".repeat(40),
    baseRef: "main",
    baseOid: "b".repeat(40),
    receivedAt: new Date("2026-11-24T12:00:00Z"),
    ...change,
  });
  const keyOf = ({ tenantId, headOid: oid }: NewMergeGroup) => ({
    tenantId,
    repositoryId: repository.id,
    oid,
  });

  it("are kept as they were told, once", async () => {
    const group = fresh();
    await store().noteMergeGroup(group);
    await store().noteMergeGroup({ ...group, receivedAt: new Date("2026-11-24T13:00:00Z") });
    expect(await store().findMergeGroup(keyOf(group))).toEqual({ ...group, pullNumbers: [], ended: null });
    expect(await store().findMergeGroup({ ...keyOf(group), tenantId: 1 })).toBeNull();
  });

  it("that ended have ended for good, whatever is told afterwards, and whether or not it was known", async () => {
    const group = fresh();
    await store().endMergeGroup(group, "dequeued");
    await store().noteMergeGroup(group);
    await store().endMergeGroup(group, "merged");
    expect(await store().findMergeGroup(keyOf(group))).toMatchObject({ ended: "dequeued" });
  });

  it("into a branch are open until they end, the first to be asked for first", async () => {
    const first = fresh();
    const { tenantId } = first;
    const later = { tenantId, receivedAt: new Date("2026-11-24T12:05:00Z") };
    const second = fresh({ ...later, headOid: "c".repeat(40) });
    const elsewhere = fresh({ tenantId, headOid: "d".repeat(40), baseRef: "release" });
    const ended = fresh({ tenantId, headOid: "e".repeat(40) });
    for (const group of [second, first, elsewhere, ended]) await store().noteMergeGroup(group);
    await store().endMergeGroup(ended, "merged");
    const open = await store().transaction((tx) => tx.openMergeGroups(tenantId, repository.id, "main"));
    expect(open.map(({ headOid }) => headOid)).toEqual([first.headOid, second.headOid]);
  });

  it("bear the numbers that the last look found", async () => {
    const group = fresh();
    await store().noteMergeGroup(group);
    await store().transaction(async (tx) => {
      await tx.nameMergeGroup(keyOf(group), [7]);
      await tx.nameMergeGroup(keyOf(group), [5, 7]);
    });
    expect(await store().findMergeGroup(keyOf(group))).toMatchObject({ pullNumbers: [5, 7] });
  });
});
