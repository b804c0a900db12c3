import type { Annotation, CheckRun, CheckSuite, Repo } from "../world/model.js";
import type { Json } from "../world/json.js";
import { fullName, type World } from "../world/world.js";
import { app, nodeId } from "./accounts.js";
import { suiteCommit } from "./commits.js";
import { pullMention } from "./pulls.js";
import { repoApi, repository } from "./repository.js";

/** A check run as REST and its webhooks show it. */
export function checkRun(world: World, repo: Repo, run: CheckRun): Json {
  const url = repoApi(world, repo, `/check-runs/${run.id}`);
  return {
    id: run.id,
    node_id: nodeId("CheckRun", run.id),
    name: run.name,
    head_sha: run.suite.oid,
    external_id: run.externalId,
    url,
    html_url: `${world.url}/${fullName(repo)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: app(world, run.suite.app),
    pull_requests: mentions(world, repo, run.suite.oid),
  };
}

/** In webhooks the check run carries its suite. */
export function checkRunEvent(world: World, repo: Repo, run: CheckRun): Json {
  return { ...checkRun(world, repo, run), check_suite: checkSuite(world, repo, run.suite) };
}

/** Conclusions from the one that decides most to the one that decides least. */
const WEIGHT = [
  "failure",
  "timed_out",
  "cancelled",
  "action_required",
  "stale",
  "success",
  "neutral",
  "skipped",
];

/** Status and conclusion of a suite follow from its runs. */
export function suiteState(repo: Repo, suite: CheckSuite): { status: string; conclusion: string | null } {
  const runs = repo.checkRuns.filter((run) => run.suite === suite);
  if (runs.length === 0) return { status: "queued", conclusion: null };
  if (runs.some(({ status }) => status !== "completed")) return { status: "in_progress", conclusion: null };
  const conclusions = new Set(runs.map(({ conclusion }) => conclusion));
  return {
    status: "completed",
    conclusion: WEIGHT.find((conclusion) => conclusions.has(conclusion)) ?? "neutral",
  };
}

function checkSuite(world: World, repo: Repo, suite: CheckSuite): Json {
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.branch,
    head_sha: suite.oid,
    ...suiteState(repo, suite),
    url: repoApi(world, repo, `/check-suites/${suite.id}`),
    before: suite.before,
    after: suite.oid,
    pull_requests: mentions(world, repo, suite.oid),
    app: app(world, suite.app),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
  };
}

/** In its own webhooks a suite also tells of its head commit. */
export async function checkSuiteEvent(world: World, repo: Repo, suite: CheckSuite): Promise<Json> {
  return {
    ...checkSuite(world, repo, suite),
    latest_check_runs_count: repo.checkRuns.filter((run) => run.suite === suite).length,
    check_runs_url: repoApi(world, repo, `/check-suites/${suite.id}/check-runs`),
    head_commit: suiteCommit(await repo.git.commitObject(suite.oid)),
    repository: repository(world, repo),
  };
}

/** Open pull requests with this head; for a fork's branch GitHub lists none. */
function mentions(world: World, repo: Repo, oid: string): Json[] {
  const pulls = repo.pulls.filter(
    (pull) => pull.headOid === oid && pull.state === "open" && pull.head.repo === repo,
  );
  return pulls.map((pull) => pullMention(world, pull));
}

export function annotation(world: World, repo: Repo, oid: string, entry: Annotation): Json {
  return {
    start_column: null,
    end_column: null,
    title: null,
    raw_details: null,
    ...entry,
    blob_href: `${world.url}/${fullName(repo)}/blob/${oid}/${entry.path}`,
  };
}
