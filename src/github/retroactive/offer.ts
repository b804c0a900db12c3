import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RetroactiveOffer } from "../../facts/case-source.js";
import type { RepositoryRef } from "../../facts/facts.js";
import { query } from "../client/graphql.js";
import { mustBeThere } from "../client/must-be.js";
import { ACTOR, REVIEW } from "../nodes/fragments.js";
import { mapAccount } from "../nodes/map.js";
import { account, page, review } from "../nodes/schemas.js";
import { Pages, readReviews, throwIfNeeded, variables } from "../pull-requests/pages.js";

/** A pull request as far as it documents a change: what it says, between which commits, and who reviewed it. */
const OFFER = /* GraphQL */ `
  query RetroactiveOffer($owner: String!, $name: String!, $number: Int!) {
    repository(owner: $owner, name: $name) {
      databaseId
      pullRequest(number: $number) {
        number
        url
        state
        author { ...Account }
        body
        baseRefOid
        headRefOid
        reviews(first: 100) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { ...Review }
        }
      }
    }
  }
  ${ACTOR}${REVIEW}
`;

const answer = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      pullRequest: z
        .object({
          number: z.number(),
          url: z.string(),
          state: z.enum(["OPEN", "CLOSED", "MERGED"]),
          author: account.nullable(),
          body: z.string(),
          baseRefOid: z.string(),
          headRefOid: z.string(),
          reviews: page(review).nullable(),
        })
        .nullable(),
    })
    .nullable(),
});

/** See `RetroactiveSource.readOffer`. */
export async function readOffer(
  client: Octokit,
  repository: RepositoryRef,
  number: number,
): Promise<RetroactiveOffer | null> {
  const address = { repository, number };
  const absent = ["repository.pullRequest"];
  const { data, refused } = await query(client, OFFER, answer, variables(address), absent);
  // An author who was refused looks like nobody, and nobody is kept from reviewing.
  throwIfNeeded(refused);
  const { pullRequest: node } = mustBeThere(repository, data.repository);
  if (node === null) return null;
  return {
    number: node.number,
    url: node.url,
    state: node.state,
    author: mapAccount(node.author),
    body: node.body,
    baseOid: node.baseRefOid,
    headOid: node.headRefOid,
    reviews: await readReviews(node, new Pages(client, address, node.headRefOid, refused)),
  };
}
