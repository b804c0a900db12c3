import { z } from "zod";
import { list, oid } from "../nodes/schemas.js";

/** What GitHub answers to `queries.ts`. What the app may not read comes as `null`. */

const entry = z.object({
  baseCommit: oid.nullable(),
  headCommit: oid.nullable(),
  pullRequest: z.object({ number: z.number(), headRefOid: z.string() }).nullable(),
});
export type QueueEntryNode = z.infer<typeof entry>;

const mergeQueue = z.object({
  configuration: z
    .object({
      mergeMethod: z.enum(["MERGE", "SQUASH", "REBASE"]).nullable(),
      mergingStrategy: z.enum(["ALLGREEN", "HEADGREEN"]).nullable(),
    })
    .nullable(),
  entries: list(entry).nullable(),
});
export type MergeQueueNode = z.infer<typeof mergeQueue>;

export const mergeQueueOfBranch = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      ref: z.object({ name: z.string(), prefix: z.string(), target: oid.nullable() }).nullable(),
      mergeQueue: mergeQueue.nullable(),
    })
    .nullable(),
});
