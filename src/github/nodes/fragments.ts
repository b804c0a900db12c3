/**
 * Parts that several GraphQL documents share; what they give is checked by `schemas.ts` and mapped by `map.ts`.
 * Field names are those of GitHub's public GraphQL schema.
 */

export const ACTOR = /* GraphQL */ `
  fragment Account on Actor {
    __typename
    login
    ... on User { databaseId }
    ... on Bot { databaseId }
    ... on Mannequin { databaseId }
    ... on Organization { databaseId }
  }
`;

export const COMMIT = /* GraphQL */ `
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

export const REVIEW = /* GraphQL */ `
  fragment Review on PullRequestReview {
    fullDatabaseId
    state
    submittedAt
    author { ...Account }
    authorCanPushToRepository
    commit { oid }
  }
`;

/** How a review came to be dismissed: the review itself only tells that it was. */
export const DISMISSAL = /* GraphQL */ `
  fragment Dismissal on ReviewDismissedEvent {
    createdAt
    previousReviewState
    dismissalMessage
    actor { ...Account }
    review { fullDatabaseId }
    pullRequestCommit { commit { oid } }
  }
`;

export const RESULT = /* GraphQL */ `
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
