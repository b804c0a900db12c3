/**
 * Every GraphQL document the app sends, in one place: what is asked here is what `docs/permissions.md` explains.
 * Field names are those of GitHub's public GraphQL schema.
 */

const ACTOR = /* GraphQL */ `
  fragment Account on Actor {
    __typename
    login
    ... on User { databaseId }
    ... on Bot { databaseId }
    ... on Mannequin { databaseId }
    ... on Organization { databaseId }
  }
`;

const COMMIT = /* GraphQL */ `
  fragment PullCommit on Commit {
    oid
    message
    parents(first: 10) { nodes { oid } }
    author { name email user { __typename login databaseId } }
    committer { name email user { __typename login databaseId } }
    authors(first: 20) { totalCount nodes { name email user { __typename login databaseId } } }
    signature { payload signature isValid state }
  }
`;

const REVIEW = /* GraphQL */ `
  fragment Review on PullRequestReview {
    fullDatabaseId
    state
    submittedAt
    author { ...Account }
    authorCanPushToRepository
    commit { oid }
  }
`;

const RESULT = /* GraphQL */ `
  fragment Result on StatusCheckRollupContext {
    __typename
    ... on CheckRun {
      databaseId
      name
      status
      conclusion
      startedAt
      completedAt
      detailsUrl
      checkSuite { app { databaseId slug } }
    }
    ... on StatusContext {
      context
      state
      createdAt
      targetUrl
      creator { ...Account }
    }
  }
`;

const CLASSIC_PROTECTION = /* GraphQL */ `
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

const RULE = /* GraphQL */ `
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
const CONTROL_FILES = /* GraphQL */ `
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
  fragment File on GitObject {
    __typename
    oid
    ... on Blob { isBinary isTruncated text }
  }
`;

/**
 * Of a commit that is on the default branch GitHub lists only the merged pull request that brought it there, so pull
 * requests that promote the default branch are found by their head branch, and those of other branches by the commit.
 */
const SHARES_HEAD = /* GraphQL */ `
  fragment SharesHead on PullRequest { number state baseRefName headRefOid repository { databaseId } }
`;

/** Everything about one pull request that one request can tell; pages that do not fit are fetched by the queries below. */
export const PULL_REQUEST_FACTS = /* GraphQL */ `
  query PullRequestFacts(
    $owner: String!
    $name: String!
    $number: Int!
    $policyPath: String!
    $trustPath: String!
  ) {
    repository(owner: $owner, name: $name) {
      databaseId
      nameWithOwner
      ...ControlFiles
      pullRequest(number: $number) {
        number
        title
        url
        state
        isDraft
        createdAt
        merged
        mergedAt
        isCrossRepository
        author { ...Account }
        mergedBy { ...Account }
        mergeCommit { oid tree { oid } parents(first: 10) { nodes { oid } } }
        baseRefName
        baseRefOid
        headRefName
        headRefOid
        headRepository { databaseId nameWithOwner }
        headRef { associatedPullRequests(states: [OPEN], first: 100) { totalCount nodes { ...SharesHead } } }
        baseRef {
          name
          target { oid }
          branchProtectionRule { ...ClassicProtection }
          rules(first: 100) { totalCount nodes { ...Rule } }
        }
        commits(first: 50) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { commit { ...PullCommit } }
        }
        reviews(first: 100) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { ...Review }
        }
        headCommit: commits(last: 1) {
          nodes {
            commit {
              oid
              proposedPolicy: file(path: ".github/countersign.yml") { object { ...File } }
              associatedPullRequests(first: 100) { totalCount nodes { ...SharesHead } }
              statusCheckRollup {
                contexts(first: 100) {
                  totalCount
                  pageInfo { hasNextPage endCursor }
                  nodes { ...Result }
                }
              }
            }
          }
        }
      }
    }
  }
  ${ACTOR}${COMMIT}${REVIEW}${RESULT}${CLASSIC_PROTECTION}${RULE}${CONTROL_FILES}${SHARES_HEAD}
`;

const PAGE_VARIABLES = "$owner: String!, $name: String!, $number: Int!, $after: String!";

/** The next 50 commits of a pull request (GraphQL ends a query after 10 s, so pages stay small). */
export const PULL_REQUEST_COMMITS = /* GraphQL */ `
  query PullRequestCommits(${PAGE_VARIABLES}) {
    repository(owner: $owner, name: $name) {
      pullRequest(number: $number) {
        headRefOid
        commits(first: 50, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { commit { ...PullCommit } }
        }
      }
    }
  }
  ${COMMIT}
`;

/** The next 100 reviews of a pull request. */
export const PULL_REQUEST_REVIEWS = /* GraphQL */ `
  query PullRequestReviews(${PAGE_VARIABLES}) {
    repository(owner: $owner, name: $name) {
      pullRequest(number: $number) {
        headRefOid
        reviews(first: 100, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { ...Review }
        }
      }
    }
  }
  ${ACTOR}${REVIEW}
`;

/** The next 100 check runs and commit statuses of a pull request's head commit. */
export const PULL_REQUEST_RESULTS = /* GraphQL */ `
  query PullRequestResults(${PAGE_VARIABLES}) {
    repository(owner: $owner, name: $name) {
      pullRequest(number: $number) {
        headRefOid
        headCommit: commits(last: 1) {
          nodes {
            commit {
              oid
              statusCheckRollup {
                contexts(first: 100, after: $after) {
                  totalCount
                  pageInfo { hasNextPage endCursor }
                  nodes { ...Result }
                }
              }
            }
          }
        }
      }
    }
  }
  ${ACTOR}${RESULT}
`;

/** Policy file and trust material as of any commit: used for the state just before a merge. */
export const CONTROL_FILES_AT = /* GraphQL */ `
  query ControlFilesAt($owner: String!, $name: String!, $policyPath: String!, $trustPath: String!) {
    repository(owner: $owner, name: $name) {
      databaseId
      ...ControlFiles
    }
  }
  ${CONTROL_FILES}
`;
