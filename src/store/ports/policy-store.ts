import type { UsedRevision } from "../../facts/control-files.js";

/** What the database keeps of policy files that bear a revision: which of their revisions have judged. */
export interface PolicyStore {
  /** The highest revision that had judged by `asOf` (`null`: until now); `null` where none had. */
  newestRevision(place: PolicyPlace, asOf: Date | null): Promise<UsedRevision | null>;
  /**
   * Notes that a revision judges from now on, unless it or a later one did before. Gives the highest one that does then:
   * whoever gets another back than they brought must not judge by theirs.
   */
  useRevision(place: PolicyPlace, revision: UsedRevision): Promise<UsedRevision>;
}

/** Whose policy file it is. */
export interface PolicyPlace {
  readonly tenantId: number;
  /** `null`: the account's own. */
  readonly of: { readonly repositoryId: number; readonly branch: string } | null;
}
