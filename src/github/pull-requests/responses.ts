import { z } from "zod";
import { baseRef, controlFiles, file, organizationPolicy } from "../base-branch/schemas.js";
import { account, commit, dismissal, list, oid, page, review, rollup } from "../nodes/schemas.js";

/**
 * What GitHub answers to `queries.ts`, checked when it arrives: an answer of another shape is no answer.
 * Fields that the app may not be permitted to read are nullable.
 */

const sharesHead = z.object({
  number: z.number(),
  state: z.string(),
  baseRefName: z.string(),
  headRefOid: z.string(),
  repository: z.object({ databaseId: z.number().nullable() }),
});

const pullRequest = z.object({
  number: z.number(),
  title: z.string(),
  url: z.string(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  isDraft: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
  merged: z.boolean(),
  mergedAt: z.string().nullable(),
  isCrossRepository: z.boolean(),
  author: account.nullable(),
  mergedBy: account.nullable(),
  mergeCommit: z
    .object({ oid: z.string(), tree: oid, parents: z.object({ nodes: z.array(oid) }) })
    .nullable(),
  baseRefName: z.string(),
  baseRefOid: z.string(),
  baseChanges: z.object({ nodes: z.array(z.object({ createdAt: z.string() })) }),
  /** `null` where GitHub refuses it. */
  dismissals: z.object({ nodes: z.array(dismissal) }).nullable(),
  headRefName: z.string(),
  headRefOid: z.string(),
  headRef: z.object({ associatedPullRequests: list(sharesHead) }).nullable(),
  headRepository: z.object({ databaseId: z.number().nullable(), nameWithOwner: z.string() }).nullable(),
  mergeQueue: z.object({ id: z.string() }).nullable(),
  baseRef: baseRef.nullable(),
  commits: page(z.object({ commit })),
  reviews: page(review).nullable(),
  headCommit: z.object({
    nodes: z.array(
      z.object({
        commit: z.object({
          oid: z.string(),
          proposedPolicy: z.object({ object: file.nullable() }).nullable(),
          proposedOrganization: z.object({ object: file.nullable() }).nullish(),
          associatedPullRequests: list(sharesHead).nullable(),
          statusCheckRollup: rollup,
        }),
      }),
    ),
  }),
});
export type PullRequestNode = z.infer<typeof pullRequest>;

const inRepository = <T extends z.ZodType>(repository: T) => z.object({ repository: repository.nullable() });
const inPullRequest = <T extends z.ZodRawShape>(shape: T) =>
  inRepository(z.object({ pullRequest: z.object({ headRefOid: z.string(), ...shape }).nullable() }));

export const pullRequestFacts = inRepository(
  controlFiles.extend({
    nameWithOwner: z.string(),
    pullRequest: pullRequest.nullable(),
  }),
).extend({ organization: organizationPolicy });
export const controlFilesAt = inRepository(controlFiles).extend({ organization: organizationPolicy });
export const organizationPolicyAt = z.object({ organization: organizationPolicy });
export const commitsPage = inPullRequest({ commits: page(z.object({ commit })) });
export const reviewsPage = inPullRequest({ reviews: page(review) });
export const resultsPage = inPullRequest({
  headCommit: z.object({
    nodes: z.array(z.object({ commit: z.object({ oid: z.string(), statusCheckRollup: rollup }) })),
  }),
});
