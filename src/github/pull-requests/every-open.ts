import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RepositoryRef } from "../../facts/facts.js";
import { query } from "../client/graphql.js";
import { followPages, NO_PAGE } from "../client/pages.js";
import { parseAnswer } from "../client/parse.js";
import { mapRepository } from "../nodes/map.js";
import { page } from "../nodes/schemas.js";
import { openPullRequests } from "./open-pull-requests.js";

/** A repository that is not archived, and the numbers of its open pull requests. */
export interface OpenPullRequests {
  readonly repository: RepositoryRef;
  readonly numbers: readonly number[];
}

/** Fifty repositories a page: a point of GitHub's hourly 5,000, where a request for each would be fifty. */
const OPEN_PULL_REQUESTS = /* GraphQL */ `
  query OpenPullRequests($login: String!, $after: String) {
    repositoryOwner(login: $login) {
      repositories(first: 50, after: $after, isArchived: false, ownerAffiliations: [OWNER]) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          databaseId
          nameWithOwner
          pullRequests(states: [OPEN], first: 100) { totalCount nodes { number } }
        }
      }
    }
  }
`;

const listing = z.object({
  databaseId: z.number(),
  nameWithOwner: z.string(),
  pullRequests: z.object({ totalCount: z.number(), nodes: z.array(z.object({ number: z.number() })) }),
});
const answer = z.object({
  repositoryOwner: z.object({ repositories: page(listing.nullable()) }).nullable(),
});
const accessible = z.array(
  z.object({
    id: z.number(),
    name: z.string(),
    archived: z.boolean().default(false),
    owner: z.object({ login: z.string() }),
  }),
);

/**
 * The open pull requests of every repository that the installation reaches and that is not archived. Which those are the
 * installation's own list says; whatever the account's list leaves out, or shows in part, is asked for by itself.
 *
 * @param login of the account that the app is installed on
 */
export async function everyOpenPullRequest(client: Octokit, login: string): Promise<OpenPullRequests[]> {
  const data = await client.paginate("GET /installation/repositories", { per_page: 100 });
  const reached = parseAnswer(accessible, data, "an installation's repositories");
  const whole = await wholeListings(client, login);
  const open: OpenPullRequests[] = [];
  for (const { id, name, owner } of reached.filter(({ archived }) => !archived)) {
    const repository = { id, owner: owner.login, name };
    open.push(whole.get(id) ?? { repository, numbers: await openPullRequests(client, repository, null) });
  }
  return open;
}

/** What the account's own list tells in full, by the ids of its repositories. */
async function wholeListings(client: Octokit, login: string): Promise<Map<number, OpenPullRequests>> {
  const readPage = async (after: string | null) => {
    const { data } = await query(client, OPEN_PULL_REQUESTS, answer, { login, after }, ["repositoryOwner"]);
    return data.repositoryOwner?.repositories ?? NO_PAGE;
  };
  const nodes = await followPages(await readPage(null), readPage);
  const whole = nodes.flatMap((node) =>
    node === null || node.pullRequests.totalCount > node.pullRequests.nodes.length
      ? []
      : [listingOf(node, login)],
  );
  return new Map(whole.map((one) => [one.repository.id, one]));
}

function listingOf(node: z.infer<typeof listing>, owner: string): OpenPullRequests {
  const repository = mapRepository(node, { id: node.databaseId, owner, name: node.nameWithOwner });
  return { repository, numbers: node.pullRequests.nodes.map(({ number }) => number) };
}
