import { z } from "zod";
import { app, list, oid } from "../nodes/schemas.js";

/** What GitHub answers to `fragments.ts`. Fields that the app may not be permitted to read are nullable. */

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

export const rule = z.object({
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

/** The branch that a pull request goes to, and what protects it. */
export const baseRef = z.object({
  name: z.string(),
  target: oid.nullable(),
  branchProtectionRule: classicProtection.nullable(),
  rules: list(rule).nullable(),
});
export type BaseRefNode = z.infer<typeof baseRef>;

export const file = z.object({
  __typename: z.string(),
  oid: z.string(),
  byteSize: z.number().optional(),
  isBinary: z.boolean().nullish(),
  isTruncated: z.boolean().optional(),
  text: z.string().nullish(),
});
export type FileNode = z.infer<typeof file>;

const fileEntry = z.object({ name: z.string(), object: file.nullable() });
const trustEntry = fileEntry.extend({
  object: file.extend({ entries: z.array(fileEntry).nullish() }).nullable(),
});

export const controlFiles = z.object({
  databaseId: z.number(),
  defaultBranchRef: z.object({ name: z.string() }).nullable(),
  defaultPolicyFile: file.nullable(),
  policyFile: file.nullable(),
  trustFolder: z.object({ entries: z.array(trustEntry).nullish() }).nullable(),
});
export type ControlFilesNode = z.infer<typeof controlFiles>;

const fileOfCommit = z.object({ object: file.nullable() }).nullable();

/** `null`: there is no such repository, or the app may not see it; without a commit it is empty. */
export const organizationPolicy = z
  .object({ commit: z.object({ oid: z.string().optional(), policy: fileOfCommit.optional() }).nullable() })
  .nullable();
export type OrganizationPolicyNode = z.infer<typeof organizationPolicy>;
