import { describe, expect, it } from "@jest/globals";
import type { BranchKey } from "../../../src/store/ports/branch-store.js";
import { eachDatabase, freshId } from "../../support/postgres.js";
import { aRecord, AT, LARGE } from "../samples.js";
import { aProtectionChange, aSnapshot, minutes, REPOSITORY } from "./samples.js";

const oid = (n: number): string => n.toString(16).padStart(40, "0");

eachDatabase("what heals, in the database", (store) => {
  const main = (): BranchKey => ({ tenantId: freshId(), repositoryId: LARGE, branch: "main" });

  describe("audits", () => {
    it("are of one branch, with its newest snapshot, and number their snapshots themselves", async () => {
      const branch = main();
      const [first, second] = [
        aSnapshot(),
        aSnapshot({
          unchangedUntil: AT.toISOString(),
          observedAt: minutes(2).toISOString(),
          protection: "[]",
        }),
      ];
      const last = () => store().transaction((tx) => tx.lastAudit(branch));
      expect(await last()).toBeNull();
      for (const [snapshot, at] of [[first, AT] as const, [second, minutes(2)] as const]) {
        await store().transaction(async (tx) => {
          await tx.addSnapshot(branch, snapshot);
          await tx.saveAudit(branch, at);
        });
      }
      await store().transaction((tx) => tx.addSnapshot({ ...branch, branch: "other" }, first));
      const { protection, ...shown } = second;
      expect(await last()).toEqual({ auditedAt: minutes(2), snapshot: shown, protection });
      expect(await store().snapshotsOf(branch)).toMatchObject([{ observedAt: first.observedAt }, shown]);
    });

    it("take account of each change once a branch, the organization's among them", async () => {
      const branch = main();
      const { tenantId } = branch;
      const own = aProtectionChange({
        tenantId,
        receivedAt: minutes(1),
        occurredAt: minutes(-9),
        source: "audit-log",
      });
      const organizations = aProtectionChange({ tenantId, repositoryId: null });
      for (const change of [
        own,
        organizations,
        aProtectionChange({ tenantId, repositoryId: 7 }),
        aProtectionChange(),
      ])
        await store().noteProtectionChange(change);
      const unaudited = (key: BranchKey) => store().transaction((tx) => tx.unauditedChanges(key));
      expect(await unaudited(branch)).toEqual([organizations, own]);
      await store().transaction((tx) => tx.noteAudited(branch, [own.guid, own.guid]));
      await store().transaction((tx) => tx.noteAudited(branch, [own.guid]));
      expect(await unaudited(branch)).toEqual([organizations]);
      expect(await unaudited({ ...branch, branch: "other" })).toEqual([organizations, own]);
      // Heard of later, it is found by when it happened as well.
      expect(await store().protectionChanges(tenantId, LARGE, minutes(-10), minutes(-8))).toEqual([own]);
      const everyones = await store().protectionChanges(tenantId, null, minutes(-10), minutes(10));
      expect(everyones).toEqual([organizations]);
    });
  });

  it("what GitHub tried to deliver before is kept as of the first attempt", async () => {
    const guid = `guid-${freshId()}`;
    expect(await store().firstAttempt(guid)).toBeNull();
    await store().noteLateDeliveries([]);
    await store().noteLateDeliveries([{ guid, firstAttemptAt: AT }]);
    await store().noteLateDeliveries([{ guid, firstAttemptAt: minutes(5) }]);
    expect(await store().firstAttempt(guid)).toEqual(AT);
  });

  it("the last look at a pull request is told of the head that it judged, and of no other", async () => {
    const { tenantId } = main();
    const commit = { tenantId, repositoryId: LARGE, oid: oid(1) };
    const last = (of = commit) => store().lastLookAt(of, 7);
    const repository = { id: LARGE, owner: "acme", name: "infra" };
    const open = { tenantId, repository, number: 7, headOid: oid(1), baseRef: "main", open: true, asOf: AT };
    await store().transaction((tx) => tx.notePullRequest(open));
    expect(await last()).toBeNull();
    const look = { tenantId, repositoryId: LARGE, number: 7, headOid: oid(1), state: "s", base: "b" };
    await store().transaction((tx) => tx.noteSeen({ ...look, at: minutes(1) }));
    await store().transaction((tx) => tx.noteSeen({ ...look, at: minutes(2) }));
    expect(await last()).toEqual(minutes(2));
    expect(await last({ ...commit, oid: oid(2) })).toBeNull();
    expect(await store().lastLookAt(commit, 8)).toBeNull();
  });

  describe("a merge that was reassessed", () => {
    it("is no gated one any more, and counts as one bypass and not as one more change", async () => {
      const branch = main();
      const { tenantId } = branch;
      const shared = {
        tenantId,
        repository: REPOSITORY,
        branch: "main",
        occurredAt: minutes(1),
        observedAt: minutes(2),
      };
      const [merge, other] = [
        aRecord({ ...shared, kind: "merge", bypass: false, changeKey: `${LARGE}#1`, commitOid: oid(1) }),
        aRecord({ ...shared, kind: "merge", bypass: false, changeKey: `${LARGE}#2`, commitOid: oid(2) }),
      ];
      for (const record of [merge, other]) await store().transaction((tx) => tx.appendRecord(record));
      const counted = () => store().countChanges(tenantId, LARGE, AT);
      const keys = async () => (await store().gatedMerges(branch, AT)).map(({ changeKey }) => changeKey);
      expect([await keys(), await counted()]).toEqual([
        [merge.changeKey, other.changeKey],
        { changes: 2, bypasses: 0 },
      ]);
      await store().transaction((tx) =>
        tx.appendRecord({ ...merge, kind: "merge-reassessed", bypass: true }),
      );
      expect([await keys(), await counted()]).toEqual([[other.changeKey], { changes: 2, bypasses: 1 }]);

      const found = await store().transaction(async (tx) => [
        await tx.landedBetween(branch, AT, minutes(1)),
        await tx.landedBetween(branch, minutes(1), minutes(9)),
        await tx.passedSince(branch, minutes(2)),
        await tx.passedSince(branch, minutes(3)),
      ]);
      expect(found.map((records) => records.length)).toEqual([2, 0, 2, 0]);
    });
  });
});
