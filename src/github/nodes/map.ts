import type {
  Account,
  CommitFact,
  DismissalFact,
  Fact,
  GitIdentity,
  RepositoryRef,
  ResultFact,
  ReviewFact,
} from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import type {
  AccountNode,
  CommitNode,
  DismissalNode,
  GitActorNode,
  ResultNode,
  ReviewNode,
} from "./schemas.js";

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

/** The repository by the name it has now. */
export function mapRepository(
  node: { readonly databaseId: number; readonly nameWithOwner: string },
  asked: RepositoryRef,
): RepositoryRef {
  const [owner = asked.owner, name = asked.name] = node.nameWithOwner.split("/");
  return { id: node.databaseId, owner, name };
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
  // Pages of a list that changed meanwhile can hold one twice, and so hide that another is missing.
  const listed = new Set(nodes.map(({ oid }) => oid)).size;
  if (listed !== totalCount || nodes.length !== totalCount) {
    return unknown(
      "truncated",
      `GitHub lists ${listed} of ${totalCount} commits.`,
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

/** A review; what dismissed it is among `dismissals`, the oldest first, if GitHub tells. */
export function mapReview(node: ReviewNode, dismissals: readonly DismissalNode[]): ReviewFact {
  const id = node.fullDatabaseId === null ? null : String(node.fullDatabaseId);
  const own = dismissals.findLast((one) => id !== null && String(one?.review?.fullDatabaseId) === id);
  return {
    id: id ?? "",
    author: mapAccount(node.author),
    state: node.state,
    commitOid: node.commit?.oid ?? null,
    submittedAt: node.submittedAt,
    canPush: node.authorCanPushToRepository,
    ...(own && node.state === "DISMISSED" && { dismissal: mapDismissal(own) }),
  };
}

const mapDismissal = (node: NonNullable<DismissalNode>): DismissalFact => ({
  at: node.createdAt,
  by: mapAccount(node.actor),
  was: node.previousReviewState,
  message: node.dismissalMessage ?? "",
  commitOid: node.pullRequestCommit?.commit.oid ?? null,
});

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

/** What was listed, or unknown where that is not all there is: judged in part, it would let the rest through. */
export function mapWhole<Node, T>(
  nodes: readonly Node[],
  totalCount: number,
  what: string,
  map: (node: Node) => T,
): Fact<readonly T[]> {
  if (nodes.length === totalCount) return known(nodes.map(map));
  return unknown("truncated", `GitHub lists ${nodes.length} of ${totalCount} ${what}.`, "Re-run this check.");
}
