export const CLASSIC_PROTECTION = /* GraphQL */ `
  fragment ClassicProtection on BranchProtectionRule {
    pattern
    isAdminEnforced
    allowsForcePushes
    allowsDeletions
    requiresApprovingReviews
    requiredApprovingReviewCount
    dismissesStaleReviews
    requiresCodeOwnerReviews
    requireLastPushApproval
    requiresCommitSignatures
    requiresStatusChecks
    requiredStatusChecks { context app { databaseId } }
    bypassPullRequestAllowances(first: 100) { totalCount nodes { actor { ...Allowance } } }
    bypassForcePushAllowances(first: 100) { totalCount nodes { actor { ...Allowance } } }
  }
  fragment Allowance on BranchActorAllowanceActor {
    __typename
    ... on App { databaseId slug }
    ... on Team { databaseId slug }
    ... on User { databaseId login }
  }
`;

export const RULE = /* GraphQL */ `
  fragment Rule on RepositoryRule {
    type
    parameters {
      ... on PullRequestParameters {
        dismissStaleReviewsOnPush
        requireCodeOwnerReview
        requireLastPushApproval
        requiredApprovingReviewCount
      }
      ... on RequiredStatusChecksParameters {
        requiredStatusChecks { context integrationId }
      }
    }
    repositoryRuleset {
      databaseId
      name
      enforcement
      source {
        __typename
        ... on Repository { nameWithOwner }
        ... on Organization { login }
        ... on Enterprise { slug }
      }
      bypassActors(first: 100) {
        totalCount
        nodes {
          bypassMode
          deployKey
          enterpriseOwner
          organizationAdmin
          repositoryRoleDatabaseId
          repositoryRoleName
          actor {
            __typename
            ... on App { databaseId slug }
            ... on Team { databaseId slug }
          }
        }
      }
    }
  }
`;

/**
 * Policy file and trust material, read from the branch that controls, never from a pull request's head.
 * The default branch's policy file comes along: it says which branches are controlled at all.
 */
export const CONTROL_FILES = /* GraphQL */ `
  fragment ControlFiles on Repository {
    defaultBranchRef { name }
    defaultPolicyFile: object(expression: "HEAD:.github/countersign.yml") { ...File }
    policyFile: object(expression: $policyPath) { ...File }
    trustFolder: object(expression: $trustPath) {
      ... on Tree {
        entries { name object { ...File ... on Tree { entries { name object { ...File } } } } }
      }
    }
  }
`;

/** A file as `CONTROL_FILES` and `ORGANIZATION_POLICY` ask for it. */
export const FILE = /* GraphQL */ `
  fragment File on GitObject {
    __typename
    oid
    ... on Blob { byteSize isBinary isTruncated text }
  }
`;

/** The account's own policy file, with the one commit that it is read from. Wants `FILE` beside it, as `CONTROL_FILES` does. */
export const ORGANIZATION_POLICY = /* GraphQL */ `
  fragment OrganizationPolicy on Repository {
    commit: object(expression: $organizationCommit) {
      ... on Commit { oid policy: file(path: "countersign.yml") { object { ...File } } }
    }
  }
`;
