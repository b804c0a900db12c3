import type { StoredBudget } from "../tables/budgets.js";

export type { StoredBudget } from "../tables/budgets.js";

/** What is left of GitHub's limits, for each installation; 0 is the app itself. */
export interface BudgetStore {
  /** What was written last, or `null`. */
  readBudget(installationId: number): Promise<StoredBudget | null>;
  /** Writes it if its version is still the one given (0: there was none). Returns whether it was. */
  writeBudget(installationId: number, version: number, state: object): Promise<boolean>;
  /** Of those installations that have one, by id. */
  listBudgets(installationIds: readonly number[]): Promise<StoredBudget[]>;
}
