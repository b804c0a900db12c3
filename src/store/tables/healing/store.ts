import { bind, type Database, type Queries } from "../../database.js";
import type { HealingStore, HealingTransaction } from "../../healing-store.js";
import { noteSeen, seenPullRequests, shownChecks } from "./seen.js";

/** What heals, outside of transactions. */
export function healingStoreOn(database: Database): HealingStore {
  return {
    seenPullRequests: database.bind(seenPullRequests),
    shownChecks: database.bind(shownChecks),
  };
}

/** What heals, as part of one transaction. */
export function healingTransactionOn(queries: Queries): HealingTransaction {
  return { noteSeen: bind(queries, noteSeen) };
}
