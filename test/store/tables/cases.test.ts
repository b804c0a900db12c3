import { describe, expect, it } from "@jest/globals";
import type { NewStoredCase, StoredCase } from "../../../src/store/ports/case-store.js";
import { eachDatabase, freshId } from "../../support/postgres.js";
import { AT, LARGE } from "../samples.js";
import { aCase, anIssue, minutes, REPOSITORY } from "./samples.js";

eachDatabase("break-glass cases", (store) => {
  const save = async (stored: NewStoredCase): Promise<StoredCase> => {
    await store().transaction((tx) => tx.saveCase(stored));
    return saved(stored);
  };
  const saved = (stored: NewStoredCase): StoredCase => ({
    ...stored,
    revision: stored.revision + 1,
    announcedAt: null,
    issue: null,
  });
  const find = ({ tenantId, id }: NewStoredCase): Promise<StoredCase | null> =>
    store().findCase(tenantId, id);

  it("are read back as they were written, in and out of transactions", async () => {
    const written = aCase({ body: '{"reason":"\\u0000 ✓"}', pullNumber: null, breached: true });
    const expected = await save(written);

    expect(await find(written)).toEqual(expected);
    expect(await store().findCaseOfChange(written.tenantId, written.changeKey)).toEqual(expected);
    await store().transaction(async (tx) => {
      expect(await tx.findCase(written.tenantId, written.id)).toEqual(expected);
      expect(await tx.findCaseOfChange(written.tenantId, written.changeKey)).toEqual(expected);
      expect(await tx.openCases(written.tenantId, LARGE, "main")).toEqual([expected]);
    });
    expect(await store().findCase(written.tenantId, "bg-none")).toBeNull();
    expect(await store().findCaseOfChange(written.tenantId, "none")).toBeNull();
  });

  it("go from state to state, one revision at a time", async () => {
    const first = await save(aCase());
    const next = { ...first, state: "acknowledged", breached: true, retroNumber: 12, branch: "prod" };
    expect(await save(next)).toMatchObject({ revision: 2 });
    expect(await find(first)).toEqual(saved(next));
  });

  describe("refuse", () => {
    const conflict = { code: "store-conflict" };
    const refused = (stored: NewStoredCase): Promise<void> =>
      expect(store().transaction((tx) => tx.saveCase(stored))).rejects.toMatchObject(conflict);

    it("what was thought up on an older state, and keep the newer one", async () => {
      const first = await save(aCase());
      await save({ ...first, state: "acknowledged" });
      await refused({ ...first, state: "withdrawn" });
      await refused({ ...first, revision: 3, state: "withdrawn" });
      expect(await find(first)).toMatchObject({ state: "acknowledged", revision: 2 });
    });

    it("to begin twice, to go on from nothing, and a second case of one change", async () => {
      const first = aCase();
      await save(first);
      await refused({ ...first, state: "declared" });
      await refused({ ...first, id: "bg-ffffffffff" });
      await refused(aCase({ revision: 1 }));
      await refused({ ...first, revision: 1, changeKey: "another" });
      expect(await find(first)).toMatchObject({ state: "landed", revision: 1 });
    });

    it("all but one of those who write at once", async () => {
      const first = await save(aCase());
      const writes = Array.from({ length: 8 }, (_, n) =>
        store().transaction((tx) => tx.saveCase({ ...first, state: `state-${n}` })),
      );
      const results = await Promise.allSettled(writes);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const reasons = results.flatMap((result) =>
        result.status === "rejected" ? [result.reason as unknown] : [],
      );
      expect(reasons).toEqual(Array.from({ length: 7 }, () => expect.objectContaining(conflict)));
    });

    it("nothing of a transaction that failed", async () => {
      const written = aCase();
      const write = store().transaction(async (tx) => {
        await tx.saveCase(written);
        throw new Error("no");
      });
      await expect(write).rejects.toThrow("no");
      expect(await find(written)).toBeNull();
    });
  });

  it("refuse a digest that is none", async () => {
    await expect(
      store().transaction((tx) => tx.saveCase(aCase({ digest: "A".repeat(64) }))),
    ).rejects.toThrow();
  });

  it("are announced once", async () => {
    const { tenantId, id } = await save(aCase());
    const announce = (at: Date): Promise<boolean> =>
      store().transaction((tx) => tx.markAnnounced(tenantId, id, at));
    const answers = await Promise.all([announce(AT), announce(AT), announce(AT)]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await announce(minutes(1))).toBe(false);
    expect(await store().findCase(tenantId, id)).toMatchObject({ announcedAt: AT, revision: 1 });
    expect(await store().transaction((tx) => tx.markAnnounced(tenantId, "bg-none", AT))).toBe(false);
  });

  it("can be announced again once that was forgotten", async () => {
    const { tenantId, id } = await save(aCase());
    const announce = (at: Date): Promise<boolean> =>
      store().transaction((tx) => tx.markAnnounced(tenantId, id, at));
    await announce(AT);
    await store().transaction((tx) => tx.forgetAnnouncement(tenantId, id));
    expect(await store().findCase(tenantId, id)).toMatchObject({ announcedAt: null, revision: 1 });
    expect(await announce(minutes(1))).toBe(true);
    expect(await store().findCase(tenantId, id)).toMatchObject({ announcedAt: minutes(1) });
  });

  describe("are found", () => {
    it("open, by their branch, the oldest first", async () => {
      const tenantId = freshId();
      const younger = await save(aCase({ tenantId, openedAt: minutes(2), state: "rejected" }));
      const oldest = await save(aCase({ tenantId, openedAt: minutes(1), state: "declared" }));
      await save(aCase({ tenantId, state: "closed" }));
      await save(aCase({ tenantId, state: "withdrawn" }));
      await save(aCase({ tenantId, branch: "main2" }));
      await save(aCase({ tenantId, repository: { ...REPOSITORY, id: 7 } }));
      expect(await store().openCases(tenantId, LARGE, "main")).toEqual([oldest, younger]);
    });

    it("by the pull request that they are about or that documents them", async () => {
      const tenantId = freshId();
      const about = await save(aCase({ tenantId, pullNumber: 5 }));
      const documented = await save(
        aCase({ tenantId, pullNumber: null, retroNumber: 5, openedAt: minutes(1) }),
      );
      await save(aCase({ tenantId, pullNumber: 6, retroNumber: 7 }));
      await save(aCase({ tenantId, pullNumber: 5, repository: { ...REPOSITORY, id: 7 } }));
      expect(await store().findCasesOfPullRequest(tenantId, LARGE, 5)).toEqual([about, documented]);
    });

    it("all of a tenant, the newest first, as many as asked for", async () => {
      const tenantId = freshId();
      const old = await save(aCase({ tenantId, state: "closed" }));
      const young = await save(aCase({ tenantId, openedAt: minutes(1) }));
      expect(await store().listCases(tenantId, 10)).toEqual([young, old]);
      expect(await store().listCases(tenantId, 1)).toEqual([young]);
      expect(await store().listCases(freshId(), 10)).toEqual([]);
    });

    it("by their issue, once that was posted, wherever it is", async () => {
      const { tenantId, id } = await save(aCase());
      const home = { id: LARGE + 3, owner: "octo", name: "compliance" };
      await store().transaction((tx) => tx.wantIssue(anIssue({ tenantId, caseId: id, repository: home })));
      expect(await store().findCase(tenantId, id)).toMatchObject({ issue: null });

      await store().beginIssue(tenantId, id, 1, AT);
      await store().markIssuePosted(tenantId, id, 1, 44, AT);

      const expected = expect.objectContaining({ id, issue: { repository: home, number: 44 } });
      expect(await store().findCaseOfIssue(tenantId, home.id, 44)).toEqual(expected);
      expect(await store().findCase(tenantId, id)).toEqual(expected);
      expect(await store().listCases(tenantId, 1)).toEqual([expected]);
      expect(await store().findCaseOfIssue(tenantId, home.id, 45)).toBeNull();
      expect(await store().findCaseOfIssue(tenantId, LARGE, 44)).toBeNull();
    });
  });

  it("of one tenant are not another's, whatever they share", async () => {
    const mine = aCase({ pullNumber: 5, body: '"mine"' });
    const theirs = aCase({ ...mine, tenantId: freshId(), body: '"theirs"' });
    for (const stored of [mine, theirs]) {
      await save(stored);
      const { tenantId, id } = stored;
      await store().transaction((tx) => tx.wantIssue(anIssue({ tenantId, caseId: id })));
      await store().markIssuePosted(tenantId, id, 1, tenantId, AT);
    }
    for (const { tenantId, id, changeKey, body } of [mine, theirs]) {
      const own = expect.objectContaining({
        tenantId,
        body,
        issue: { repository: REPOSITORY, number: tenantId },
      });
      expect(await store().findCase(tenantId, id)).toEqual(own);
      expect(await store().findCaseOfChange(tenantId, changeKey)).toEqual(own);
      expect(await store().findCaseOfIssue(tenantId, LARGE, tenantId)).toEqual(own);
      expect(await store().findCasesOfPullRequest(tenantId, LARGE, 5)).toEqual([own]);
      expect(await store().openCases(tenantId, LARGE, "main")).toEqual([own]);
      expect(await store().listCases(tenantId, 9)).toEqual([own]);
    }
    expect(await store().findCaseOfIssue(mine.tenantId, LARGE, theirs.tenantId)).toBeNull();

    await store().transaction((tx) => tx.markAnnounced(mine.tenantId, mine.id, AT));
    await save({ ...mine, revision: 1, state: "closed" });
    expect(await find(theirs)).toMatchObject({ announcedAt: null, state: "landed", revision: 1 });
  });
});
