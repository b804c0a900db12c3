import type { UsedRevision } from "../../facts/control-files.js";

/**
 * What the database keeps of policies: which of their revisions have judged. The account's file bears its revision itself;
 * a branch's policies are numbered in the order in which they were accounted for.
 */
export interface PolicyStore {
  /** The highest revision that had judged by `asOf` (`null`: until now); `null` where none had. */
  newestRevision(place: PolicyPlace, asOf: Date | null): Promise<UsedRevision | null>;
  /**
   * Notes that a revision judges from now on, unless it or a later one did before. Gives the highest one that does then:
   * whoever gets another back than they brought must not judge by theirs.
   */
  useRevision(place: PolicyPlace, revision: UsedRevision): Promise<UsedRevision>;
}

/** The same, as part of one transaction. */
export type PolicyTransaction = PolicyStore;

/** Whose policy file it is. */
export interface PolicyPlace {
  readonly tenantId: number;
  /** `null`: the account's own. */
  readonly of: { readonly repositoryId: number; readonly branch: string } | null;
}
