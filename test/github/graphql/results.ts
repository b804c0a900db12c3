import { nodeId } from "../render/accounts.js";
import { suiteState } from "../render/checks.js";
import type { CommitObject } from "../world/git/commit-object.js";
import type { CheckRun, CheckSuite, CommitStatus, Repo } from "../world/model.js";
import { fullName } from "../world/world.js";
import { actorNode, appNode } from "./accounts.js";
import { CommitNode } from "./commit.js";
import { connection, type PageArguments } from "./connection.js";
import type { Context } from "./context.js";

const PASSING = new Set<string | null>(["success", "neutral", "skipped"]);

/** Check runs first, then statuses: the newest of each name. */
export function rollupNode(
  context: Context,
  repo: Repo,
  commit: CommitObject,
  runs: readonly CheckRun[],
  statuses: readonly CommitStatus[],
): object {
  const nodes = [
    ...runs.map((run) => checkRunNode(context, repo, commit, run)),
    ...statuses.map((status) => statusNode(context, repo, commit, status)),
  ];
  return {
    id: nodeId("StatusCheckRollup", commit.oid),
    state: rollupState(runs, statuses),
    contexts: (page: PageArguments) => connection(nodes, page, (some) => some),
  };
}

function rollupState(runs: readonly CheckRun[], statuses: readonly CommitStatus[]): string {
  const completed = runs.filter(({ status }) => status === "completed");
  const failed =
    completed.some(({ conclusion }) => !PASSING.has(conclusion)) ||
    statuses.some(({ state }) => state === "failure" || state === "error");
  if (failed) return "FAILURE";
  const pending = completed.length < runs.length || statuses.some(({ state }) => state === "pending");
  return pending ? "PENDING" : "SUCCESS";
}

export function checkRunNode(context: Context, repo: Repo, commit: CommitObject, run: CheckRun): object {
  return {
    __typename: "CheckRun",
    id: nodeId("CheckRun", run.id),
    databaseId: run.id,
    name: run.name,
    status: run.status.toUpperCase(),
    conclusion: run.conclusion?.toUpperCase() ?? null,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    detailsUrl: run.detailsUrl,
    externalId: run.externalId,
    url: `${context.world.url}/${fullName(repo)}/runs/${run.id}`,
    title: run.title,
    summary: run.summary,
    text: run.text,
    checkSuite: () => suiteNode(context, repo, commit, run.suite),
  };
}

function suiteNode(context: Context, repo: Repo, commit: CommitObject, suite: CheckSuite): object {
  const { status, conclusion } = suiteState(repo, suite);
  return {
    __typename: "CheckSuite",
    id: nodeId("CheckSuite", suite.id),
    databaseId: suite.id,
    app: appNode(suite.app),
    commit: () => new CommitNode(context, repo, commit),
    status: status.toUpperCase(),
    conclusion: conclusion?.toUpperCase() ?? null,
    createdAt: suite.createdAt,
    updatedAt: suite.updatedAt,
  };
}

function statusNode(context: Context, repo: Repo, commit: CommitObject, status: CommitStatus): object {
  return {
    __typename: "StatusContext",
    id: nodeId("StatusContext", status.id),
    context: status.context,
    state: status.state.toUpperCase(),
    description: status.description,
    targetUrl: status.targetUrl,
    createdAt: status.createdAt,
    creator: actorNode(status.creator),
    commit: () => new CommitNode(context, repo, commit),
  };
}
