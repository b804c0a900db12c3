import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { TimerRow } from "../../../src/breakglass/clocks.js";
import type { Store } from "../../../src/store/store.js";
import { eachDatabase, freshId, openTestStore } from "../../support/postgres.js";
import { AT } from "../samples.js";
import { aTimer, minutes } from "./samples.js";

const CASE = "bg-00000000aa";

eachDatabase("timers of cases", (store) => {
  const set = (tenantId: number, rows: readonly TimerRow[], caseId = CASE): Promise<void> =>
    store().transaction((tx) => tx.setTimers(tenantId, caseId, rows));
  const finish = (tenantId: number, id: string, at = AT): Promise<boolean> =>
    store().transaction((tx) => tx.finishTimer(tenantId, id, at));

  it("are kept in the order of their time", async () => {
    const tenantId = freshId();
    const late = aTimer(CASE, { kind: "escalation", level: 2, at: minutes(9).toISOString() });
    const early = aTimer(CASE, { clock: "declaration", kind: "end" });
    await set(tenantId, [late, early]);
    const expected = [early, late].map((row) => ({ ...row, doneAt: null }));
    expect(await store().timersOf(tenantId, CASE)).toEqual(expected);
    expect(await store().transaction((tx) => tx.timersOf(tenantId, CASE))).toEqual(expected);
  });

  it("are finished once, at the first time", async () => {
    const tenantId = freshId();
    const timer = aTimer(CASE);
    await set(tenantId, [timer]);
    const answers = await Promise.all(Array.from({ length: 6 }, () => finish(tenantId, timer.id)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await finish(tenantId, timer.id, minutes(1))).toBe(false);
    expect(await finish(tenantId, "none")).toBe(false);
    expect(await store().timersOf(tenantId, CASE)).toEqual([{ ...timer, doneAt: AT }]);
  });

  it("are not finished by a transaction that fails", async () => {
    const tenantId = freshId();
    const timer = aTimer(CASE);
    await set(tenantId, [timer]);
    const crash = store().transaction(async (tx) => {
      expect(await tx.finishTimer(tenantId, timer.id, AT)).toBe(true);
      throw new Error("killed");
    });
    await expect(crash).rejects.toThrow("killed");
    expect(await finish(tenantId, timer.id)).toBe(true);
  });

  it("are exactly those that were set last, and those that are done", async () => {
    const names = ["a", "b", "c", "d"];
    const rows = fc.uniqueArray(fc.record({ id: fc.constantFrom(...names), at: fc.nat({ max: 3 }) }), {
      selector: ({ id }) => id,
    });
    const step = fc.oneof(
      rows.map((set) => ({ set })),
      fc.constantFrom(...names).map((done) => ({ done })),
    );
    const run = async (steps: readonly ({ set: { id: string; at: number }[] } | { done: string })[]) => {
      const tenantId = freshId();
      const model = new Map<string, { at: number; done: boolean }>();
      const rowOf = ({ id, at }: { id: string; at: number }): TimerRow =>
        aTimer(CASE, { id, at: minutes(at).toISOString() });
      for (const one of steps) {
        if ("done" in one) {
          const known = model.get(one.done);
          const expected = known?.done === false;
          if (known !== undefined) known.done = true;
          expect(await finish(tenantId, one.done)).toBe(expected);
          continue;
        }
        for (const [id, { done }] of model) if (!done) model.delete(id);
        for (const { id, at } of one.set) if (!model.has(id)) model.set(id, { at, done: false });
        await set(tenantId, one.set.map(rowOf));
      }
      const stored = await store().timersOf(tenantId, CASE);
      const found = stored.map((row) => [row.id, row.at, row.doneAt !== null]);
      const wanted = [...model].map(([id, { at, done }]) => [id, minutes(at).toISOString(), done]);
      expect(found.sort()).toEqual(wanted.sort());
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 6 }), run), { numRuns: 25 });
  });

  it("of one case are not another's, nor one tenant's another's", async () => {
    const [mine, theirs] = [freshId(), freshId()];
    const row = aTimer(CASE);
    const other = aTimer("bg-00000000bb");
    await set(mine, [row]);
    await set(mine, [other], "bg-00000000bb");
    await set(theirs, [row]);

    await set(mine, []);
    expect(await finish(mine, row.id)).toBe(false);
    expect(await store().timersOf(mine, CASE)).toEqual([]);
    expect(await store().timersOf(mine, "bg-00000000bb")).toEqual([{ ...other, doneAt: null }]);
    expect(await store().timersOf(theirs, CASE)).toEqual([{ ...row, doneAt: null }]);

    // An id that belongs to another case is not taken from it.
    await set(mine, [{ ...other, at: minutes(5).toISOString() }]);
    expect(await store().timersOf(mine, "bg-00000000bb")).toEqual([{ ...other, doneAt: null }]);
    expect(await store().timersOf(mine, CASE)).toEqual([]);
  });

  describe("that are due", () => {
    /** Far in the past, so that no other test's timers are due before it. */
    const past = (n: number): string => new Date(Date.UTC(2001, 0, 1, 0, n)).toISOString();
    const now = (n: number): Date => new Date(past(n));

    it("name each case once, over all tenants, the longest due first", async () => {
      const [one, two] = [freshId(), freshId()];
      await set(one, [
        aTimer(CASE, { id: "1", at: past(3) }),
        aTimer(CASE, { id: "2", at: past(1) }),
        aTimer(CASE, { id: "3", at: past(9) }),
      ]);
      await set(two, [aTimer(CASE, { id: "1", at: past(2) })]);
      await set(two, [aTimer("bg-00000000cc", { id: "2", at: past(5) })], "bg-00000000cc");

      expect(await store().casesDue(now(0), 9)).toEqual([]);
      expect(await store().casesDue(now(4), 9)).toEqual([
        { tenantId: one, caseId: CASE },
        { tenantId: two, caseId: CASE },
      ]);
      expect(await store().casesDue(now(5), 1)).toEqual([{ tenantId: one, caseId: CASE }]);

      await finish(one, "2");
      expect(await store().casesDue(now(5), 9)).toEqual([
        { tenantId: two, caseId: CASE },
        { tenantId: one, caseId: CASE },
        { tenantId: two, caseId: "bg-00000000cc" },
      ]);
      await finish(one, "1");
      await finish(two, "1");
      await finish(two, "2");
      expect(await store().casesDue(now(5), 9)).toEqual([]);
    });

    it("are each done by one of two replicas, also where all 1,000 are due at once", async () => {
      const tenantId = freshId();
      const cases = Array.from({ length: 100 }, (_, n) => `bg-d${String(n).padStart(9, "0")}`);
      for (const caseId of cases) {
        const rows = Array.from({ length: 10 }, (_, n) =>
          aTimer(caseId, { id: `${caseId}/${n}`, at: past(0) }),
        );
        await set(tenantId, rows, caseId);
      }
      const done: string[] = [];
      const replica = async (own: Store): Promise<void> => {
        for (let due = await own.casesDue(now(0), 30); due.length > 0; due = await own.casesDue(now(0), 30)) {
          for (const { caseId } of due) done.push(...(await work(own, caseId)));
        }
      };
      const work = (own: Store, caseId: string): Promise<string[]> =>
        own.transaction(async (tx) => {
          const finished: string[] = [];
          for (const { id } of await tx.timersOf(tenantId, caseId)) {
            if (await tx.finishTimer(tenantId, id, AT)) finished.push(id);
          }
          return finished;
        });
      const { databaseUrl } = store();
      // The embedded database has one process only: there, two workers of it.
      const second = databaseUrl === null ? null : await openTestStore(databaseUrl, "/nonexistent");
      try {
        await Promise.all([replica(store()), replica(second ?? store())]);
      } finally {
        await second?.close();
      }
      expect(done).toHaveLength(1_000);
      expect(new Set(done).size).toBe(1_000);
    });

    it("are found by the index, however many wait", async () => {
      const tenantId = freshId();
      await store().sql(
        `INSERT INTO case_timers (tenant_id, id, case_id, clock, kind, level, due_at)
         SELECT $1, 't' || n, 'c' || n % 20000, 'review', 'reminder', 50, $2::timestamptz + n * interval '1 minute'
           FROM generate_series(1, 100000) n`,
        [tenantId, minutes(0)],
      );
      await store().sql("ANALYZE case_timers");
      const plan = await store().sql(
        `EXPLAIN SELECT tenant_id, case_id FROM case_timers WHERE done_at IS NULL AND due_at <= $1::timestamptz
          GROUP BY tenant_id, case_id ORDER BY min(due_at), tenant_id, case_id LIMIT 100`,
        [minutes(50)],
      );
      expect(JSON.stringify(plan)).toContain("case_timers_due");

      const due = await store().casesDue(minutes(50), 1_000);
      expect(due.filter((one) => one.tenantId === tenantId)).toHaveLength(50);
    });
  });
});
