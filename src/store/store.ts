import type { Account, BranchTip, RepositoryRef } from "../facts/facts.js";
import type { Urgency } from "../urgency.js";
import type { BudgetStore } from "./ports/budget-store.js";
import type { BranchKey, BranchStore, BranchTransaction } from "./ports/branch-store.js";
import type { CaseStore, CaseTransaction } from "./ports/case-store.js";
import type { HealingStore, HealingTransaction } from "./ports/healing-store.js";
import type { Job } from "./jobs.js";
import type { QueueDepth } from "./queue/depth.js";
import type { MergeGroupStore, MergeGroupTransaction } from "./ports/merge-group-store.js";
import type { PolicyStore, PolicyTransaction } from "./ports/policy-store.js";

/** The only door to the database. Every row belongs to one tenant, and nothing reads across tenants. */
export interface Store
  extends CaseStore, BranchStore, MergeGroupStore, PolicyStore, HealingStore, BudgetStore {
  /**
   * Stores a webhook delivery and its `process-delivery` job in one transaction.
   * A repeated GUID is stored once; if the stored one was never processed, its job is queued again.
   */
  acceptDelivery(delivery: NewDelivery): Promise<"stored" | "duplicate">;
  /** The delivery with this GUID, or `null`. */
  findDelivery(guid: string): Promise<StoredDelivery | null>;
  /** Those of some GUIDs whose delivery is stored. */
  storedDeliveries(guids: readonly string[]): Promise<ReadonlySet<string>>;
  markDeliveryProcessed(guid: string, at: Date): Promise<void>;
  /**
   * Deletes at most so many deliveries that were received before an instant and are processed. Returns how many; those of
   * the last three days the database refuses to delete.
   */
  forgetDeliveries(before: Date, most: number): Promise<number>;
  /** `null`: no such installation is known. */
  findTenant(tenantId: number): Promise<Tenant | null>;
  /** Every tenant, by login: for operators, who see all of their own installation. */
  listTenants(): Promise<Tenant[]>;
  /**
   * Inserts or updates; a tenant is the account on which the app is installed, the installation id may change. Events
   * come in any order, so an earlier installation or an older state never takes the place of a later one.
   */
  saveTenant(tenant: Tenant): Promise<void>;
  /** Who last pushed a branch to a commit, as a webhook told us, or `null`. */
  findPusher(tenantId: number, tip: BranchTip): Promise<Account | null>;
  /** `fill`: only where nothing is known, for what tells less than a push does. */
  savePusher(push: HeadPush, mode?: "replace" | "fill"): Promise<void>;
  /** Notes where a pull request stands, unless something newer is known. */
  notePullRequest(pull: KnownPullRequest): Promise<void>;
  /** Open pull requests that have this head, as far as we heard, by number. */
  openPullRequestsAt(commit: CommitKey): Promise<KnownPullRequest[]>;
  /** All open pull requests of a tenant, as far as we heard. */
  openPullRequests(tenantId: number): Promise<KnownPullRequest[]>;
  /** The newest decision of each pull request whose head is this commit. */
  latestDecisions(commit: CommitKey): Promise<StoredDecision[]>;
  /** The newest decision on a pull request's head that was observed at or before `at`, or `null`. */
  decisionAsOf(commit: CommitKey, pullNumber: number, at: Date): Promise<StoredDecision | null>;
  findMergeRecord(tenantId: number, repositoryId: number, pullNumber: number): Promise<StoredRecord | null>;
  /** The record of this kind about a change, or about a step of a case, or `null`. */
  findRecord(tenantId: number, kind: RecordKind, changeKey: string): Promise<StoredRecord | null>;
  /** The records of a case in their order: its steps, what was refused, what became of its issue, its seal. */
  recordsOfCase(tenantId: number, caseId: string): Promise<StoredRecord[]>;
  /** How many commands were refused that someone gave in comments on an issue or pull request. */
  countRefusals(of: RefusalQuery): Promise<number>;
  /** Merges into a branch with all gates passed that occurred after `since`, in the order of their records. */
  gatedMerges(branch: BranchKey, since: Date): Promise<StoredRecord[]>;
  /** A tenant's records in their order, from `from` on, at most `limit`. */
  listRecords(tenantId: number, from: number, limit: number): Promise<StoredRecord[]>;
  /** Check runs wanted on a commit, posted or not. */
  wantedChecks(commit: CommitKey): Promise<WantedCheck[]>;
  /** Before anything is sent: notes that an attempt to post this revision has begun. */
  beginPosting(check: CheckKey, revision: number, at: Date): Promise<void>;
  /** After it was sent: which revision GitHub now shows, and the id to rewrite it under; `null` where a new one must follow. */
  markPosted(check: CheckKey, revision: number, checkRunId: number | null, at: Date): Promise<PostOutcome>;
  /** Has every check run of a commit posted again, whether or not it would say anything new. */
  renewChecks(commit: CommitKey): Promise<void>;
  enqueue(job: Job, options?: EnqueueOptions): Promise<void>;
  /** Runs `work` in one transaction: all of it is stored, or none. Serialization failures are retried. */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  /** How many jobs there are by kind, the most urgent first. */
  queueDepth(): Promise<QueueDepth[]>;
  /** Counts and dead jobs, for operators. */
  queueStatus(): Promise<QueueStatus>;
  /** Makes dead jobs due again; all of them where no ids are given. Returns how many. */
  retryDeadJobs(ids?: readonly string[]): Promise<number>;
  /** Resolves when the database answers; rejects with `store-unavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreTransaction
  extends CaseTransaction, BranchTransaction, MergeGroupTransaction, PolicyTransaction, HealingTransaction {
  /** Holds a named lock until the transaction ends, over all processes on this database. */
  lock(name: string): Promise<void>;
  /**
   * Inserts a decision unless the newest one of this pull request and head has the same digest. `outdated`: the newest
   * was observed later than this one, which then says nothing any more.
   */
  insertDecision(decision: NewDecision): Promise<"inserted" | "unchanged" | "outdated">;
  /** As outside of a transaction. Returns whether the pull request was known to be open before. */
  notePullRequest(pull: KnownPullRequest): Promise<boolean>;
  openPullRequestsAt(commit: CommitKey): Promise<KnownPullRequest[]>;
  /** Open pull requests that go to a branch, as far as we heard, by number. */
  openPullRequestsInto(branch: BranchKey): Promise<KnownPullRequest[]>;
  latestDecisions(commit: CommitKey): Promise<StoredDecision[]>;
  /** States what a check run should say. Bumps the revision only if the digest differs; returns whether it did. */
  wantCheck(check: CheckKey, content: CheckContent): Promise<boolean>;
  wantedChecks(commit: CommitKey): Promise<WantedCheck[]>;
  /** Appends to the tenant's records at the next position, unless one for the same change is there. */
  appendRecord(record: NewRecord): Promise<"appended" | "exists">;
  findRecord(tenantId: number, kind: RecordKind, changeKey: string): Promise<StoredRecord | null>;
  recordsOfCase(tenantId: number, caseId: string): Promise<StoredRecord[]>;
  enqueue(job: Job, options?: EnqueueOptions): Promise<void>;
}

