import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../src/clock.js";
import { eachDatabase, freshId } from "../support/postgres.js";
import { aDecision, aRecord, AT, LARGE, OID, someContent } from "./samples.js";

const NOW = new Date("2026-03-05T00:00:00.000Z");

eachDatabase(
  "the store",
  (store) => {
    describe("tenants", () => {
      it("are inserted, then updated", async () => {
        const tenant = {
          id: LARGE + freshId(),
          login: "octo",
          installationId: 3,
          suspended: false,
          asOf: AT,
        };
        expect(await store().findTenant(tenant.id)).toBeNull();
        await store().saveTenant(tenant);
        await store().saveTenant({ ...tenant, login: "renamed", installationId: LARGE, suspended: true });
        expect(await store().findTenant(tenant.id)).toEqual({
          id: tenant.id,
          login: "renamed",
          installationId: LARGE,
          suspended: true,
          asOf: AT,
        });
      });

      it.each([
        ["a later state of the installation", { suspended: true, asOf: new Date(AT.getTime() + 1) }, true],
        ["an older state that arrives late", { suspended: true, asOf: new Date(AT.getTime() - 1) }, false],
        [
          "a later installation, whenever it was",
          { installationId: 4, suspended: true, asOf: new Date(0) },
          true,
        ],
        ["the end of an earlier one", { installationId: 2, suspended: true, asOf: NOW }, false],
      ])("take on %s or not", async (_what, change, taken) => {
        const tenant = { id: freshId(), login: "octo", installationId: 3, suspended: false, asOf: AT };
        await store().saveTenant(tenant);
        await store().saveTenant({ ...tenant, ...change });
        expect(await store().findTenant(tenant.id)).toMatchObject({ suspended: taken });
      });
    });

    describe("pull requests", () => {
      const pull = () => ({
        tenantId: freshId(),
        repository: { id: LARGE, owner: "octo", name: "deploy" },
        number: 7,
        headOid: OID,
        baseRef: "main",
        open: true,
        asOf: AT,
      });

      it("are found by their head while they are open", async () => {
        const known = pull();
        const commit = { tenantId: known.tenantId, repositoryId: LARGE, oid: OID };
        await store().notePullRequest({ ...known, number: 8, baseRef: "release" });
        await store().notePullRequest(known);
        await store().notePullRequest({ ...known, number: 9, open: false });
        await store().notePullRequest({ ...known, number: 10, headOid: "b".repeat(40) });
        await store().notePullRequest({ ...known, tenantId: freshId() });
        const found = [known, { ...known, number: 8, baseRef: "release" }];
        expect(await store().openPullRequestsAt(commit)).toEqual(found);
        expect(await store().transaction((tx) => tx.openPullRequestsAt(commit))).toEqual(found);
        const into = { tenantId: known.tenantId, repositoryId: LARGE, branch: "release" };
        expect(await store().transaction((tx) => tx.openPullRequestsInto(into))).toEqual([found[1]]);
        expect((await store().openPullRequests(known.tenantId)).map(({ number }) => number)).toEqual([
          7, 8, 10,
        ]);
      });

      it("are as they were last, not as an older event says that arrives late", async () => {
        const known = pull();
        const commit = { tenantId: known.tenantId, repositoryId: LARGE, oid: OID };
        await store().notePullRequest({ ...known, open: false });
        await store().notePullRequest({ ...known, asOf: new Date(AT.getTime() - 1) });
        expect(await store().openPullRequestsAt(commit)).toEqual([]);
        const wasOpen = (open: boolean): Promise<boolean> =>
          store().transaction((tx) => tx.notePullRequest({ ...known, open, asOf: NOW }));
        expect([await wasOpen(true), await wasOpen(false), await wasOpen(true)]).toEqual([
          false,
          true,
          false,
        ]);
      });
    });

    describe("pushers", () => {
      const pusher = { id: 1, login: "alice", type: "User" } as const;
      const other = { id: 2, login: "bot", type: "Bot" } as const;

      const tip = { repositoryId: 1, branch: "change", oid: OID };

      it("are known by tenant, branch and commit: the same commit on another branch is another push", async () => {
        const tenantId = freshId();
        await store().savePusher({ tenantId, ...tip, pusher, at: AT });
        await store().savePusher({ tenantId, ...tip, branch: "decoy", pusher: other, at: AT });
        expect(await store().findPusher(tenantId, tip)).toEqual(pusher);
        expect(await store().findPusher(tenantId, { ...tip, repositoryId: 2 })).toBeNull();
        expect(await store().findPusher(freshId(), tip)).toBeNull();
        expect(await store().findPusher(tenantId, { ...tip, oid: "b".repeat(40) })).toBeNull();
      });

      it("are replaced by a newer push, not by an older one that arrives late", async () => {
        const push = { tenantId: freshId(), ...tip };
        await store().savePusher({ ...push, pusher, at: AT });
        await store().savePusher({ ...push, pusher: other, at: new Date(AT.getTime() - 1) });
        expect(await store().findPusher(push.tenantId, tip)).toEqual(pusher);
        await store().savePusher({ ...push, pusher: other, at: new Date(AT.getTime() + 1) });
        expect(await store().findPusher(push.tenantId, tip)).toEqual(other);
      });

      it("fill a gap with what tells less, and never replace by it", async () => {
        const tenantId = freshId();
        await store().savePusher({ tenantId, ...tip, pusher, at: AT }, "fill");
        expect(await store().findPusher(tenantId, tip)).toEqual(pusher);
        await store().savePusher({ tenantId, ...tip, pusher: other, at: NOW }, "fill");
        expect(await store().findPusher(tenantId, tip)).toEqual(pusher);
      });
    });

    describe("decisions", () => {
      it("are inserted when they differ from the newest, also when an older one comes back", async () => {
        const first = aDecision();
        const insert = (digest: string): Promise<string> =>
          store().transaction((tx) => tx.insertDecision({ ...first, digest }));

        expect(await insert("d1")).toBe("inserted");
        expect(await insert("d1")).toBe("unchanged");
        expect(await insert("d2")).toBe("inserted");
        expect(await insert("d1")).toBe("inserted");
      });

      it("are not inserted once one that was observed later is there", async () => {
        const later = aDecision();
        const earlier = { ...later, observedAt: new Date(AT.getTime() - 1), digest: "d0" };
        const insert = (decision: typeof later) => store().transaction((tx) => tx.insertDecision(decision));
        expect(await insert(later)).toBe("inserted");
        expect(await insert(earlier)).toBe("outdated");
        const commit = { tenantId: later.tenantId, repositoryId: LARGE, oid: OID };
        expect(await store().latestDecisions(commit)).toMatchObject([{ digest: "d1" }]);
      });

      it("are found as of an instant", async () => {
        const first = aDecision();
        const second = { ...first, observedAt: new Date(AT.getTime() + 1000), digest: "d2" };
        const commit = { tenantId: first.tenantId, repositoryId: LARGE, oid: OID };
        await store().transaction(async (tx) => {
          await tx.insertDecision(first);
          await tx.insertDecision(second);
        });
        const digestAt = async (offset: number) =>
          (await store().decisionAsOf(commit, 7, new Date(AT.getTime() + offset)))?.digest ?? null;
        expect(await Promise.all([-1, 0, 999, 1000].map(digestAt))).toEqual([null, "d1", "d1", "d2"]);
        expect(await store().decisionAsOf(commit, 8, NOW)).toBeNull();
      });

      it("are the newest of each pull request with this head, in this tenant and repository", async () => {
        const first = aDecision();
        const commit = { tenantId: first.tenantId, repositoryId: LARGE, oid: OID };
        await store().transaction(async (tx) => {
          await tx.insertDecision(first);
          await tx.insertDecision({ ...first, outcome: "pass", digest: "d2" });
          await tx.insertDecision({ ...first, pullNumber: 8 });
          await tx.insertDecision({ ...first, headOid: "b".repeat(40) });
          await tx.insertDecision({ ...first, repository: { ...first.repository, id: 1 } });
          await tx.insertDecision({ ...first, tenantId: freshId() });
          expect(await tx.latestDecisions(commit)).toHaveLength(2);
        });

        expect(await store().latestDecisions(commit)).toEqual([
          { ...first, outcome: "pass", digest: "d2", id: expect.stringMatching(/^\d+$/), decidedAt: NOW },
          { ...first, pullNumber: 8, id: expect.stringMatching(/^\d+$/), decidedAt: NOW },
        ]);
      });

      it("are inserted once by many at the same moment", async () => {
        const decision = aDecision();
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => store().transaction((tx) => tx.insertDecision(decision))),
        );
        expect(answers.filter((answer) => answer === "inserted")).toHaveLength(1);
      });

      it("may quote what no JSONB column would take", async () => {
        const decision = aDecision({ body: { title: "NUL \u0000, half a pair \ud800, \u202e" } });
        await store().transaction((tx) => tx.insertDecision(decision));
        const [found] = await store().latestDecisions({
          tenantId: decision.tenantId,
          repositoryId: LARGE,
          oid: OID,
        });
        expect(found?.body).toEqual(decision.body);
      });
    });

    describe("wanted checks", () => {
      const check = (): { tenantId: number; repositoryId: number; oid: string; name: string } => ({
        tenantId: freshId(),
        repositoryId: LARGE,
        oid: OID,
        name: "countersign",
      });

      it("bump their revision only when the content is news", async () => {
        const key = check();
        const want = (digest: string): Promise<boolean> =>
          store().transaction((tx) => tx.wantCheck(key, someContent({ digest })));

        expect(await want("c1")).toBe(true);
        expect(await want("c1")).toBe(false);
        expect(await want("c2")).toBe(true);
        expect(await store().wantedChecks(key)).toEqual([
          {
            key,
            content: someContent({ digest: "c2" }),
            revision: 2,
            postedRevision: 0,
            attemptedRevision: 0,
            checkRunId: null,
          },
        ]);
      });

      it("remember what was attempted and what was posted", async () => {
        const key = check();
        await store().transaction((tx) => tx.wantCheck(key, someContent()));
        await store().beginPosting(key, 1, AT);
        expect(await store().wantedChecks(key)).toMatchObject([{ attemptedRevision: 1, postedRevision: 0 }]);
        await store().markPosted(key, 1, LARGE, AT);
        expect(await store().wantedChecks(key)).toMatchObject([{ postedRevision: 1, checkRunId: LARGE }]);
      });

      it("are posted again after the late answer to an older revision: that is what GitHub shows now", async () => {
        const key = check();
        await store().transaction((tx) => tx.wantCheck(key, someContent({ digest: "c1" })));
        await store().transaction((tx) => tx.wantCheck(key, someContent({ digest: "c2" })));
        expect(await store().markPosted(key, 2, 22, AT)).toBe("posted");
        await store().beginPosting(key, 1, AT);
        expect(await store().markPosted(key, 1, 11, AT)).toBe("overtaken");
        expect(await store().wantedChecks(key)).toMatchObject([
          { revision: 3, attemptedRevision: 2, postedRevision: 2, checkRunId: 11 },
        ]);
      });

      it("may have to be followed by a new one", async () => {
        const key = check();
        await store().transaction((tx) => tx.wantCheck(key, someContent()));
        await store().markPosted(key, 1, null, AT);
        expect(await store().wantedChecks(key)).toMatchObject([{ postedRevision: 1, checkRunId: null }]);
      });

      it("are all due again when they are renewed", async () => {
        const key = check();
        await store().transaction((tx) => tx.wantCheck(key, someContent()));
        await store().markPosted(key, 1, 11, AT);
        await store().renewChecks(key);
        expect(await store().wantedChecks(key)).toMatchObject([
          { revision: 2, postedRevision: 1, checkRunId: 11 },
        ]);
      });

      it("refuse a revision that was never wanted", async () => {
        const key = check();
        await store().transaction((tx) => tx.wantCheck(key, someContent()));
        await expect(store().beginPosting(key, 2, AT)).rejects.toMatchObject({ code: "invariant-broken" });
        await expect(store().markPosted(key, 2, 1, AT)).rejects.toMatchObject({ code: "invariant-broken" });
        await expect(store().markPosted({ ...key, name: "x" }, 1, 1, AT)).rejects.toMatchObject({
          code: "invariant-broken",
        });
      });

      it("belong to one tenant, whatever else is the same", async () => {
        const mine = check();
        const theirs = { ...mine, tenantId: freshId() };
        await store().transaction((tx) => tx.wantCheck(mine, someContent({ title: "mine" })));
        await store().transaction((tx) => tx.wantCheck(theirs, someContent({ title: "theirs" })));
        expect(await store().wantedChecks(mine)).toMatchObject([{ content: { title: "mine" } }]);
        expect(await store().wantedChecks(theirs)).toMatchObject([{ content: { title: "theirs" } }]);
      });
    });

    describe("records", () => {
      it("are read back as they were written", async () => {
        const record = aRecord({ body: '{"title":"\\u0000 ✓"}' });
        expect(await store().transaction((tx) => tx.appendRecord(record))).toBe("appended");
        expect(await store().findMergeRecord(record.tenantId, LARGE, 1)).toEqual({
          ...record,
          position: 0,
          recordedAt: NOW,
        });
        expect(await store().findMergeRecord(freshId(), LARGE, 1)).toBeNull();
      });

      it("are one for one change, and the first stands", async () => {
        const record = aRecord();
        await store().transaction((tx) => tx.appendRecord(record));
        expect(await store().transaction((tx) => tx.appendRecord({ ...record, outcome: "other" }))).toBe(
          "exists",
        );
        expect(await store().findMergeRecord(record.tenantId, LARGE, 1)).toMatchObject({ outcome: "pass" });
      });

      it("have positions from 0 without gaps, whatever runs at once and whatever is rolled back", async () => {
        const tenantId = freshId();
        const refusal = new Error("rolled back on purpose");
        const append = (n: number): Promise<unknown> =>
          store().transaction(async (tx) => {
            await tx.appendRecord(aRecord({ tenantId, changeKey: `pull:${n % 12}` }));
            if (n % 3 === 0) throw refusal;
          });

        const results = await Promise.allSettled(Array.from({ length: 24 }, (_, n) => append(n)));

        expect(
          results.filter((result) => result.status === "rejected").map((r) => r.reason as unknown),
        ).toEqual(Array.from({ length: 8 }, () => refusal));
        const rows = await store().sql<{ position: string }>(
          "SELECT position FROM records WHERE tenant_id = $1 ORDER BY position",
          [tenantId],
        );
        expect(rows.map((row) => row.position)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
      });

      it("count their positions in each tenant", async () => {
        const [mine, theirs] = [aRecord(), aRecord()];
        await store().transaction((tx) => tx.appendRecord(mine));
        await store().transaction((tx) => tx.appendRecord(theirs));
        expect(await store().findMergeRecord(mine.tenantId, LARGE, 1)).toMatchObject({ position: 0 });
        expect(await store().findMergeRecord(theirs.tenantId, LARGE, 1)).toMatchObject({ position: 0 });
      });
    });

    describe("a transaction", () => {
      it("stores all of it or nothing: rows and jobs", async () => {
        const record = aRecord();
        const check = { tenantId: record.tenantId, repositoryId: LARGE, oid: OID, name: "countersign" };
        const subject = { tenantId: record.tenantId, repository: record.repository, oid: OID };
        const write = (fail: boolean): Promise<void> =>
          store().transaction(async (tx) => {
            await tx.appendRecord(record);
            await tx.wantCheck(check, someContent());
            await tx.insertDecision(aDecision({ tenantId: record.tenantId }));
            await tx.enqueue({ task: "publish-checks", payload: subject });
            if (fail) throw new Error("no");
          });
        const jobs = (): Promise<unknown[]> =>
          store().sql("SELECT 1 FROM graphile_worker.jobs WHERE key LIKE $1", [
            `checks:${record.tenantId}/%`,
          ]);

        await expect(write(true)).rejects.toThrow("no");
        expect(await store().findMergeRecord(record.tenantId, LARGE, 1)).toBeNull();
        expect(await store().wantedChecks(check)).toEqual([]);
        expect(await store().latestDecisions(check)).toEqual([]);
        expect(await jobs()).toEqual([]);

        await write(false);
        expect(await store().findMergeRecord(record.tenantId, LARGE, 1)).not.toBeNull();
        expect(await jobs()).toHaveLength(1);
      });

      it("holds a named lock until it ends", async () => {
        const log: string[] = [];
        const name = `lock-${freshId()}`;
        const hold = (who: string): Promise<void> =>
          store().transaction(async (tx) => {
            await tx.lock(name);
            log.push(`${who} in`);
            await tx.wantedChecks({ tenantId: 0, repositoryId: 0, oid: OID });
            log.push(`${who} out`);
          });
        await Promise.all([hold("a"), hold("b"), hold("c")]);
        for (let i = 0; i < log.length; i += 2) expect(log[i]?.slice(0, 1)).toBe(log[i + 1]?.slice(0, 1));
        expect(log).toHaveLength(6);
      });

      it("refuses ids that a number cannot hold", async () => {
        await expect(store().findTenant(2 ** 53)).rejects.toMatchObject({ code: "invariant-broken" });
        await expect(store().findTenant(1.5)).rejects.toMatchObject({ code: "invariant-broken" });
      });
    });
  },
  new ManualClock(NOW),
);
