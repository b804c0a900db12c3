import type { RepositoryRef } from "../../facts/facts.js";
import type { MergeGroup } from "../../policy/merge-group/queue.js";
import type { CommitKey } from "../store.js";

/** What the database keeps of merge groups: which there are, and which of them have ended. */
export interface MergeGroupStore {
  /** Notes a group whose checks were asked for; where it is known already, or has ended, nothing changes. */
  noteMergeGroup(group: NewMergeGroup): Promise<void>;
  /** Notes that a group ended. That is final: events come in any order, and no commit is a group's twice. */
  endMergeGroup(group: NewMergeGroup, end: GroupEnd): Promise<void>;
  /** The group with this head commit, or `null`. */
  findMergeGroup(commit: CommitKey): Promise<KnownMergeGroup | null>;
}

export interface MergeGroupTransaction {
  findMergeGroup(commit: CommitKey): Promise<KnownMergeGroup | null>;
  /** The groups into a branch that have not ended, in the order in which they were asked for. */
  openMergeGroups(tenantId: number, repositoryId: number, baseRef: string): Promise<KnownMergeGroup[]>;
  /** Writes which pull requests a group is made of. */
  nameMergeGroup(commit: CommitKey, pullNumbers: readonly number[]): Promise<void>;
}

/** `merged`: it landed; `dequeued`: one of its own was taken out; `invalidated`: one before it was. */
export type GroupEnd = "merged" | "invalidated" | "dequeued";

export interface NewMergeGroup extends MergeGroup {
  readonly tenantId: number;
  readonly repository: RepositoryRef;
  readonly receivedAt: Date;
}

export interface KnownMergeGroup extends NewMergeGroup {
  /** By the last look at it; empty before the first, and `0` for what could not be attributed. */
  readonly pullNumbers: readonly number[];
  /** `null`: it is still to land. */
  readonly ended: GroupEnd | null;
}
