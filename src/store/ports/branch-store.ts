import type { Account, RepositoryRef } from "../../facts/facts.js";
import type { StoredRecord } from "../store.js";

/** What the database keeps of branches: where they stand by our account, and which of their commits have a record. */
export interface BranchStore {
  findRepository(tenantId: number, repositoryId: number): Promise<KnownRepository | null>;
  /** Every repository of a tenant that we heard of and that is not gone. */
  listRepositories(tenantId: number): Promise<KnownRepository[]>;
  /**
   * Notes a repository as it was at `asOf`, unless something newer is known. Open cases and pull requests follow its
   * name; one that is gone has no open pull requests.
   */
  saveRepository(repository: KnownRepository): Promise<void>;
  findBranch(tenantId: number, repositoryId: number, branch: string): Promise<KnownBranch | null>;
  listBranches(tenantId: number, repositoryId: number): Promise<KnownBranch[]>;
  /** Keeps a push as its webhook told it, once a GUID. */
  notePush(push: NewPush): Promise<void>;
  /** Pushes to a branch that were not accounted for yet, in the order in which they came. */
  unsettledPushes(tenantId: number, repositoryId: number, branch: string): Promise<NewPush[]>;
  /** Those of `oids` that have a record on this branch. */
  coveredOids(branch: BranchKey, oids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Records of pushes to this branch that led to one of these commits, or deleted the branch at it, in their order. */
  pushRecordsAt(branch: BranchKey, oids: readonly string[]): Promise<StoredRecord[]>;
  /** The key of the change that accounts for a commit of this branch; `null`: none does. */
  coveringChange(branch: BranchKey, oid: string): Promise<string | null>;
  /** Keeps a change of protection as it was told, once a GUID. */
  noteProtectionChange(change: ProtectionChange): Promise<void>;
  /**
   * Changes of a repository's protection, its organization's included, that happened or were heard of in this span (both
   * ends in it), the oldest first. `repositoryId` `null`: its organization's alone.
   */
  protectionChanges(
    tenantId: number,
    repositoryId: number | null,
    from: Date,
    to: Date,
  ): Promise<ProtectionChange[]>;
  /** How many changes landed on a repository's branches since then, and how many of those around the gates. */
  countChanges(
    tenantId: number,
    repositoryId: number,
    since: Date,
  ): Promise<{ readonly changes: number; readonly bypasses: number }>;
}

export interface BranchTransaction {
  findBranch(tenantId: number, repositoryId: number, branch: string): Promise<KnownBranch | null>;
  /** Writes where a branch stands. Call it with the branch's lock held. */
  saveBranch(branch: KnownBranch): Promise<void>;
  /** Notes that these commits of a branch are covered by the record of this change; the first to cover stays. */
  cover(branch: BranchKey, oids: readonly string[], changeKey: string): Promise<void>;
  coveredOids(branch: BranchKey, oids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Notes that these pushes of a tenant are accounted for. */
  settlePushes(tenantId: number, guids: readonly string[], at: Date): Promise<void>;
}

export interface BranchKey {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly branch: string;
}

export interface KnownRepository {
  readonly tenantId: number;
  readonly repository: RepositoryRef;
  readonly defaultBranch: string;
  /** The globs of its controlled branches by the default branch's policy, when it was last read. */
  readonly controlled: readonly string[];
  /** The app may no longer see it. */
  readonly gone: boolean;
  readonly asOf: Date;
}

export interface KnownBranch extends BranchKey {
  /** The last commit that we have accounted for; `null`: the branch was deleted. */
  readonly tip: string | null;
  /** The tip before it was deleted; `null` where it is there. */
  readonly lastTip: string | null;
  /** The commit from which on every commit is accounted for: where the branch stood when we first saw it. */
  readonly since: string;
  /** When we last compared it with GitHub. */
  readonly accountedAt: Date;
  /** The last commit whose policy is accounted for: all that brought it has its record. `null`: none yet. */
  readonly policyOid: string | null;
  /** Keys of the merges whose records that of the tip waits for. */
  readonly policyAwaits: readonly string[];
}

export interface NewPush extends BranchKey {
  readonly guid: string;
  readonly repository: RepositoryRef;
  /** `null`: the branch was made by this push. */
  readonly before: string | null;
  /** `null`: the branch was deleted by this push. */
  readonly after: string | null;
  readonly forced: boolean;
  readonly pusher: Account | null;
  /** When GitHub took it, by GitHub's clock. */
  readonly pushedAt: Date;
  readonly receivedAt: Date;
}

export interface ProtectionChange {
  /** The webhook's, or one made of the audit log entry's id. */
  readonly guid: string;
  readonly tenantId: number;
  /** `null`: the organization's, which may bind any of its repositories. */
  readonly repositoryId: number | null;
  readonly kind: "classic" | "ruleset";
  readonly action: "created" | "edited" | "deleted";
  readonly name: string;
  readonly by: Account | null;
  readonly receivedAt: Date;
  /** When it happened, where it was heard of late; `null`: about when it was received. */
  readonly occurredAt: Date | null;
  readonly source: "webhook" | "audit-log";
}
