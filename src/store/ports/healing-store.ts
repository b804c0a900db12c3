import type { AuditStore, AuditTransaction } from "./audit-store.js";
import type { CommitKey } from "../store.js";

/** What the database keeps so that what no webhook told is found: what the last look at each pull request saw. */
export interface HealingStore extends AuditStore {
  /** The open pull requests of a repository, as far as we heard, with what the last look at each saw. */
  seenPullRequests(tenantId: number, repositoryId: number): Promise<SeenPullRequest[]>;
  /** When the last look at a pull request began to read; `null`: none was, or it judged another head than this commit. */
  lastLookAt(commit: CommitKey, number: number): Promise<Date | null>;
  /** What GitHub is to show on some of a repository's commits, without what it says. */
  shownChecks(tenantId: number, repositoryId: number, oids: readonly string[]): Promise<ShownCheck[]>;
}

export interface HealingTransaction extends AuditTransaction {
  /** Notes what a look at a pull request saw. Call it where the verdict that it came to is stored. */
  noteSeen(seen: PullRequestSeen): Promise<void>;
}

/** What a look saw, as digests of `policy/verdict/seen.ts`. */
export interface PullRequestSeen {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly number: number;
  /** When it began to read. */
  readonly at: Date;
  readonly headOid: string;
  /** Of the pull request's own state. */
  readonly state: string;
  /** Of what its base branch asks. */
  readonly base: string;
}

/** `null`s: it was heard of, and not looked at yet. */
export interface SeenPullRequest {
  readonly number: number;
  readonly evaluatedAt: Date | null;
  readonly state: string | null;
}

/** A check run that is wanted, and how far it was posted. */
export interface ShownCheck extends Pick<CommitKey, "oid"> {
  readonly name: string;
  readonly conclusion: string;
  readonly digest: string;
  readonly revision: number;
  readonly postedRevision: number;
  readonly postedAt: Date | null;
}
