import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import { CountersignError } from "../../../src/errors.js";
import { type BudgetBook, MemoryBook } from "../../../src/github/budget/book.js";
import { InstallationBudget } from "../../../src/github/budget/installation-budget.js";
import { costOf, GITHUB_LIMITS } from "../../../src/github/budget/limits.js";
import { currentWindow } from "../../../src/github/budget/spend.js";
import { spendingAs } from "../../../src/github/budget/spending.js";
import { readState } from "../../../src/github/budget/state.js";

const NOW = new Date("2026-11-30T12:00:00Z");
const INSTALLATION = 55;
const READ = costOf("GET", "/repos/{owner}/{repo}");
const WRITE = costOf("POST", "/repos/{owner}/{repo}/check-runs");
const window = (remaining: number) => ({
  limit: 5_000,
  remaining,
  resetsAt: NOW.getTime() + 3_600_000,
});
const heard = (remaining: number) =>
  ({ resource: "core", window: window(remaining), unchanged: false, tookMs: 0 }) as const;

/** A book that counts, and can be made to fail. */
class CountingBook extends MemoryBook {
  reads = 0;
  writes = 0;
  broken = false;

  override readBudget(id: number) {
    this.reads += 1;
    return super.readBudget(id);
  }

  override writeBudget(id: number, version: number, state: object) {
    this.writes += 1;
    if (this.broken) return Promise.reject(new CountersignError("store-unavailable", "gone"));
    return super.writeBudget(id, version, state);
  }
}

/** Processes that share a book. */
function processes(count: number, book: BudgetBook = new MemoryBook(), limits = GITHUB_LIMITS) {
  const clock = new ManualClock(NOW);
  return {
    clock,
    budgets: Array.from(
      { length: count },
      () => new InstallationBudget(INSTALLATION, { book, limits }, clock),
    ),
  };
}

const one = (book?: BudgetBook) => {
  const { budgets, clock } = processes(1, book);
  const [budget] = budgets;
  if (budget === undefined) throw new Error("there is none");
  return { budget, clock };
};

const stateIn = async (book: BudgetBook) => readState((await book.readBudget(INSTALLATION))?.state);
const refused = { code: "github-rate-limited" };
/** As often as it goes without being put off. */
async function spend(budget: InstallationBudget, cost = WRITE): Promise<number> {
  for (let count = 0; ; count += 1) {
    const done = await Promise.race([
      budget.take(cost).then(
        () => true,
        () => false,
      ),
      soon(),
    ]);
    if (done !== true) return count;
  }
}
/** Those that wait for a moment are not waited for. */
const soon = () => new Promise<null>((resolve) => setTimeout(resolve, 30, null));

describe("an installation's budget", () => {
  it("is one for all processes", async () => {
    const { budgets } = processes(2);
    const counts = [];
    for (const budget of budgets) counts.push(await spend(budget));
    // What the first took, the second does not have: each of them finds the one that it would have to wait for.
    expect(counts).toEqual([24, 0]);
  });

  it("is spent in one writing by all who ask at once, and read only where another wrote", async () => {
    const book = new CountingBook();
    const { budgets } = processes(2, book);
    const [first, second] = budgets;
    await Promise.all(Array.from({ length: 10 }, async () => await first?.take(READ)));
    // The first of them finds nobody to wait for.
    expect([book.reads, book.writes]).toEqual([1, 2]);
    await first?.take(READ);
    expect([book.reads, book.writes]).toEqual([1, 3]);
    await second?.take(READ);
    await first?.take(READ);
    expect([book.reads, book.writes]).toEqual([3, 6]);
    expect((await stateIn(book)).buckets.core?.level).toBe(150 - 13);
  });

  it("puts off what it has not, with the time at which to come back", async () => {
    const { budget, clock } = one();
    await budget.pause(new Date(NOW.getTime() + 90_000), "GitHub said so");
    await expect(budget.take(READ)).rejects.toMatchObject({
      ...refused,
      retryAt: new Date(NOW.getTime() + 90_000),
      message: expect.stringContaining("asked this installation to wait"),
      remedy: expect.stringContaining("2026-11-30T12:01:30.000Z"),
    });
    clock.advance(90_000);
    await budget.take(READ);
  });

  it("a pause is known to other processes before whoever met it goes on", async () => {
    const { budgets } = processes(2);
    const [first, second] = budgets;
    await second?.take(READ);
    await first?.pause(new Date(NOW.getTime() + 90_000), "GitHub said so");
    await expect(second?.take(READ)).rejects.toMatchObject(refused);
    await first?.exhausted("graphql", new Date(NOW.getTime() + 60_000));
  });

  it("notes what answers told with the next request", async () => {
    const book = new CountingBook();
    const { budget } = one(book);
    await budget.take(READ);
    budget.hear(heard(1_200));
    budget.hear(heard(1_300));
    await budget.take(READ);
    expect(currentWindow(await stateIn(book), "core", NOW.getTime())).toEqual(window(1_199));
    expect(book.writes).toBe(2);
  });

  it("keeps a part for what is more urgent", async () => {
    const { budget } = one();
    budget.hear(heard(1_000));
    await expect(budget.take(READ)).rejects.toMatchObject(refused);
    await expect(spendingAs("bulk", () => budget.take(READ))).rejects.toMatchObject(refused);
    await spendingAs("merging", () => budget.take(READ));
  });

  it("sets aside what a job will need, for that job alone, or nothing", async () => {
    const book = new CountingBook();
    const { budget } = one(book);
    await spendingAs("ordinary", async () => {
      await budget.setAside(WRITE, 3);
      expect(book.writes).toBe(1);
      for (let count = 0; count < 3; count += 1) await budget.take(WRITE);
      expect(book.writes).toBe(1);
      await budget.take(READ);
      await budget.take(WRITE);
      expect(book.writes).toBe(3);
    });
    expect((await stateIn(book)).buckets.core?.level).toBe(150 - 4 * 5 - 1);
    await spendingAs("ordinary", () => budget.setAside(WRITE, 0));
    expect(book.writes).toBe(3);
    await spendingAs("ordinary", async () => {
      await budget.setAside(WRITE, 20);
      await expect(budget.setAside(WRITE, 20)).rejects.toMatchObject(refused);
    });
    expect((await stateIn(book)).buckets.core?.level).toBe(150 - 24 * 5 - 1);
  });

  it("sends nothing while the database does not answer, and goes on when it does", async () => {
    const book = new CountingBook();
    const { budget } = one(book);
    book.broken = true;
    await expect(budget.take(READ)).rejects.toMatchObject({ code: "store-unavailable" });
    book.broken = false;
    await budget.take(READ);
  });

  it("waits a moment for what comes back soon", async () => {
    const { budget } = one();
    while ((await stateOf(budget)) > 0);
    const [before] = [performance.now()];
    await budget.take(READ);
    expect(performance.now() - before).toBeGreaterThan(50);
  });

  /** How many more requests it lets through at once. */
  async function stateOf(budget: InstallationBudget): Promise<number> {
    return await spend(budget, READ);
  }
});
