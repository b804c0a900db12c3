import type {
  Account,
  CommitFact,
  Fact,
  GitIdentity,
  HeadRepository,
  MergeFact,
  PullRequestFact,
  ResultFact,
  ReviewFact,
  SiblingFact,
} from "../facts/facts.js";
import { known, unknown } from "../facts/facts.js";
import type {
  AccountNode,
  CommitNode,
  GitActorNode,
  PullRequestNode,
  ResultNode,
  ReviewNode,
} from "./responses.js";

/** An account without a numeric id is nobody we could hold to anything: it counts as deleted. */
export function mapAccount(node: AccountNode | null): Account | null {
  if (node === null || typeof node.databaseId !== "number") return null;
  const { login, databaseId: id, __typename: type } = node;
  switch (type) {
    case "User":
    case "Bot":
    case "Mannequin":
    case "Organization":
      return { id, login, type };
    default:
      return null;
  }
}

export function mapPullRequest(node: PullRequestNode): PullRequestFact {
  return {
    number: node.number,
    title: node.title,
    url: node.url,
    state: node.state,
    draft: node.isDraft,
    author: mapAccount(node.author),
    createdAt: node.createdAt,
    crossRepository: node.isCrossRepository,
    base: { ref: node.baseRefName, oid: node.baseRef?.target?.oid ?? node.baseRefOid },
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
    baseBefore: unknown("unavailable", "Where the base branch stood was not read.", "Re-run the job."),
  };
}

export function mapCommit(node: CommitNode): CommitFact {
  return {
    oid: node.oid,
    parents: node.parents.nodes.map(({ oid }) => oid),
    message: node.message,
    author: mapGitActor(node.author),
    committer: mapGitActor(node.committer),
    authors: node.authors.nodes.map(mapGitActor),
    signature:
      node.signature === null
        ? null
        : {
            payload: node.signature.payload,
            signature: node.signature.signature,
            forge: { verified: node.signature.isValid, state: node.signature.state },
          },
  };
}

function mapGitActor(node: GitActorNode | null): GitIdentity {
  return { name: node?.name ?? "", email: node?.email ?? "", account: mapAccount(node?.user ?? null) };
}

/** All commits, or unknown: a pull request judged on some of its commits would let the others through. */
export function mapCommits(nodes: readonly CommitNode[], totalCount: number): Fact<readonly CommitFact[]> {
  if (nodes.length !== totalCount) {
    return unknown(
      "truncated",
      `GitHub lists ${nodes.length} of ${totalCount} commits.`,
      "Split the pull request.",
    );
  }
  const crowded = nodes.find((node) => node.authors.totalCount > node.authors.nodes.length);
  if (crowded !== undefined) {
    return unknown(
      "truncated",
      `Commit ${crowded.oid.slice(0, 12)} names more co-authors than GitHub lists.`,
      "Name at most 19 co-authors in one commit.",
    );
  }
  return known(nodes.map(mapCommit));
}

export function mapReview(node: ReviewNode): ReviewFact {
  return {
    id: String(node.fullDatabaseId ?? ""),
    author: mapAccount(node.author),
    state: node.state,
    commitOid: node.commit?.oid ?? null,
    submittedAt: node.submittedAt,
    canPush: node.authorCanPushToRepository,
  };
}

export function mapResult(node: ResultNode): ResultFact {
  if (node.__typename === "StatusContext") {
    return {
      kind: "status",
      name: node.context,
      creator: mapAccount(node.creator),
      state: node.state,
      createdAt: node.createdAt,
      url: node.targetUrl,
    };
  }
  const { app } = node.checkSuite;
  return {
    kind: "check-run",
    id: node.databaseId ?? 0,
    name: node.name,
    app: typeof app?.databaseId === "number" ? { id: app.databaseId, slug: app.slug } : null,
    status: node.status,
    conclusion: node.conclusion,
    startedAt: node.startedAt,
    completedAt: node.completedAt,
    url: node.detailsUrl,
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
