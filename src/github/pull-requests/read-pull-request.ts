import type { Octokit } from "@octokit/rest";
import type { z } from "zod";
import { CountersignError } from "../../errors.js";
import type { CommitFact, Fact, RepositoryRef, ResultFact, ReviewFact } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import type { PullRequestAddress, PullRequestReading } from "../../facts/source.js";
import { POLICY_PATH, TRUST_FOLDER } from "../../policy/document.js";
import { query } from "../client/graphql.js";
import { mustBe } from "../client/must-be.js";
import { mapControlFiles, mapProposedPolicy } from "../base-branch/map-files.js";
import { mapProtection } from "../base-branch/map-protection.js";
import { mapCommits, mapResult, mapReview } from "../nodes/map.js";
import type { CommitNode, ResultNode, ReviewNode } from "../nodes/schemas.js";
import { mapPullRequest, mapSiblings } from "./map-pull-request.js";
import {
  PULL_REQUEST_COMMITS,
  PULL_REQUEST_FACTS,
  PULL_REQUEST_RESULTS,
  PULL_REQUEST_REVIEWS,
} from "./queries.js";
import type { PullRequestNode } from "./responses.js";
import { commitsPage, pullRequestFacts, resultsPage, reviewsPage } from "./responses.js";

interface Page<T> {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly T[];
}

/**
 * Reads one pull request in one GraphQL request, and one more for each further page of commits, reviews or results.
 *
 * @param baseRef the branch whose control files are read along; the caller compares it with the answer's base
 * @throws CountersignError `head-moved` when a page is of another head commit, or a `github-*` code
 */
export async function readPullRequest(
  client: Octokit,
  address: PullRequestAddress,
  baseRef: string,
): Promise<PullRequestReading> {
  const { data, refused } = await query(client, PULL_REQUEST_FACTS, pullRequestFacts, {
    ...variables(address),
    policyPath: `refs/heads/${baseRef}:${POLICY_PATH}`,
    trustPath: `refs/heads/${baseRef}:${TRUST_FOLDER}`,
  });
  throwIfNeeded(refused);
  const node = data.repository?.pullRequest;
  if (!data.repository || !node) throw gone(address);
  mustBe(address.repository, data.repository.databaseId);
  const pages = new Pages(client, address, node.headRefOid, refused);
  return {
    repository: repositoryOf(data.repository, address),
    pullRequest: mapPullRequest(node),
    commits: await readCommits(node, pages),
    reviews: await readReviews(node, pages),
    results: await readResults(node, pages),
    protection: mapProtection(node.baseRef, refused),
    controlFiles: mapControlFiles(data.repository, node.baseRef?.target?.oid ?? node.baseRefOid, refused),
    proposedPolicy: mapProposedPolicy(
      node.headCommit.nodes[0]?.commit.proposedPolicy?.object ?? null,
      refused,
    ),
    siblings: mapSiblings(node, data.repository.databaseId, refused),
  };
}

/** The repository by the name it has now. */
function repositoryOf(
  node: { readonly databaseId: number; readonly nameWithOwner: string },
  { repository }: PullRequestAddress,
): RepositoryRef {
  const [owner = repository.owner, name = repository.name] = node.nameWithOwner.split("/");
  return { id: node.databaseId, owner, name };
}

const variables = ({ repository, number }: PullRequestAddress) => ({
  owner: repository.owner,
  name: repository.name,
  number,
});

function gone({ repository, number }: PullRequestAddress): CountersignError {
  return new CountersignError(
    "github-not-found",
    `There is no ${repository.owner}/${repository.name}#${number}.`,
    {
      remedy: "Check that the app is installed on the repository and that it was not renamed or deleted.",
    },
  );
}

const GRANT_CONTENTS = "Grant the app “Contents: read” and “Pull requests: read”.";
const GRANT_CHECKS = "Grant the app “Checks: write”, “Commit statuses: read” and “Pull requests: read”.";

/**
 * The fields whose refusal makes a fact unknown, or may be missing: who merged, and where a fork is. Any other field is
 * part of what is judged.
 */
