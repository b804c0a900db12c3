import { bind, type Database, type Queries } from "../../database.js";
import type { HealingStore, HealingTransaction } from "../../ports/healing-store.js";
import { noteAudited, unauditedChanges } from "../branches/protection.js";
import { landedBetween, passedSince } from "../records.js";
import {
  addSnapshot,
  firstAttempt,
  judgedByAnother,
  lastAudit,
  noteLateDeliveries,
  saveAudit,
  snapshotsOf,
} from "./audits.js";
import { lastLookAt, noteSeen, seenPullRequests, shownChecks } from "./seen.js";

/** What heals, outside of transactions. */
export function healingStoreOn(database: Database): HealingStore {
  return {
    seenPullRequests: database.bind(seenPullRequests),
    lastLookAt: database.bind(lastLookAt),
    shownChecks: database.bind(shownChecks),
    noteLateDeliveries: database.bind(noteLateDeliveries),
    firstAttempt: database.bind(firstAttempt),
    snapshotsOf: database.bind(snapshotsOf),
    judgedByAnother: database.bind(judgedByAnother),
  };
}

/** What heals, as part of one transaction. */
export function healingTransactionOn(queries: Queries): HealingTransaction {
  return {
    noteSeen: bind(queries, noteSeen),
    lastAudit: bind(queries, lastAudit),
    snapshotsOf: bind(queries, snapshotsOf),
    saveAudit: bind(queries, saveAudit),
    addSnapshot: bind(queries, addSnapshot),
    unauditedChanges: bind(queries, unauditedChanges),
    noteAudited: bind(queries, noteAudited),
    landedBetween: bind(queries, landedBetween),
    passedSince: bind(queries, passedSince),
  };
}
