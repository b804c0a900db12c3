import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import { MemoryBook } from "../../../src/github/budget/book.js";
import { InstallationBudget } from "../../../src/github/budget/installation-budget.js";
import { costOf, GITHUB_LIMITS, type SecondaryLimits } from "../../../src/github/budget/limits.js";
import { atOnceIn, processesIn, withProcess } from "../../../src/github/budget/share.js";
import { type BudgetState, readState, UNKNOWN } from "../../../src/github/budget/state.js";
import { Slots } from "../../../src/github/client/slots.js";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const MINUTE = 60_000;
const running = (count: number, at = NOW): BudgetState =>
  Array.from({ length: count }, (_, index) => `process-${index}`).reduce(
    (state, process) => withProcess(state, process, at),
    UNKNOWN,
  );

describe("the share of a process", () => {
  it.each([
    [0, 10],
    [1, 10],
    [9, 10],
    [10, 9],
    [11, 8],
    [30, 3],
    [45, 2],
    [90, 1],
    [500, 1],
  ])("of %i is %i requests at once", (count, share) => {
    expect(atOnceIn(running(count), NOW)).toBe(share);
  });

  it("keeps all together below what GitHub takes, however many there are", () => {
    for (let count = 1; count <= 99; count += 1)
      expect(count * atOnceIn(running(count), NOW)).toBeLessThan(100);
  });

  it("is not for those that were not heard of for two minutes, nor whose clock is that wrong", () => {
    const state = withProcess(running(20), "late", NOW + MINUTE);
    expect(processesIn(state, NOW + 2 * MINUTE - 1)).toBe(21);
    expect(processesIn(state, NOW + 2 * MINUTE)).toBe(1);
    expect(Object.keys(withProcess(state, "one", NOW + 2 * MINUTE).processes)).toEqual(["late", "one"]);
    expect(processesIn(withProcess(UNKNOWN, "ahead", NOW + 5 * MINUTE), NOW)).toBe(0);
  });

  it("counts one that is heard of again once", () => {
    expect(processesIn(withProcess(running(3), "process-1", NOW + 1), NOW + 1)).toBe(3);
  });

  it("is told of by no version from before, and is then all of it", () => {
    const earlier = { primary: {}, buckets: {}, pause: null };
    expect(readState(earlier)).toEqual(UNKNOWN);
  });
});

describe("processes on one database", () => {
  const start = (count: number, limits: SecondaryLimits | null = GITHUB_LIMITS) => {
    const [book, clock] = [new MemoryBook(), new ManualClock(new Date(NOW))];
    const budgets = Array.from({ length: count }, () => new InstallationBudget(1, { book, limits }, clock));
    return { budgets, clock };
  };
  const READ = costOf("GET", "/repos/{owner}/{repo}");
  const takeEach = async (budgets: readonly InstallationBudget[]) => {
    for (const budget of budgets) await budget.take(READ);
  };

  it("learn of each other by what they take, and share", async () => {
    const { budgets, clock } = start(15);
    const [first] = budgets;
    await takeEach(budgets.slice(0, 1));
    expect(first?.atOnce).toBe(10);
    await takeEach(budgets);
    expect(budgets.at(-1)?.atOnce).toBe(6);
    await takeEach(budgets.slice(0, 1));
    expect(first?.atOnce).toBe(6);
    clock.advance(2 * MINUTE);
    await takeEach(budgets.slice(0, 1));
    expect(first?.atOnce).toBe(10);
  });

  it("send ten each where GitHub has no such limit", async () => {
    const { budgets } = start(15, null);
    await takeEach(budgets);
    expect(budgets.map((budget) => budget.atOnce)).toEqual(budgets.map(() => 10));
  });
});

describe("slots", () => {
  it("let so many in at once, in the order in which they came, also where the number changes", async () => {
    let limit = 3;
    const slots = new Slots(() => limit);
    const [begun, ends]: [number[], (() => void)[]] = [[], []];
    const works = Array.from({ length: 7 }, (_, index) =>
      slots.use(async () => {
        begun.push(index);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (index === 0) throw new Error("It failed.");
      }),
    );
    const outcome = Promise.allSettled(works);
    const turn = async (end: number) => {
      ends[end]?.();
      await new Promise((resolve) => setImmediate(resolve));
      return begun.length;
    };
    expect(await turn(-1)).toBe(3);
    expect(await turn(0)).toBe(4);
    limit = 1;
    expect(await turn(1)).toBe(4);
    expect(await turn(2)).toBe(4);
    expect(await turn(3)).toBe(5);
    limit = 3;
    expect(await turn(4)).toBe(7);
    await turn(5);
    await turn(6);
    expect((await outcome).map(({ status }) => status)).toEqual([
      "rejected",
      ...Array.from({ length: 6 }, () => "fulfilled"),
    ]);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