const MAY_BE_REFUSED = [
  /^repository\.(defaultBranchRef|defaultPolicyFile|policyFile|trustFolder)(\.|$)/,
  /^repository\.pullRequest\.(commits|reviews|headRef|headRepository|mergedBy)(\.|$)/,
  /^repository\.pullRequest\.baseRef\.(branchProtectionRule|rules)(\.|$)/,
  /^repository\.pullRequest\.headCommit\..+\.(statusCheckRollup|associatedPullRequests|proposedPolicy)(\.|$)/,
];

/** @throws CountersignError `github-forbidden` if a field was refused that no fact can do without */
function throwIfNeeded(refused: readonly string[]): void {
  const needed = refused.filter((path) => !MAY_BE_REFUSED.some((field) => field.test(path)));
  if (needed.length === 0) return;
  throw new CountersignError("github-forbidden", `GitHub refused ${needed.join(", ")}.`, {
    remedy: `${GRANT_CONTENTS} Then accept them at the installation.`,
  });
}

/** A person who was refused, on whichever page, looks like nobody, and nobody is kept from approving. */
async function readCommits(node: PullRequestNode, pages: Pages): Promise<Fact<readonly CommitFact[]>> {
  const nodes = await pages.commits(node);
  if (pages.isRefused(/^repository\.pullRequest\.commits\b/)) {
    return unknown("forbidden", "GitHub did not let the app read the commits.", GRANT_CONTENTS);
  }
  return mapCommits(nodes, node.commits.totalCount);
}

async function readReviews(node: PullRequestNode, pages: Pages): Promise<Fact<readonly ReviewFact[]>> {
  const nodes = node.reviews === null ? null : await pages.reviews(node.reviews);
  if (node.reviews === null || nodes === null || pages.isRefused(/^repository\.pullRequest\.reviews\b/)) {
    return unknown("forbidden", "GitHub did not let the app read the reviews.", GRANT_CHECKS);
  }
  return whole(nodes, node.reviews.totalCount, "reviews", mapReview);
}

async function readResults(node: PullRequestNode, pages: Pages): Promise<Fact<readonly ResultFact[]>> {
  const head = node.headCommit.nodes[0]?.commit;
  const contexts = head?.statusCheckRollup?.contexts ?? { totalCount: 0, ...NO_PAGE };
  const nodes = await pages.results(contexts);
  if (head?.oid !== node.headRefOid || pages.isRefused(/\.statusCheckRollup\b/)) {
    return unknown("forbidden", "GitHub did not let the app read the head commit's results.", GRANT_CHECKS);
  }
  return whole(nodes, contexts.totalCount, "results", mapResult);
}

const NO_PAGE = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };

function whole<Node, T>(
  nodes: readonly Node[],
  totalCount: number,
  what: string,
  map: (node: Node) => T,
): Fact<readonly T[]> {
  if (nodes.length === totalCount) return known(nodes.map(map));
  return unknown("truncated", `GitHub lists ${nodes.length} of ${totalCount} ${what}.`, "Re-run this check.");
}

/** The pages after the first, each checked to be of the same head commit, and what was refused on any of them. */
class Pages {
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
    const all = await this.#follow(node.commits, async (after) => {
      return (await this.#read(PULL_REQUEST_COMMITS, commitsPage, after)).commits;
    });
    return all.map(({ commit }) => commit);
  }

  reviews(first: Page<ReviewNode>): Promise<ReviewNode[]> {
    return this.#follow(first, async (after) => {
      return (await this.#read(PULL_REQUEST_REVIEWS, reviewsPage, after)).reviews;
    });
  }

  results(first: Page<ResultNode>): Promise<ResultNode[]> {
    return this.#follow(first, async (after) => {
      const { headCommit } = await this.#read(PULL_REQUEST_RESULTS, resultsPage, after);
      return headCommit.nodes[0]?.commit.statusCheckRollup?.contexts ?? null;
    });
  }

  async #follow<T>(first: Page<T>, next: (after: string) => Promise<Page<T> | null>): Promise<T[]> {
    const nodes = [...first.nodes];
    let { hasNextPage, endCursor } = first.pageInfo;
    while (hasNextPage && endCursor !== null) {
      const page = await next(endCursor);
      if (page === null) break;
      nodes.push(...page.nodes);
      ({ hasNextPage, endCursor } = page.pageInfo);
    }
    return nodes;
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
