import type { MergeQueueReading } from "../policy/merge-group/queue.js";
import type { CommitFact, Fact, RepositoryRef } from "./facts.js";

/** Reads merge queues and what they made. */
export interface MergeQueueSource {
  /** `null`: the branch has no queue. */
  readQueue(repository: RepositoryRef, branch: string): Promise<Fact<MergeQueueReading | null>>;
  /**
   * The first-parent line from just above `until` up to `head`, the oldest first, with signatures; unknown where the one
   * does not lead to the other within what is read.
   */
  readLine(repository: RepositoryRef, head: string, until: string): Promise<Fact<readonly CommitFact[]>>;
}
