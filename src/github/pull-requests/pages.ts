import type { Octokit } from "@octokit/rest";
import type { z } from "zod";
import { CountersignError } from "../../errors.js";
import type { Fact, ReviewFact } from "../../facts/facts.js";
import { unknown } from "../../facts/facts.js";
import type { PullRequestAddress } from "../../facts/source.js";
import { query, refusal } from "../client/graphql.js";
import { followPages, type Page } from "../client/pages.js";
import { mapReview, mapWhole } from "../nodes/map.js";
import type { CommitNode, ResultNode, ReviewNode } from "../nodes/schemas.js";
import { PULL_REQUEST_COMMITS, PULL_REQUEST_RESULTS, PULL_REQUEST_REVIEWS } from "./queries.js";
import { commitsPage, type PullRequestNode, resultsPage, reviewsPage } from "./responses.js";

/** The pages after the first, each checked to be of the same head commit, and what was refused on any of them. */
export class Pages {
  readonly #client: Octokit;
  readonly #address: PullRequestAddress;
  readonly #headOid: string;
  readonly #refused: string[];

  constructor(client: Octokit, address: PullRequestAddress, headOid: string, refused: readonly string[]) {
    this.#client = client;
    this.#address = address;
    this.#headOid = headOid;
    this.#refused = [...refused];
  }

  /** Whether a field was refused on a page that was read so far, the first included. */
  isRefused(field: RegExp): boolean {
    return this.#refused.some((path) => field.test(path));
  }

  async commits(node: PullRequestNode): Promise<CommitNode[]> {
    const all = await followPages(node.commits, async (after) => {
      return (await this.#read(PULL_REQUEST_COMMITS, commitsPage, after)).commits;
    });
    return all.map(({ commit }) => commit);
  }

  reviews(first: Page<ReviewNode>): Promise<ReviewNode[]> {
    return followPages(first, async (after) => {
      return (await this.#read(PULL_REQUEST_REVIEWS, reviewsPage, after)).reviews;
    });
  }

  results(first: Page<ResultNode>): Promise<ResultNode[]> {
    return followPages(first, async (after) => {
      const { headCommit } = await this.#read(PULL_REQUEST_RESULTS, resultsPage, after);
      return headCommit.nodes[0]?.commit.statusCheckRollup?.contexts ?? null;
    });
  }

  async #read<T extends { headRefOid: string }>(
    document: string,
    schema: z.ZodType<{ repository: { pullRequest: T | null } | null }>,
    after: string,
  ): Promise<T> {
    const { data, refused } = await query(this.#client, document, schema, {
      ...variables(this.#address),
      after,
    });
    throwIfNeeded(refused);
    this.#refused.push(...refused);
    const pullRequest = data.repository?.pullRequest;
    if (!pullRequest) throw gone(this.#address);
    if (pullRequest.headRefOid !== this.#headOid) {
      throw new CountersignError("head-moved", "The pull request's head moved while it was read.");
    }
    return pullRequest;
  }
}

/** All reviews of a pull request of which `node` has the first page. */
export async function readReviews(
  node: Pick<PullRequestNode, "reviews"> & Partial<Pick<PullRequestNode, "dismissals">>,
  pages: Pages,
): Promise<Fact<readonly ReviewFact[]>> {
  const nodes = node.reviews === null ? null : await pages.reviews(node.reviews);
  if (node.reviews === null || nodes === null || pages.isRefused(/^repository\.pullRequest\.reviews\b/)) {
    return unknown("forbidden", "GitHub did not let the app read the reviews.", GRANT_CHECKS);
  }
  return mapWhole(nodes, node.reviews.totalCount, "reviews", (review) =>
    mapReview(review, node.dismissals?.nodes ?? []),
  );
}

/** How a pull request is named in the documents of `queries.ts`. */
export const variables = ({ repository, number }: PullRequestAddress) => ({
  owner: repository.owner,
  name: repository.name,
  number,
});

/** That there is no such pull request, or no such repository, for the app. */
export function gone({ repository, number }: PullRequestAddress): CountersignError {
  return new CountersignError(
    "github-not-found",
    `There is no ${repository.owner}/${repository.name}#${number}.`,
    {
      remedy: "Check that the app is installed on the repository and that it was not renamed or deleted.",
    },
  );
}

export const GRANT_CONTENTS = "Grant the app “Contents: read” and “Pull requests: read”.";
export const GRANT_CHECKS =
  "Grant the app “Checks: write”, “Commit statuses: read” and “Pull requests: read”.";

/**
 * The fields whose refusal makes a fact unknown, or may be missing: who merged, where a fork is, and
 * who dismissed a review. Any other field is
 * part of what is judged.
 */
const MAY_BE_REFUSED = [
  /^organization(\.|$)/,
  /^repository\.(defaultBranchRef|defaultPolicyFile|policyFile|trustFolder)(\.|$)/,
  /^repository\.pullRequest\.(commits|reviews|dismissals|headRef|headRepository|mergedBy|mergeQueue)(\.|$)/,
  /^repository\.pullRequest\.baseRef\.(branchProtectionRule|rules)(\.|$)/,
  /^repository\.pullRequest\.headCommit\..+\.(statusCheckRollup|associatedPullRequests|proposedPolicy|proposedOrganization)(\.|$)/,
];

/** @throws CountersignError `github-forbidden` if a field was refused that no fact can do without */
export function throwIfNeeded(refused: readonly string[]): void {
  const needed = refused.filter((path) => !MAY_BE_REFUSED.some((field) => field.test(path)));
  if (needed.length === 0) return;
  throw refusal(needed, `${GRANT_CONTENTS} Then accept them at the installation.`);
}
