/**
 * The GraphQL document by which a merge queue is read: what is asked here is what `docs/permissions.md` explains.
 * Field names are those of GitHub's public GraphQL schema.
 */
export const MERGE_QUEUE_OF_BRANCH = /* GraphQL */ `
  query MergeQueueOfBranch($owner: String!, $name: String!, $branch: String!, $ref: String!) {
    repository(owner: $owner, name: $name) {
      databaseId
      ref(qualifiedName: $ref) { name prefix target { oid } }
      mergeQueue(branch: $branch) {
        configuration { mergeMethod mergingStrategy }
        entries(first: 100) {
          totalCount
          nodes {
            baseCommit { oid }
            headCommit { oid }
            pullRequest { number headRefOid }
          }
        }
      }
    }
  }
`;
