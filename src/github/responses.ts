import { z } from "zod";

/**
 * What GitHub answers to `queries.ts`, checked when it arrives: an answer of another shape is no answer.
 * Fields that the app may not be permitted to read are nullable.
 */

const page = <T extends z.ZodType>(node: T) =>
  z.object({
    totalCount: z.number(),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    nodes: z.array(node),
  });
const list = <T extends z.ZodType>(node: T) => z.object({ totalCount: z.number(), nodes: z.array(node) });
const oid = z.object({ oid: z.string() });

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

const commit = z.object({
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

const review = z.object({
  fullDatabaseId: z.union([z.string(), z.number()]).nullable(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  submittedAt: z.string().nullable(),
  author: account.nullable(),
  authorCanPushToRepository: z.boolean(),
  commit: oid.nullable(),
});
export type ReviewNode = z.infer<typeof review>;

const app = z.object({ databaseId: z.number().nullable(), slug: z.string() });
const result = z.discriminatedUnion("__typename", [
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

const allowance = z.object({
  actor: z
    .object({
      __typename: z.enum(["App", "Team", "User"]),
      databaseId: z.number().nullable(),
      slug: z.string().optional(),
      login: z.string().optional(),
    })
    .nullable(),
});
export type AllowanceNode = z.infer<typeof allowance>;

const classicProtection = z.object({
  pattern: z.string(),
  isAdminEnforced: z.boolean(),
  allowsForcePushes: z.boolean(),
  allowsDeletions: z.boolean(),
  requiresApprovingReviews: z.boolean(),
  requiredApprovingReviewCount: z.number().nullable(),
  dismissesStaleReviews: z.boolean(),
  requiresCodeOwnerReviews: z.boolean(),
  requireLastPushApproval: z.boolean(),
  requiresCommitSignatures: z.boolean(),
  requiresStatusChecks: z.boolean(),
  requiredStatusChecks: z
    .array(z.object({ context: z.string(), app: app.pick({ databaseId: true }).nullable() }))
    .nullable(),
  bypassPullRequestAllowances: list(allowance),
  bypassForcePushAllowances: list(allowance),
});
export type ClassicProtectionNode = z.infer<typeof classicProtection>;

const bypassActor = z.object({
  bypassMode: z.string().nullable(),
  deployKey: z.boolean(),
  enterpriseOwner: z.boolean(),
  organizationAdmin: z.boolean(),
  repositoryRoleDatabaseId: z.number().nullable(),
  repositoryRoleName: z.string().nullable(),
  actor: z
    .object({ __typename: z.enum(["App", "Team"]), databaseId: z.number().nullable(), slug: z.string() })
    .nullable(),
});
export type BypassActorNode = z.infer<typeof bypassActor>;

const rule = z.object({
  type: z.string(),
  parameters: z
    .object({
      dismissStaleReviewsOnPush: z.boolean().optional(),
      requireCodeOwnerReview: z.boolean().optional(),
      requireLastPushApproval: z.boolean().optional(),
      requiredApprovingReviewCount: z.number().optional(),
      requiredStatusChecks: z
        .array(z.object({ context: z.string(), integrationId: z.number().nullable() }))
        .optional(),
    })
    .nullable(),
  repositoryRuleset: z
    .object({
      databaseId: z.number().nullable(),
      name: z.string(),
      enforcement: z.string(),
      source: z.object({
        __typename: z.enum(["Repository", "Organization", "Enterprise"]),
        nameWithOwner: z.string().optional(),
        login: z.string().optional(),
        slug: z.string().optional(),
      }),
      bypassActors: list(bypassActor).nullable(),
    })
    .nullable(),
});
export type RuleNode = z.infer<typeof rule>;

const file = z.object({
  __typename: z.string(),
  oid: z.string(),
  isBinary: z.boolean().nullish(),
  isTruncated: z.boolean().optional(),
  text: z.string().nullish(),
});
export type FileNode = z.infer<typeof file>;

const fileEntry = z.object({ name: z.string(), object: file.nullable() });
const trustEntry = fileEntry.extend({
  object: file.extend({ entries: z.array(fileEntry).nullish() }).nullable(),
});

const controlFiles = z.object({
  databaseId: z.number(),
  defaultBranchRef: z.object({ name: z.string() }).nullable(),
  defaultPolicyFile: file.nullable(),
  policyFile: file.nullable(),
  trustFolder: z.object({ entries: z.array(trustEntry).nullish() }).nullable(),
});
export type ControlFilesNode = z.infer<typeof controlFiles>;

const rollup = z.object({ contexts: page(result) }).nullable();

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
  headRefName: z.string(),
  headRefOid: z.string(),
  headRef: z.object({ associatedPullRequests: list(sharesHead) }).nullable(),
  headRepository: z.object({ databaseId: z.number().nullable(), nameWithOwner: z.string() }).nullable(),
  baseRef: z
    .object({
      name: z.string(),
      target: oid.nullable(),
      branchProtectionRule: classicProtection.nullable(),
      rules: list(rule).nullable(),
    })
    .nullable(),
  commits: page(z.object({ commit })),
  reviews: page(review).nullable(),
  headCommit: z.object({
    nodes: z.array(
      z.object({
        commit: z.object({
          oid: z.string(),
          proposedPolicy: z.object({ object: file.nullable() }).nullable(),
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
);
export const controlFilesAt = inRepository(controlFiles);
export const commitsPage = inPullRequest({ commits: page(z.object({ commit })) });
export const reviewsPage = inPullRequest({ reviews: page(review) });
export const resultsPage = inPullRequest({
  headCommit: z.object({
    nodes: z.array(z.object({ commit: z.object({ oid: z.string(), statusCheckRollup: rollup }) })),
  }),
});
