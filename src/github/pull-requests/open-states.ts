import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RepositoryRef } from "../../facts/facts.js";
import { unknown } from "../../facts/facts.js";
import type { PullState } from "../../policy/verdict/seen.js";
import { query, refusal } from "../client/graphql.js";
import { mustBeThere } from "../client/must-be.js";
import { followPages, NO_PAGE } from "../client/pages.js";
import { ACTOR, RESULT } from "../nodes/fragments.js";
import { mapResult, mapWhole } from "../nodes/map.js";
import { page, result } from "../nodes/schemas.js";
import { GRANT_CHECKS } from "./pages.js";

/** An open pull request as a list shows it. */
export interface OpenPullState extends PullState {
  readonly number: number;
  /** The check runs on its head that this app posted. */
  readonly posted: readonly PostedCheck[];
}

/** A check run of ours, as GitHub shows it. */
export interface PostedCheck {
  readonly name: string;
  readonly externalId: string | null;
  /** In lower case, as it is posted; `pending` while it has not ended. */
  readonly conclusion: string;
}

/** Fifty a page: two of the 5,000 points an hour, where reading each by itself would be fifty. */
const OPEN_PULL_REQUEST_STATES = /* GraphQL */ `
  query OpenPullRequestStates($owner: String!, $name: String!, $after: String) {
    repository(owner: $owner, name: $name) {
      databaseId
      isArchived
      pullRequests(states: [OPEN], first: 50, after: $after, orderBy: { field: CREATED_AT, direction: ASC }) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          number
          headRefOid
          baseRefName
          updatedAt
          headCommit: commits(last: 1) {
            nodes {
              commit {
                oid
                statusCheckRollup {
                  contexts(first: 100) {
                    totalCount
                    pageInfo { hasNextPage endCursor }
                    nodes { ...Result ... on CheckRun { externalId } }
                  }
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

const context = z.intersection(result, z.object({ externalId: z.string().nullish() }));
type ContextNode = z.infer<typeof context>;
const rollup = z.object({ contexts: page(context) }).nullable();
const pull = z.object({
  number: z.number(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  updatedAt: z.string(),
  headCommit: z.object({
    nodes: z.array(z.object({ commit: z.object({ oid: z.string(), statusCheckRollup: rollup }) })),
  }),
});
type PullNode = z.infer<typeof pull>;
const answer = z.object({
  repository: z
    .object({ databaseId: z.number(), isArchived: z.boolean(), pullRequests: page(pull).nullable() })
    .nullable(),
});

/**
 * Every open pull request of a repository with its state; `null` where that is archived, as nothing can be merged or
 * posted there. Of a head with more than a hundred results these are unknown.
 *
 * @throws CountersignError a `github-*` code; `github-forbidden` where the pull requests themselves may not be read
 */
export async function openPullStates(
  client: Octokit,
  appId: number,
  repository: RepositoryRef,
): Promise<OpenPullState[] | null> {
  const readPage = async (after: string | null) => {
    const { owner, name } = repository;
    const { data, refused } = await query(client, OPEN_PULL_REQUEST_STATES, answer, { owner, name, after });
    const node = mustBeThere(repository, data.repository);
    if (node.pullRequests === null) throw refusal(refused, "Grant the app “Pull requests: read”.");
    const mayReadResults = !refused.some((path) => path.includes("statusCheckRollup"));
    return { archived: node.isArchived, pulls: node.pullRequests, mayReadResults };
  };
  const first = await readPage(null);
  if (first.archived) return null;
  let { mayReadResults } = first;
  const nodes = await followPages(first.pulls, async (after) => {
    const next = await readPage(after);
    mayReadResults &&= next.mayReadResults;
    return next.pulls;
  });
  return nodes.map((node) => mapPull(node, appId, mayReadResults));
}

function mapPull(node: PullNode, appId: number, mayReadResults: boolean): OpenPullState {
  const head = node.headCommit.nodes[0]?.commit;
  const contexts = head?.statusCheckRollup?.contexts ?? NO_PAGE;
  return {
    number: node.number,
    headOid: node.headRefOid,
    baseRef: node.baseRefName,
    updatedAt: node.updatedAt,
    results:
      mayReadResults && head?.oid === node.headRefOid
        ? mapWhole(contexts.nodes, contexts.totalCount, "results", mapResult)
        : unknown("forbidden", "GitHub did not let the app read the head commit's results.", GRANT_CHECKS),
    posted: contexts.nodes.flatMap((one) => mapPosted(one, appId)),
  };
}

function mapPosted(node: ContextNode, appId: number): PostedCheck[] {
  if (node.__typename !== "CheckRun" || node.checkSuite.app?.databaseId !== appId) return [];
  const { name, externalId, conclusion } = node;
  return [{ name, externalId: externalId ?? null, conclusion: conclusion?.toLowerCase() ?? "pending" }];
}
