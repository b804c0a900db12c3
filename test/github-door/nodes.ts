import type {
  BaseRefNode,
  ControlFilesNode,
  FileNode,
  RuleNode,
} from "../../src/github/base-branch/schemas.js";
import type { CommitNode, ResultNode, ReviewNode } from "../../src/github/nodes/schemas.js";
import type { PullRequestNode } from "../../src/github/pull-requests/responses.js";

/** Answers of GitHub's GraphQL in which all is well; each test changes the one thing it is about. */

export const HEAD = "2".repeat(40);
export const BASE = "b".repeat(40);
export const REPOSITORY = { id: 100, owner: "acme", name: "infra" };
export const ADDRESS = { repository: REPOSITORY, number: 12 };

export const page = <T>(nodes: T[], totalCount = nodes.length, endCursor: string | null = null) => ({
  totalCount,
  pageInfo: { hasNextPage: endCursor !== null, endCursor },
  nodes,
});
export const list = <T>(nodes: T[], totalCount = nodes.length) => ({ totalCount, nodes });

export const user = (databaseId: number, login: string) => ({ __typename: "User", databaseId, login });
export const ada = user(1, "ada");
const gitActor = { name: "Ada", email: "ada@example.com", user: ada };

export const commit = (change: Partial<CommitNode> = {}): CommitNode => ({
  oid: HEAD,
  message: "Change something",
  parents: { nodes: [{ oid: BASE }] },
  author: gitActor,
  committer: gitActor,
  authors: list([gitActor]),
  signature: { payload: "payload", signature: "signature", isValid: true, state: "VALID" },
  ...change,
});

export const review = (change: Partial<ReviewNode> = {}): ReviewNode => ({
  fullDatabaseId: "77",
  state: "APPROVED",
  submittedAt: "2026-11-20T11:00:00Z",
  author: user(2, "bob"),
  authorCanPushToRepository: true,
  commit: { oid: HEAD },
  ...change,
});

export const checkRun = (change: object = {}): ResultNode => ({
  __typename: "CheckRun",
  databaseId: 9,
  name: "conftest",
  status: "COMPLETED",
  conclusion: "SUCCESS",
  startedAt: "2026-11-20T11:00:00Z",
  completedAt: "2026-11-20T11:01:00Z",
  detailsUrl: "https://example.com/9",
  checkSuite: { app: { databaseId: 5, slug: "conftest-app" } },
  ...change,
});

export const status = (): ResultNode => ({
  __typename: "StatusContext",
  context: "ci/plan",
  state: "SUCCESS",
  createdAt: "2026-11-20T11:00:00Z",
  targetUrl: null,
  creator: { __typename: "Bot", databaseId: 6, login: "planner[bot]" },
});

type Ruleset = NonNullable<RuleNode["repositoryRuleset"]>;
export const ruleset = (change: Partial<Ruleset> = {}): Ruleset => ({
  databaseId: 31,
  name: "production",
  enforcement: "ACTIVE",
  source: { __typename: "Repository", nameWithOwner: "acme/infra" },
  bypassActors: list([]),
  ...change,
});
export const rule = (
  type: string,
  parameters: RuleNode["parameters"] = null,
  repositoryRuleset: Ruleset | null = ruleset(),
): RuleNode => ({
  type,
  parameters,
  repositoryRuleset,
});

export const baseRef = (change: Partial<BaseRefNode> = {}): BaseRefNode => ({
  name: "main",
  target: { oid: BASE },
  branchProtectionRule: null,
  rules: list([]),
  ...change,
});

export type HeadCommitNode = PullRequestNode["headCommit"]["nodes"][number]["commit"];
export const headCommit = (change: Partial<HeadCommitNode> = {}): PullRequestNode["headCommit"] => ({
  nodes: [
    {
      commit: {
        oid: HEAD,
        proposedPolicy: null,
        associatedPullRequests: list([]),
        statusCheckRollup: { contexts: page([checkRun(), status()]) },
        ...change,
      },
    },
  ],
});

export const pullRequest = (change: Partial<PullRequestNode> = {}): PullRequestNode => ({
  number: 12,
  title: "Change something",
  url: "https://github.com/acme/infra/pull/12",
  state: "OPEN",
  isDraft: false,
  createdAt: "2026-11-20T10:00:00Z",
  updatedAt: "2026-11-20T11:30:00Z",
  merged: false,
  mergedAt: null,
  isCrossRepository: false,
  author: ada,
  mergedBy: null,
  mergeCommit: null,
  baseRefName: "main",
  baseRefOid: "a".repeat(40),
  baseChanges: { nodes: [] },
  dismissals: { nodes: [] },
  headRefName: "change",
  headRefOid: HEAD,
  headRef: { associatedPullRequests: list([]) },
  headRepository: { databaseId: 100, nameWithOwner: "acme/infra" },
  mergeQueue: null,
  baseRef: baseRef(),
  commits: page([{ commit: commit() }]),
  reviews: page([review()]),
  headCommit: headCommit(),
  ...change,
});

export const blob = (text: string, change: Partial<FileNode> = {}): FileNode => ({
  __typename: "Blob",
  oid: "f".repeat(40),
  isBinary: false,
  isTruncated: false,
  text,
  ...change,
});

export const controlFiles = (change: Partial<ControlFilesNode> = {}): ControlFilesNode => ({
  databaseId: 100,
  defaultBranchRef: { name: "main" },
  defaultPolicyFile: null,
  policyFile: null,
  trustFolder: null,
  ...change,
});

/** The whole answer to the first query. */
export const repositoryAnswer = (pull: PullRequestNode | null = pullRequest(), files = controlFiles()) => ({
  organization: null,
  repository: { nameWithOwner: "acme/infra", ...files, pullRequest: pull },
});