export interface Tenant {
  /** GitHub's id of the account (organization or user). */
  readonly id: number;
  readonly login: string;
  readonly installationId: number;
  readonly suspended: boolean;
  /** When GitHub says that this was so. */
  readonly asOf: Date;
}

/** Where a pull request stood when we last heard of it. */
export interface KnownPullRequest {
  readonly tenantId: number;
  readonly repository: RepositoryRef;
  readonly number: number;
  readonly headOid: string;
  readonly baseRef: string;
  readonly open: boolean;
  readonly asOf: Date;
  /** Whether GitHub merges it by itself once it may. Left out: as it was known. */
  readonly autoMerge?: boolean;
  /** Whether its review gate passes. Left out: as it was known. */
  readonly approved?: boolean;
}

export interface NewDelivery {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  /** 0 where the event belongs to the app as a whole (`ping`). */
  readonly tenantId: number;
  readonly installationId: number | null;
  readonly receivedAt: Date;
  /** The raw body, byte for byte as it was signed. */
  readonly payload: Uint8Array;
}

export interface StoredDelivery extends NewDelivery {
  readonly processedAt: Date | null;
}

export interface EnqueueOptions {
  /** At once where it is left out. */
  readonly runAt?: Date;
  /**
   * Its task's own where it is left out. Work on a pull request that is known to be about to be merged is always that
   * urgent, and a waiting job that was more urgent stays so.
   */
  readonly urgency?: Urgency;
}

