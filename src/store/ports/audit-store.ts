import type { Snapshot } from "../../policy/drift/drift.js";
import type { BranchKey, ProtectionChange } from "./branch-store.js";
import type { StoredRecord } from "../store.js";

/** What the database keeps of audits of protection. */
export interface AuditStore {
  /** Notes when GitHub first tried to deliver webhooks that it is asked to deliver again; the earliest stays. */
  noteLateDeliveries(late: readonly LateDelivery[]): Promise<void>;
  /** When GitHub first tried to deliver a webhook, where it had to be asked to do so again, or `null`. */
  firstAttempt(guid: string): Promise<Date | null>;
  /** What protected a branch, the oldest first. */
  snapshotsOf(branch: BranchKey): Promise<Snapshot[]>;
  /** The numbers of open pull requests into a branch that were last judged when it asked something else. */
  judgedByAnother(branch: BranchKey, baseDigest: string): Promise<number[]>;
}

export interface AuditTransaction {
  /** When a branch was audited for the last time, and what it had then; `null`: never. Call it with its lock held. */
  lastAudit(branch: BranchKey): Promise<LastAudit | null>;
  snapshotsOf(branch: BranchKey): Promise<Snapshot[]>;
  saveAudit(branch: BranchKey, at: Date): Promise<void>;
  addSnapshot(branch: BranchKey, snapshot: NewSnapshot): Promise<void>;
  /** Changes that were told of a repository's protection, its organization's included, and not accounted for, the oldest first. */
  unauditedChanges(branch: BranchKey): Promise<ProtectionChange[]>;
  noteAudited(branch: BranchKey, guids: readonly string[]): Promise<void>;
  /** Records of merges and pushes that landed on a branch after the first and not after the second instant, at most 1,000. */
  landedBetween(branch: BranchKey, after: Date, until: Date): Promise<StoredRecord[]>;
  /** Merges into a branch whose record says that all gates had passed, and whose facts were read at `since` or later. */
  passedSince(branch: BranchKey, since: Date): Promise<StoredRecord[]>;
}

export interface LateDelivery {
  readonly guid: string;
  readonly firstAttemptAt: Date;
}

export interface LastAudit {
  readonly auditedAt: Date;
  readonly snapshot: Snapshot;
  /** What was read of the protection: canonical JSON. */
  readonly protection: string;
}

export interface NewSnapshot extends Snapshot {
  /** What was read of the protection: canonical JSON. */
  readonly protection: string;
}
