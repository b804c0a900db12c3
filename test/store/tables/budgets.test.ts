import { expect, it } from "@jest/globals";
import { eachDatabase, freshId } from "../../support/postgres.js";

eachDatabase("rate budgets", (store) => {
  it("are written only over what was read", async () => {
    const id = freshId();
    expect(await store().readBudget(id)).toBeNull();
    expect(await store().writeBudget(id, 1, { left: 1 })).toBe(false);
    expect(await store().writeBudget(id, 0, { left: 10 })).toBe(true);
    expect(await store().writeBudget(id, 0, { left: 9 })).toBe(false);
    expect(await store().readBudget(id)).toEqual({ installationId: id, version: 1, state: { left: 10 } });
    expect(await store().writeBudget(id, 1, { left: 8 })).toBe(true);
    expect(await store().writeBudget(id, 1, { left: 7 })).toBe(false);
    expect(await store().readBudget(id)).toEqual({ installationId: id, version: 2, state: { left: 8 } });
  });

  it("are written by one of many who read the same", async () => {
    const id = freshId();
    for (const version of [0, 1]) {
      const all = Array.from({ length: 8 }, (_, left) => store().writeBudget(id, version, { left }));
      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
    }
  });

  it("are listed of those who are asked for", async () => {
    const [one, other, third] = [freshId(), freshId(), freshId()];
    for (const id of [other, one, third]) await store().writeBudget(id, 0, { id });
    expect((await store().listBudgets([other, one])).map(({ state }) => state)).toEqual([
      { id: one },
      { id: other },
    ]);
  });
});
