import { annotation, checkRun } from "../render/checks.js";
import { status as statusJson } from "../render/commits.js";
import type { CheckRun, Repo } from "../world/model.js";
import { notFound } from "../world/refusal.js";
import {
  createCheckRun,
  createStatus,
  updateCheckRun,
  type CheckRunFields,
  type NewStatus,
} from "../world/results.js";
import { commitOf } from "./git/revisions.js";
import {
  actorOf,
  appOf,
  created,
  number,
  ok,
  paged,
  repoOf,
  text,
  type Handler,
  type RestRequest,
} from "./request.js";

/** Check runs and commit statuses. */
export const checks: Readonly<Record<string, Handler>> = {
  "checks/create": async (request) => {
    const { world } = request;
    const repo = repoOf(request);
    const fields: CheckRunFields & { name: string } = { name: "", ...request.body };
    const run = await createCheckRun(world, repo, appOf(request), String(request.body["head_sha"]), fields);
    return created(checkRun(world, repo, run));
  },
  "checks/update": async (request) => {
    const { world } = request;
    const repo = repoOf(request);
    const run = runOf(request, repo);
    await updateCheckRun(world, repo, appOf(request), run, request.body);
    return ok(checkRun(world, repo, run));
  },
  "checks/get": (request) => {
    const repo = repoOf(request);
    return ok(checkRun(request.world, repo, runOf(request, repo)));
  },
  "checks/list-annotations": (request) => {
    const repo = repoOf(request);
    const run = runOf(request, repo);
    return paged(request, run.annotations, (page) =>
      page.map((entry) => annotation(request.world, repo, run.suite.oid, entry)),
    );
  },
  "checks/list-for-ref": async (request) => {
    const repo = repoOf(request);
    const runs = selected(request, runsOn(repo, await commitOf(repo, text(request, "ref"))));
    return paged(request, runs, (page) => ({
      total_count: runs.length,
      check_runs: page.map((run) => checkRun(request.world, repo, run)),
    }));
  },
  "repos/create-commit-status": async (request) => {
    const repo = repoOf(request);
    const fields: NewStatus = { state: "error", ...request.body };
    const entry = await createStatus(request.world, repo, actorOf(request), text(request, "sha"), fields);
    return created(statusJson(request.world, repo, entry));
  },
  "repos/list-commit-statuses-for-ref": async (request) => {
    const repo = repoOf(request);
    const oid = await commitOf(repo, text(request, "ref"));
    const statuses = repo.statuses.filter((entry) => entry.oid === oid).reverse();
    return paged(request, statuses, (page) => page.map((entry) => statusJson(request.world, repo, entry)));
  },
};

function runOf(request: RestRequest, repo: Repo): CheckRun {
  const run = repo.checkRuns.find(({ id }) => id === number(request, "check_run_id"));
  if (run === undefined) throw notFound();
  return run;
}

/** Newest first, as GitHub lists them. */
function runsOn(repo: Repo, oid: string): CheckRun[] {
  return repo.checkRuns.filter(({ suite }) => suite.oid === oid).reverse();
}

function selected({ query }: RestRequest, runs: readonly CheckRun[]): CheckRun[] {
  const matching = runs.filter(
    (run) =>
      (query["check_name"] === undefined || run.name === query["check_name"]) &&
      (query["status"] === undefined || run.status === query["status"]) &&
      (query["app_id"] === undefined || run.suite.app.id === query["app_id"]),
  );
  return query["filter"] === "all" ? matching : latestRuns(matching);
}

/** Of a list with the newest first, the newest of each suite and name. */
function latestRuns(runs: readonly CheckRun[]): CheckRun[] {
  return runs.filter(
    (run, at) => runs.findIndex(({ suite, name }) => suite === run.suite && name === run.name) === at,
  );
}
