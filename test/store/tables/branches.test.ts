import { describe, expect, it } from "@jest/globals";
import type { BranchKey, KnownBranch, NewPush } from "../../../src/store/ports/branch-store.js";
import { eachDatabase, freshId } from "../../support/postgres.js";
import type { NewRecord } from "../../../src/store/store.js";
import { aRecord, AT, LARGE } from "../samples.js";
import { aProtectionChange, aPush, aRepository, HOSTILE, minutes, REPOSITORY } from "./samples.js";

const oid = (n: number): string => n.toString(16).padStart(40, "0");

eachDatabase("what is known of branches", (store) => {
  describe("repositories", () => {
    it("are read back as they were, whatever their policy says", async () => {
      const known = aRepository({ controlled: ["main", HOSTILE] });
      await store().saveRepository(known);
      expect(await store().findRepository(known.tenantId, LARGE)).toEqual(known);
      expect(await store().findRepository(known.tenantId, 7)).toBeNull();
    });

    it("are as they were last, in whatever order that is heard", async () => {
      const known = aRepository();
      const newer = {
        ...known,
        repository: { ...REPOSITORY, name: "renamed" },
        defaultBranch: "trunk",
        controlled: [],
        asOf: minutes(1),
      };
      await store().saveRepository(newer);
      await store().saveRepository(known);
      expect(await store().findRepository(known.tenantId, LARGE)).toEqual(newer);
      await store().saveRepository({ ...newer, gone: true });
      expect(await store().findRepository(known.tenantId, LARGE)).toMatchObject({ gone: true });
    });

    it("are listed while they are not gone, for their tenant", async () => {
      const tenantId = freshId();
      const [one, two] = [2, 1].map((id) => aRepository({ tenantId, repository: { ...REPOSITORY, id } }));
      for (const known of [one, two]) if (known !== undefined) await store().saveRepository(known);
      await store().saveRepository(aRepository({ tenantId, gone: true }));
      await store().saveRepository(aRepository());
      expect(await store().listRepositories(tenantId)).toEqual([two, one]);
    });

    it("of one tenant are not another's", async () => {
      const [mine, theirs] = [aRepository(), aRepository({ defaultBranch: "theirs" })];
      await store().saveRepository(mine);
      await store().saveRepository(theirs);
      expect(await store().findRepository(mine.tenantId, LARGE)).toEqual(mine);
      expect(await store().findRepository(theirs.tenantId, LARGE)).toEqual(theirs);
    });
  });

  describe("branches", () => {
    const aBranch = (changes: Partial<KnownBranch> = {}): KnownBranch => ({
      tenantId: freshId(),
      repositoryId: LARGE,
      branch: "main",
      tip: oid(2),
      lastTip: null,
      since: oid(1),
      accountedAt: AT,
      policyOid: null,
      policyAwaits: [],
      ...changes,
    });
    const save = (known: KnownBranch): Promise<void> => store().transaction((tx) => tx.saveBranch(known));

    it("stand where they were written to stand last", async () => {
      const known = aBranch();
      await save(known);
      const find = () => store().findBranch(known.tenantId, LARGE, "main");
      expect(await find()).toEqual(known);
      const deleted = {
        ...known,
        ...{ tip: null, lastTip: oid(2), since: oid(9), accountedAt: minutes(-1) },
        ...{
          policyOid: oid(2),
          policyAwaits: [HOSTILE.replaceAll("\u0000", "").toWellFormed(), `${LARGE}#7`],
        },
      };
      await save(deleted);
      expect(await find()).toEqual(deleted);
      expect(await store().transaction((tx) => tx.findBranch(known.tenantId, LARGE, "main"))).toEqual(
        deleted,
      );
      expect(await store().findBranch(known.tenantId, LARGE, "mai_")).toBeNull();
    });

    it("are listed for their repository and tenant", async () => {
      const main = aBranch();
      const release = { ...main, branch: "release" };
      await save(release);
      await save(main);
      await save({ ...main, repositoryId: 7 });
      await save(aBranch({ tip: oid(7) }));
      expect(await store().listBranches(main.tenantId, LARGE)).toEqual([main, release]);
      expect(await store().findBranch(main.tenantId, LARGE, "main")).toEqual(main);
    });
  });

  describe("pushes", () => {
    const unsettled = ({ tenantId }: NewPush, branch = "main"): Promise<NewPush[]> =>
      store().unsettledPushes(tenantId, LARGE, branch);

    it("are kept once, as they were first told, in the order in which they came", async () => {
      const first = aPush({ pusher: null, before: null, forced: true });
      const second = aPush({ tenantId: first.tenantId, after: null, receivedAt: minutes(1) });
      await store().notePush(second);
      await store().notePush(first);
      await store().notePush({ ...first, after: null });
      await store().notePush(aPush({ tenantId: first.tenantId, branch: "other" }));
      await store().notePush(aPush({ tenantId: first.tenantId, repositoryId: 7 }));
      expect(await unsettled(first)).toEqual([first, second]);
    });

    it("that came at the same time keep the order in which they were kept", async () => {
      const pushes = Array.from({ length: 5 }, () => aPush({ tenantId: 1 }));
      for (const push of pushes.reverse()) await store().notePush(push);
      expect(await store().unsettledPushes(1, LARGE, "main")).toEqual(pushes);
    });

    it("are settled for good, those of one tenant alone", async () => {
      const mine = aPush();
      const theirs = { ...mine, tenantId: freshId() };
      const later = aPush({ tenantId: mine.tenantId });
      for (const push of [mine, theirs, later]) await store().notePush(push);
      const settle = (at: Date): Promise<void> =>
        store().transaction((tx) => tx.settlePushes(mine.tenantId, [mine.guid, "none"], at));

      await settle(AT);
      await settle(minutes(1));
      await store().notePush(mine);
      await store().transaction((tx) => tx.settlePushes(mine.tenantId, [], AT));

      expect(await unsettled(mine)).toEqual([later]);
      expect(await unsettled(theirs)).toEqual([theirs]);
      const settled = await store().sql(
        "SELECT settled_at FROM branch_pushes WHERE tenant_id = $1 AND guid = $2",
        [mine.tenantId, mine.guid],
      );
      expect(settled).toEqual([{ settled_at: AT }]);
    });
  });

  it("records of pushes are found by where they led, on this very branch", async () => {
    const tenantId = freshId();
    const main = { tenantId, repositoryId: LARGE, branch: "main" };
    const append = (changeKey: string, changes: Partial<NewRecord> = {}) =>
      store().transaction((tx) =>
        tx.appendRecord(aRecord({ tenantId, kind: "push", changeKey, commitOid: oid(1), ...changes })),
      );
    await append("first");
    await append("second");
    await append("elsewhere", { commitOid: oid(2) });
    await append("a merge", { kind: "merge" });
    await append("another branch's", { branch: "other" });
    await append("another repository's", { repository: { ...REPOSITORY, id: 7 } });
    await append("another tenant's", { tenantId: freshId() });
    const found = await store().pushRecordsAt(main, [oid(1), oid(3)]);
    expect(found.map(({ changeKey }) => changeKey)).toEqual(["first", "second"]);
    expect(await store().pushRecordsAt(main, [])).toEqual([]);
  });

  describe("covered commits", () => {
    const cover = (branch: BranchKey, oids: readonly string[], changeKey: string): Promise<void> =>
      store().transaction((tx) => tx.cover(branch, oids, changeKey));

    it("are those that a record covers on this very branch; the first to cover stays", async () => {
      const main = { tenantId: freshId(), repositoryId: LARGE, branch: "main" };
      await cover(main, [oid(1), oid(2), oid(2)], "first");
      await cover(main, [oid(2), oid(3)], "second");
      await cover({ ...main, branch: "other" }, [oid(4)], "x");
      await cover({ ...main, repositoryId: 7 }, [oid(4)], "x");
      await cover({ ...main, tenantId: freshId() }, [oid(4)], "x");
      await cover(main, [], "none");

      const asked = [oid(1), oid(3), oid(4)];
      expect(await store().coveredOids(main, asked)).toEqual(new Set([oid(1), oid(3)]));
      expect(await store().transaction((tx) => tx.coveredOids(main, asked))).toEqual(
        new Set([oid(1), oid(3)]),
      );
      expect(await store().coveredOids(main, [])).toEqual(new Set());
      expect(await store().coveringChange(main, oid(2))).toBe("first");
      expect(await store().coveringChange(main, oid(4))).toBeNull();
      const rows = await store().sql(
        "SELECT oid, change_key FROM covered_commits WHERE tenant_id = $1 AND repository_id = $2 AND branch = 'main' ORDER BY oid",
        [main.tenantId, LARGE],
      );
      expect(rows.map(({ change_key }) => change_key as unknown)).toEqual(["first", "first", "second"]);
    });

    it("may be very many at once, covered by several at the same time", async () => {
      const main = { tenantId: freshId(), repositoryId: LARGE, branch: "main" };
      const oids = Array.from({ length: 40_000 }, (_, n) => oid(n));
      await Promise.all([cover(main, oids, "a"), cover(main, [...oids].reverse(), "b")]);
      expect((await store().coveredOids(main, oids)).size).toBe(40_000);
    });
  });

  describe("changes of protection", () => {
    it("are kept once and found in their span, the organization's among them", async () => {
      const { tenantId } = aProtectionChange();
      const own = aProtectionChange({ tenantId, kind: "classic", name: HOSTILE, receivedAt: minutes(3) });
      const organizations = aProtectionChange({ tenantId, repositoryId: null, by: null, action: "edited" });
      const before = aProtectionChange({ tenantId, receivedAt: minutes(-1) });
      const after = aProtectionChange({ tenantId, receivedAt: minutes(4) });
      const others = aProtectionChange({ tenantId, repositoryId: 7, action: "created" });
      for (const change of [own, organizations, before, after, others, aProtectionChange()]) {
        await store().noteProtectionChange(change);
      }
      await store().noteProtectionChange({ ...own, action: "created" });
      const found = await store().protectionChanges(tenantId, LARGE, AT, minutes(3));
      expect(found).toEqual([organizations, own]);
    });
  });
});