export interface HeadPush extends BranchTip {
  readonly tenantId: number;
  readonly pusher: Account;
  readonly at: Date;
}

export interface CommitKey {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly oid: string;
}

export interface NewDecision {
  readonly tenantId: number;
  readonly repository: RepositoryRef;
  readonly pullNumber: number;
  readonly baseRef: string;
  readonly headOid: string;
  readonly outcome: string;
  readonly policyDigest: string | null;
  readonly observedAt: Date;
  /** The decision as JSON; `digest` is over its canonical form without what only time changes. */
  readonly body: unknown;
  readonly digest: string;
}

export interface StoredDecision extends NewDecision {
  readonly id: string;
  readonly decidedAt: Date;
}

/** Refused commands of one person on one issue or pull request. */
export interface RefusalQuery {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly number: number;
  readonly authorId: number;
  /** By when the comments were made. */
  readonly since: Date;
  /** The comment that does not count. */
  readonly exceptUrl: string;
}

export interface CheckKey extends CommitKey {
  readonly name: string;
}

export interface CheckContent {
  readonly conclusion: string;
  readonly title: string;
  readonly summary: string;
  readonly text: string;
  readonly annotations: readonly unknown[];
  readonly actions: readonly unknown[];
  readonly digest: string;
}

/** `overtaken`: a newer revision had been posted before, so GitHub now shows an older one and must be told again. */
export type PostOutcome = "posted" | "overtaken";

/** One row of the outbox of check runs: what we want GitHub to show, and what it was last made to show. */
export interface WantedCheck {
  readonly key: CheckKey;
  readonly content: CheckContent;
  readonly revision: number;
  readonly postedRevision: number;
  /** The revision whose posting has begun; a crash may have left it posted or not. */
  readonly attemptedRevision: number;
  readonly checkRunId: number | null;
}

/**
 * What a record is of: a merged pull request, a push, the history before us; a case's step, its seal, a command that
 * was refused, and what others did to its issue; a branch's protection that changed, and a merge found afterwards to have landed while
 * it was not what the policy asks.
 */
export type RecordKind =
  | "merge"
  | "push"
  | "baseline"
  | "break-glass"
  | "break-glass-sealed"
  | "break-glass-refused"
  | "break-glass-issue"
  | "protection-drift"
  | "merge-reassessed";

/** One entry of the evidence: `body` is RFC 8785 canonical JSON, `digest` its SHA-256 in lower-case hex. */
export interface NewRecord {
  readonly tenantId: number;
  readonly kind: RecordKind;
  /** What makes it unique with its kind: a change's key, or a case's id with what tells its step after a slash. */
  readonly changeKey: string;
  readonly repository: RepositoryRef;
  readonly branch: string;
  readonly pullNumber: number | null;
  readonly headOid: string;
  readonly commitOid: string;
  readonly outcome: string;
  readonly bypass: boolean;
  readonly policyDigest: string | null;
  readonly controls: readonly string[];
  readonly occurredAt: Date;
  readonly observedAt: Date;
  readonly body: string;
  readonly digest: string;
}

export interface StoredRecord extends NewRecord {
  /** Position in the tenant's records, from 0, without gaps. */
  readonly position: number;
  readonly recordedAt: Date;
}

export interface QueueStatus {
  readonly waiting: number;
  readonly running: number;
  readonly dead: readonly DeadJob[];
}

/** A job that used up its attempts. Nothing is dropped: it waits here until someone retries it. */
export interface DeadJob {
  readonly id: string;
  readonly task: string;
  readonly key: string | null;
  readonly attempts: number;
  readonly lastError: string | null;
}
