import type { BranchStore, BranchTransaction } from "../../ports/branch-store.js";
import { bind, type Database, type Queries } from "../../database.js";
import { countChanges, pushRecordsAt } from "../records.js";
import { cover, coveredOids, coveringChange, findBranch, listBranches, saveBranch } from "./branches.js";
import { noteProtectionChange, protectionChanges } from "./protection.js";
import { notePush, settlePushes, unsettledPushes } from "./pushes.js";
import { findRepository, listRepositories, saveRepository } from "./repositories.js";

/** Branches and what is known of them, outside of transactions. */
export function branchStoreOn(database: Database): BranchStore {
  return {
    findRepository: database.bind(findRepository),
    listRepositories: database.bind(listRepositories),
    saveRepository: database.bind(saveRepository),
    findBranch: database.bind(findBranch),
    listBranches: database.bind(listBranches),
    notePush: database.bind(notePush),
    unsettledPushes: database.bind(unsettledPushes),
    coveredOids: database.bind(coveredOids),
    pushRecordsAt: database.bind(pushRecordsAt),
    coveringChange: database.bind(coveringChange),
    noteProtectionChange: database.bind(noteProtectionChange),
    protectionChanges: database.bind(protectionChanges),
    countChanges: database.bind(countChanges),
  };
}

/** Branches as part of one transaction. */
export function branchTransactionOn(queries: Queries): BranchTransaction {
  return {
    findBranch: bind(queries, findBranch),
    saveBranch: bind(queries, saveBranch),
    cover: bind(queries, cover),
    coveredOids: bind(queries, coveredOids),
    settlePushes: bind(queries, settlePushes),
  };
}
