import { z } from "zod";

/**
 * What GitHub answers to `fragments.ts`, checked when it arrives: an answer of another shape is no answer.
 * Fields that the app may not be permitted to read are nullable.
 */

export const page = <T extends z.ZodType>(node: T) =>
  z.object({
    totalCount: z.number(),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    nodes: z.array(node),
  });
export const list = <T extends z.ZodType>(node: T) =>
  z.object({ totalCount: z.number(), nodes: z.array(node) });
export const oid = z.object({ oid: z.string() });

export const account = z.object({
  __typename: z.string(),
  login: z.string(),
  databaseId: z.number().nullish(),
});
export type AccountNode = z.infer<typeof account>;

const gitActor = z.object({
  name: z.string().nullable(),
  email: z.string().nullable(),
  user: account.nullable(),
});
export type GitActorNode = z.infer<typeof gitActor>;

export const commit = z.object({
  oid: z.string(),
  message: z.string(),
  parents: z.object({ nodes: z.array(oid) }),
  author: gitActor.nullable(),
  committer: gitActor.nullable(),
  authors: list(gitActor),
  signature: z
    .object({ payload: z.string(), signature: z.string(), isValid: z.boolean(), state: z.string() })
    .nullable(),
});
export type CommitNode = z.infer<typeof commit>;

export const review = z.object({
  fullDatabaseId: z.union([z.string(), z.number()]).nullable(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  submittedAt: z.string().nullable(),
  author: account.nullable(),
  authorCanPushToRepository: z.boolean(),
  commit: oid.nullable(),
});
export type ReviewNode = z.infer<typeof review>;

const reviewState = review.shape.state;
/** `null` where GitHub refuses it: it only explains. */
export const dismissal = z
  .object({
    createdAt: z.string(),
    previousReviewState: reviewState,
    dismissalMessage: z.string().nullable(),
    actor: account.nullable(),
    review: z.object({ fullDatabaseId: z.union([z.string(), z.number()]).nullable() }).nullable(),
    pullRequestCommit: z.object({ commit: oid }).nullable(),
  })
  .nullable();
export type DismissalNode = z.infer<typeof dismissal>;

export const app = z.object({ databaseId: z.number().nullable(), slug: z.string() });
export const result = z.discriminatedUnion("__typename", [
  z.object({
    __typename: z.literal("CheckRun"),
    databaseId: z.number().nullable(),
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullable(),
    startedAt: z.string().nullable(),
    completedAt: z.string().nullable(),
    detailsUrl: z.string().nullable(),
    checkSuite: z.object({ app: app.nullable() }),
  }),
  z.object({
    __typename: z.literal("StatusContext"),
    context: z.string(),
    state: z.string(),
    createdAt: z.string(),
    targetUrl: z.string().nullable(),
    creator: account.nullable(),
  }),
]);
export type ResultNode = z.infer<typeof result>;

export const rollup = z.object({ contexts: page(result) }).nullable();
