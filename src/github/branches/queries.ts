import { ACTOR, COMMIT, RESULT } from "../nodes/fragments.js";

/**
 * The GraphQL documents by which branches and their commits are read: what is asked here is what `docs/permissions.md`
 * explains. Field names are those of GitHub's public GraphQL schema.
 */

/** One page of a commit's ancestors, itself the first. They are all ancestors, in the order of `git log`. */
const HISTORY = /* GraphQL */ `
  fragment HistoryPage on Commit {
    oid
    history(first: 100) {
      nodes {
        oid
        parents(first: 10) { nodes { oid } }
        associatedPullRequests(first: 10) {
          totalCount
          nodes {
            number
            state
            baseRefName
            baseRepository { databaseId }
            mergeCommit { oid }
            commits { totalCount }
          }
        }
      }
    }
  }
`;

/** Where a branch stands, and the newest page of its history. */
export const BRANCH_HISTORY = /* GraphQL */ `
  query BranchHistory($owner: String!, $name: String!, $ref: String!) {
    repository(owner: $owner, name: $name) {
      databaseId
      ref(qualifiedName: $ref) { name prefix target { oid ...HistoryPage } }
    }
  }
  ${HISTORY}
`;

/** A page of history from a commit on. By its OID, so that a branch that moves meanwhile changes nothing. */
export const COMMIT_HISTORY = /* GraphQL */ `
  query CommitHistory($owner: String!, $name: String!, $oid: GitObjectID!) {
    repository(owner: $owner, name: $name) {
      databaseId
      object(oid: $oid) { oid ...HistoryPage }
    }
  }
  ${HISTORY}
`;

/** A page of the check runs and commit statuses of a commit. */
export const COMMIT_RESULTS = /* GraphQL */ `
  query CommitResults($owner: String!, $name: String!, $oid: GitObjectID!, $after: String) {
    repository(owner: $owner, name: $name) {
      databaseId
      object(oid: $oid) {
        oid
        ... on Commit {
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
  ${ACTOR}${RESULT}
`;

/** A repository's names, and a page of its branches. */
export const REPOSITORY_BRANCHES = /* GraphQL */ `
  query RepositoryBranches($owner: String!, $name: String!, $after: String) {
    repository(owner: $owner, name: $name) {
      databaseId
      nameWithOwner
      url
      defaultBranchRef { name }
      refs(refPrefix: "refs/heads/", first: 100, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { name }
      }
    }
  }
`;

/** The name under which the commit at a place of the list is asked for and answered. */
export const commitAlias = (place: number): string => `c${place}`;

/** The document that reads `count` commits by their OIDs, which are the variables `c0`, `c1`, … */
export function commitsByOid(count: number): string {
  const aliases = Array.from({ length: count }, (_, place) => commitAlias(place));
  return /* GraphQL */ `
    query CommitsByOid($owner: String!, $name: String!, ${aliases.map((alias) => `$${alias}: GitObjectID!`).join(", ")}) {
      repository(owner: $owner, name: $name) {
        databaseId
        ${aliases.map((alias) => `${alias}: object(oid: $${alias}) { ...PullCommit }`).join("\n        ")}
      }
    }
    ${COMMIT}
  `;
}
