import {
  CLASSIC_PROTECTION,
  CONTROL_FILES,
  FILE,
  ORGANIZATION_POLICY,
  RULE,
} from "../base-branch/fragments.js";
import { ACTOR, COMMIT, DISMISSAL, RESULT, REVIEW } from "../nodes/fragments.js";

/**
 * The GraphQL documents by which a pull request is read: what is asked here is what `docs/permissions.md` explains.
 * Field names are those of GitHub's public GraphQL schema.
 */

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
    $organizationCommit: String!
    $keepsOrganizationPolicy: Boolean!
  ) {
    organization: repository(owner: $owner, name: ".github") { ...OrganizationPolicy }
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
        updatedAt
        merged
        mergedAt
        isCrossRepository
        author { ...Account }
        mergedBy { ...Account }
        mergeCommit { oid tree { oid } parents(first: 10) { nodes { oid } } }
        baseRefName
        baseRefOid
        baseChanges: timelineItems(
          itemTypes: [BASE_REF_CHANGED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT]
          last: 1
        ) {
          nodes {
            ... on BaseRefChangedEvent { createdAt }
            ... on AutomaticBaseChangeSucceededEvent { createdAt }
          }
        }
        dismissals: timelineItems(itemTypes: [REVIEW_DISMISSED_EVENT], last: 50) { nodes { ...Dismissal } }
        headRefName
        headRefOid
        headRepository { databaseId nameWithOwner }
        mergeQueue { id }
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
              proposedOrganization: file(path: "countersign.yml") @include(if: $keepsOrganizationPolicy) {
                object { ...File }
              }
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
  ${ACTOR}${COMMIT}${REVIEW}${DISMISSAL}${RESULT}${CLASSIC_PROTECTION}${RULE}${CONTROL_FILES}${FILE}${ORGANIZATION_POLICY}${SHARES_HEAD}
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
  query ControlFilesAt(
    $owner: String!
    $name: String!
    $policyPath: String!
    $trustPath: String!
    $organizationCommit: String!
  ) {
    organization: repository(owner: $owner, name: ".github") { ...OrganizationPolicy }
    repository(owner: $owner, name: $name) {
      databaseId
      ...ControlFiles
    }
  }
  ${CONTROL_FILES}${FILE}${ORGANIZATION_POLICY}
`;

/** The account's policy file as of a commit that is no longer the newest. */
export const ORGANIZATION_POLICY_AT = /* GraphQL */ `
  query OrganizationPolicyAt($owner: String!, $organizationCommit: String!) {
    organization: repository(owner: $owner, name: ".github") { ...OrganizationPolicy }
  }
  ${FILE}${ORGANIZATION_POLICY}
`;
