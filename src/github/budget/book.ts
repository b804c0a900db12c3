/** Where budgets are kept, so that all who speak for an installation share one. */
export interface BudgetBook {
  /** What was written last, or `null`. */
  readBudget(installationId: number): Promise<StoredBudget | null>;
  /**
   * Writes it if nothing was written since it was read.
   * @param version that it was read with; 0 where there was none
   * @returns whether it was written
   */
  writeBudget(installationId: number, version: number, state: object): Promise<boolean>;
}

export interface StoredBudget {
  /** From 1; one more with each writing. */
  readonly version: number;
  /** As JSON gives it back. */
  readonly state: unknown;
}

/** For whoever speaks to GitHub alone, without a database: kept as long as the process lives. */
export class MemoryBook implements BudgetBook {
  readonly #budgets = new Map<number, StoredBudget>();

  readBudget(installationId: number): Promise<StoredBudget | null> {
    return Promise.resolve(this.#budgets.get(installationId) ?? null);
  }

  writeBudget(installationId: number, version: number, state: object): Promise<boolean> {
    if ((this.#budgets.get(installationId)?.version ?? 0) !== version) return Promise.resolve(false);
    this.#budgets.set(installationId, { version: version + 1, state });
    return Promise.resolve(true);
  }
}
