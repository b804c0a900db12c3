import type { Octokit } from "@octokit/rest";
import type { CommitFact, Fact, ResultFact } from "../../facts/facts.js";
import { unknown } from "../../facts/facts.js";
import type { PullRequestAddress, PullRequestReading } from "../../facts/source.js";
import { ORGANIZATION_POLICY_PATH, POLICY_PATH, TRUST_FOLDER } from "../../policy/document.js";
import { keepsOrganizationPolicy } from "../../policy/paths.js";
import { mapProposed } from "../base-branch/map-files.js";
import { ORGANIZATION_MAY_BE_ABSENT } from "../base-branch/map-organization.js";
import { mapProtection } from "../base-branch/map-protection.js";
import { readControlFiles } from "../base-branch/read-files.js";
import { query } from "../client/graphql.js";
import { mustBe } from "../client/must-be.js";
import { NO_PAGE } from "../client/pages.js";
import { mapCommits, mapRepository, mapResult, mapWhole } from "../nodes/map.js";
import { mapPullRequest, mapSiblings } from "./map-pull-request.js";
import { gone, GRANT_CHECKS, GRANT_CONTENTS, Pages, readReviews, throwIfNeeded, variables } from "./pages.js";
import { PULL_REQUEST_FACTS } from "./queries.js";
import { pullRequestFacts, type PullRequestNode } from "./responses.js";

/** Of a file that a commit does not have GitHub says so as of an error. */
const MAY_BE_ABSENT = [
  "repository.pullRequest.headCommit.nodes.0.commit.proposedPolicy",
  "repository.pullRequest.headCommit.nodes.0.commit.proposedOrganization",
  ...ORGANIZATION_MAY_BE_ABSENT,
];

/**
 * Reads one pull request in one GraphQL request, and one more for each further page of commits, reviews or results, and
 * for a key revocation list.
 *
 * @param baseRef the branch whose control files are read along; the caller compares it with the answer's base
 * @throws CountersignError `head-moved` when a page is of another head commit, or a `github-*` code
 */
export async function readPullRequest(
  client: Octokit,
  address: PullRequestAddress,
  baseRef: string,
): Promise<PullRequestReading> {
  const asked = {
    ...variables(address),
    policyPath: `refs/heads/${baseRef}:${POLICY_PATH}`,
    trustPath: `refs/heads/${baseRef}:${TRUST_FOLDER}`,
    organizationCommit: "HEAD",
    keepsOrganizationPolicy: keepsOrganizationPolicy(address.repository),
  };
  const { data, refused } = await query(client, PULL_REQUEST_FACTS, pullRequestFacts, asked, MAY_BE_ABSENT);
  throwIfNeeded(refused);
  const node = data.repository?.pullRequest;
  if (!data.repository || !node) throw gone(address);
  mustBe(address.repository, data.repository.databaseId);
  const pages = new Pages(client, address, node.headRefOid, refused);
  return {
    repository: mapRepository(data.repository, address.repository),
    pullRequest: mapPullRequest(node),
    commits: await readCommits(node, pages),
    reviews: await readReviews(node, pages),
    results: await readResults(node, pages),
    protection: mapProtection(node.baseRef, refused, node.mergeQueue !== null),
    controlFiles: await readControlFiles(client, address.repository, data.repository, {
      commitOid: node.baseRef?.target?.oid ?? node.baseRefOid,
      organization: data.organization,
      refused,
    }),
    ...mapProposals(address, node, refused),
    siblings: mapSiblings(node, data.repository.databaseId, refused),
  };
}

function mapProposals(
  { repository }: PullRequestAddress,
  { headCommit, headRefOid }: PullRequestNode,
  refused: readonly string[],
): Pick<PullRequestReading, "proposedPolicy" | "proposedOrganization"> {
  const head = headCommit.nodes[0]?.commit;
  const map = (path: string, field: "proposedPolicy" | "proposedOrganization") =>
    head?.oid === headRefOid
      ? mapProposed(path, field, head[field]?.object ?? null, refused)
      : HEAD_NOT_LISTED;
  return {
    proposedPolicy: map(POLICY_PATH, "proposedPolicy"),
    proposedOrganization: keepsOrganizationPolicy(repository)
      ? map(ORGANIZATION_POLICY_PATH, "proposedOrganization")
      : null,
  };
}

/** A person who was refused, on whichever page, looks like nobody, and nobody is kept from approving. */
async function readCommits(node: PullRequestNode, pages: Pages): Promise<Fact<readonly CommitFact[]>> {
  const nodes = await pages.commits(node);
  if (pages.isRefused(/^repository\.pullRequest\.commits\b/)) {
    return unknown("forbidden", "GitHub did not let the app read the commits.", GRANT_CONTENTS);
  }
  return mapCommits(nodes, node.commits.totalCount);
}

/** What is not read of the head commit must not look like something that it lacks. */
const HEAD_NOT_LISTED = unknown(
  "inconsistent",
  "GitHub does not list the head commit as the last one of the pull request: the pull request has no commits of its own, or they are still being listed.",
  "Push a commit to its branch, or re-run this check.",
);

async function readResults(node: PullRequestNode, pages: Pages): Promise<Fact<readonly ResultFact[]>> {
  const head = node.headCommit.nodes[0]?.commit;
  const contexts = head?.statusCheckRollup?.contexts ?? NO_PAGE;
  const nodes = await pages.results(contexts);
  if (pages.isRefused(/\.statusCheckRollup\b/)) {
    return unknown("forbidden", "GitHub did not let the app read the head commit's results.", GRANT_CHECKS);
  }
  if (head?.oid !== node.headRefOid) return HEAD_NOT_LISTED;
  return mapWhole(nodes, contexts.totalCount, "results", mapResult);
}
