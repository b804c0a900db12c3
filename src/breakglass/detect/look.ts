import type { Move } from "../../evidence/change-key.js";
import type { Account } from "../../facts/facts.js";

/** A push as its webhook told it. */
export interface Push {
  readonly guid: string;
  /** `null`: the branch was made by this push. */
  readonly before: string | null;
  /** `null`: the branch was deleted by this push. */
  readonly after: string | null;
  readonly forced: boolean;
  readonly pusher: Account | null;
  /** When GitHub took it, by GitHub's clock, which tells whole seconds. */
  readonly pushedAt: Date;
}

/** How far a branch is accounted for. */
export interface Accounted {
  /** `null`: the branch is deleted. */
  readonly tip: string | null;
  /** The tip before it was deleted; `null` where it is there. */
  readonly lastTip: string | null;
  /** Where it stood when it was first seen: the history below is not judged. */
  readonly since: string;
  /** An instant before GitHub was last asked: what happened earlier was seen then, as far as it can be seen. */
  readonly accountedAt: Date;
}

/** A commit of a branch's first-parent history. */
export interface LineCommit {
  readonly oid: string;
  readonly parents: readonly string[];
  /** Merged pull requests that GitHub associates with it. */
  readonly mergedPulls: readonly {
    readonly number: number;
    readonly baseRef: string;
    readonly mergeCommitOid: string | null;
    readonly commits: number;
  }[];
}

/** Where the branch stands now. */
export interface Reading {
  /** `null`: there is no such branch. */
  readonly tip: string | null;
  /** First-parent history from the tip down to `readUntil` (not included), or to a limit; the newest first. */
  readonly history: readonly LineCommit[];
  /** Whether `readUntil` is the tip or one of its first-parent ancestors. */
  readonly reached: boolean;
  /** Reading stopped before that was known, and before the first commit or the merge base was met. */
  readonly cut: boolean;
}

/** Everything that one look at a branch has to go by. */
export interface Look {
  readonly branch: string;
  /** `null`: the branch was never seen before. */
  readonly known: Accounted | null;
  /** Those that were not accounted for yet. */
  readonly pushes: readonly Push[];
  readonly reading: Reading;
  /** Those of `oidsInQuestion` that have a record on this branch. */
  readonly covered: ReadonlySet<string>;
  /** GUIDs of the pushes whose move itself has a record (`isOnRecord`). */
  readonly onRecord: ReadonlySet<string>;
  /**
   * Best common ancestor of the commit that was read until and the tip, where the first was not reached: what lies
   * below was on the branch before. `null`: not known, so all that was read counts as new.
   */
  readonly mergeBase: string | null;
}

/** Something that brought commits to the branch, or moved it. */
export type Change = PullRequestChange | MoveChange;

export interface PullRequestChange {
  readonly kind: "pull-request";
  readonly number: number;
  /** Its first-parent commits that have no record yet, the oldest first. */
  readonly oids: readonly string[];
}

export interface MoveChange extends Move {
  readonly kind: "move";
  /** First-parent commits that are newly on the branch by it and have no record yet, the oldest first. */
  readonly oids: readonly string[];
  /** Where it led is not in the history that was read: of its commits only the last is in `oids` (see `completed`). */
  readonly vanished: boolean;
  /**
   * Set where the history was too long to be read down to what is accounted for: the lowest commit that was read. What
   * came below it is in no change.
   */
  readonly readTo: string | null;
  /** `null`: no push told of it, or GitHub names nobody. */
  readonly pusher: Account | null;
  /** When GitHub took it (ISO 8601, UTC); `null`: it was found by comparison. */
  readonly at: string | null;
  /** Of the pushes that told of it. */
  readonly guids: readonly string[];
}

export interface Attribution {
  /** In the order in which they happened, as far as that is known. No commit is in two of them. */
  readonly changes: readonly Change[];
  /** GUIDs of the pushes that need nothing: all they brought is accounted for. */
  readonly settled: readonly string[];
  /** Set where the branch was never seen before: everything from this commit on is accounted for. */
  readonly baseline: string | null;
  readonly tip: string | null;
  readonly lastTip: string | null;
}
