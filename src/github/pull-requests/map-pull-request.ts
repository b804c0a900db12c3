import type { Fact, HeadRepository, MergeFact, PullRequestFact, SiblingFact } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { mapAccount } from "../nodes/map.js";
import type { PullRequestNode } from "./responses.js";

export function mapPullRequest(node: PullRequestNode): PullRequestFact {
  return {
    number: node.number,
    title: node.title,
    url: node.url,
    state: node.state,
    draft: node.isDraft,
    author: mapAccount(node.author),
    createdAt: node.createdAt,
    updatedAt: node.updatedAt,
    crossRepository: node.isCrossRepository,
    base: { ref: node.baseRefName, oid: node.baseRef?.target?.oid ?? node.baseRefOid },
    retargetedAt: node.baseChanges.nodes.at(-1)?.createdAt ?? null,
    head: {
      ref: node.headRefName,
      oid: node.headRefOid,
      repository: mapHeadRepository(node.headRepository),
    },
    merge: mapMerge(node),
  };
}

function mapHeadRepository(node: PullRequestNode["headRepository"]): HeadRepository | null {
  if (typeof node?.databaseId !== "number") return null;
  return { id: node.databaseId, fullName: node.nameWithOwner };
}

function mapMerge(node: PullRequestNode): MergeFact | null {
  if (!node.merged || node.mergeCommit === null || node.mergedAt === null) return null;
  return {
    commitOid: node.mergeCommit.oid,
    treeOid: node.mergeCommit.tree.oid,
    parents: node.mergeCommit.parents.nodes.map(({ oid }) => oid),
    mergedAt: node.mergedAt,
    mergedBy: mapAccount(node.mergedBy),
    // Only the branch's log tells; whoever reads it puts the answer here.
    landing: unknown("unavailable", "How the base branch moved was not read.", "Re-run the job."),
  };
}

/**
 * Other open pull requests of this repository whose head is the same commit: they share its check runs. GitHub knows
 * some by the commit and some by the head branch (see `queries.ts`), so both lists must be whole. A head branch that
 * was deleted is none, and heads no other pull request.
 */
export function mapSiblings(
  node: PullRequestNode,
  repositoryId: number,
  refused: readonly string[],
): Fact<readonly SiblingFact[]> {
  const head = node.headCommit.nodes[0]?.commit;
  const ofCommit = head?.oid === node.headRefOid ? head.associatedPullRequests : null;
  const ofBranch = node.headRef?.associatedPullRequests ?? { totalCount: 0, nodes: [] };
  const isRefused = refused.some((path) => SIBLING_FIELDS.test(path));
  if (isRefused || ofCommit === null || [ofCommit, ofBranch].some(isCut)) {
    return unknown(
      "unavailable",
      "Which other pull requests share the head commit could not be read.",
      "Re-run this check; if it stays, push a new commit so that the head is unique.",
    );
  }
  const siblings = [...ofCommit.nodes, ...ofBranch.nodes]
    .filter((pull) => pull.state === "OPEN" && pull.headRefOid === node.headRefOid)
    .filter((pull) => pull.repository.databaseId === repositoryId && pull.number !== node.number)
    .map((pull) => ({ number: pull.number, baseRef: pull.baseRefName }));
  return known([...new Map(siblings.map((sibling) => [sibling.number, sibling])).values()]);
}

const SIBLING_FIELDS =
  /^repository\.pullRequest\.(headRef(\.|$)|headCommit\..*\.associatedPullRequests(\.|$))/;

const isCut = (list: { readonly totalCount: number; readonly nodes: readonly unknown[] }): boolean =>
  list.totalCount > list.nodes.length;
