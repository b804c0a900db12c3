import { z } from "zod";
import { commit, oid, page, rollup } from "../nodes/schemas.js";

/** What GitHub answers to `queries.ts`. A pull request that the app may not see comes as `null`. */

const associatedPull = z.object({
  number: z.number(),
  state: z.string(),
  baseRefName: z.string(),
  baseRepository: z.object({ databaseId: z.number().nullable() }).nullable(),
  mergeCommit: oid.nullable(),
  commits: z.object({ totalCount: z.number() }),
});
export type AssociatedPullNode = z.infer<typeof associatedPull>;

const historyCommit = z.object({
  oid: z.string(),
  parents: z.object({ nodes: z.array(oid) }),
  associatedPullRequests: z.object({
    totalCount: z.number(),
    nodes: z.array(associatedPull.nullable()),
  }),
});
export type HistoryCommitNode = z.infer<typeof historyCommit>;

const historyPage = z.object({ oid: z.string(), history: z.object({ nodes: z.array(historyCommit) }) });

const inRepository = <T extends z.ZodRawShape>(shape: T) =>
  z.object({ repository: z.object({ databaseId: z.number(), ...shape }).nullable() });

export const branchHistory = inRepository({
  ref: z.object({ name: z.string(), prefix: z.string(), target: historyPage.nullable() }).nullable(),
});
export const commitHistory = inRepository({ object: historyPage.nullable() });
export const commitResults = inRepository({
  object: z.object({ oid: z.string(), statusCheckRollup: rollup.optional() }).nullable(),
});
export const repositoryBranches = inRepository({
  nameWithOwner: z.string(),
  url: z.string(),
  defaultBranchRef: z.object({ name: z.string() }).nullable(),
  refs: page(z.object({ name: z.string() })),
});

/** Beside the commits under their aliases stands the repository's id. */
export const commitsByOidAnswer = z.object({
  repository: z.object({ databaseId: z.number() }).catchall(commit.nullable()).nullable(),
});
