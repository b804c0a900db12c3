import { simpleUser } from "../render/accounts.js";
import { checkRunEvent, checkSuiteEvent, suiteState } from "../render/checks.js";
import { commitWithAccounts } from "../render/commits.js";
import { repoApi, repository } from "../render/repository.js";
import { mergeWhatIsReady } from "./branches/auto-merge.js";
import { progress } from "./branches/merge-queue.js";
import { tell } from "./telling.js";
import type {
  Account,
  Annotation,
  App,
  CheckAction,
  CheckRun,
  CheckSuite,
  CommitStatus,
  Repo,
} from "./model.js";
import { Refusal, unprocessable } from "./refusal.js";
import { fullName, reaches, type World } from "./world.js";

/** What a request may say of a check run, in REST's words. */
export interface CheckRunFields {
  readonly name?: string;
  readonly details_url?: string;
  readonly external_id?: string;
  readonly status?: string;
  readonly conclusion?: string;
  readonly started_at?: string;
  readonly completed_at?: string;
  readonly output?: {
    readonly title?: string;
    readonly summary?: string;
    readonly text?: string;
    readonly annotations?: readonly Annotation[];
  };
  readonly actions?: readonly CheckAction[];
}

/** Limits that GitHub's description does not state as schema; those it states are checked before. */
const TITLE_LIMIT = 255;

/** @throws Refusal 422 for an unknown commit or contradicting fields */
export async function createCheckRun(
  world: World,
  repo: Repo,
  app: App,
  oid: string,
  fields: CheckRunFields & { readonly name: string },
): Promise<CheckRun> {
  if (!(await repo.git.isCommit(oid))) throw unprocessable(`No commit found for SHA: ${oid}`);
  checkFields(fields);
  const run: CheckRun = {
    id: world.id(),
    suite: suiteOf(world, repo, app, oid),
    name: fields.name,
    externalId: "",
    detailsUrl: `${world.url}/apps/${app.slug}`,
    status: "queued",
    conclusion: null,
    startedAt: world.now(),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    annotations: [],
    actions: [],
  };
  repo.checkRuns.push(run);
  apply(world, run, fields);
  tellRun(world, repo, run, app.bot, "created");
  await tellCompletion(world, repo, run);
  await progress(world, repo);
  await mergeWhatIsReady(world, repo);
  return run;
}

/** @throws Refusal 403 for another app's check run, 422 for contradicting fields */
export async function updateCheckRun(
  world: World,
  repo: Repo,
  app: App,
  run: CheckRun,
  fields: CheckRunFields,
): Promise<void> {
  if (run.suite.app !== app) {
    throw new Refusal(
      403,
      `Invalid app_id \`${run.suite.app.id}\` - check run can only be modified by the GitHub App that created it.`,
    );
  }
  checkFields(fields);
  const wasCompleted = run.status === "completed";
  apply(world, run, fields);
  if (!wasCompleted) await tellCompletion(world, repo, run);
  await progress(world, repo);
  await mergeWhatIsReady(world, repo);
}

function checkFields({ status, conclusion, completed_at: completedAt, output }: CheckRunFields): void {
  const completes = status === "completed" || completedAt !== undefined;
  if (completes && conclusion === undefined) throw unprocessable("conclusion is required when completed");
  if (conclusion !== undefined && status !== undefined && status !== "completed") {
    throw unprocessable(`conclusion does not go with status ${status}`);
  }
  if (conclusion === "stale") throw unprocessable("only GitHub sets a conclusion to stale");
  if ((output?.title?.length ?? 0) > TITLE_LIMIT)
    throw unprocessable(`title is longer than ${TITLE_LIMIT} characters`);
}

function apply(world: World, run: CheckRun, fields: CheckRunFields): void {
  run.name = fields.name ?? run.name;
  run.externalId = fields.external_id ?? run.externalId;
  run.detailsUrl = fields.details_url ?? run.detailsUrl;
  run.startedAt = fields.started_at ?? run.startedAt;
  run.actions = fields.actions ?? run.actions;
  run.suite.updatedAt = world.now();
  applyOutput(run, fields.output ?? {});
  applyStatus(world, run, fields);
}

function applyOutput(run: CheckRun, output: NonNullable<CheckRunFields["output"]>): void {
  run.title = output.title ?? run.title;
  run.summary = output.summary ?? run.summary;
  run.text = output.text ?? run.text;
  // An update adds to the annotations that are there.
  run.annotations.push(...(output.annotations ?? []));
}

function applyStatus(world: World, run: CheckRun, fields: CheckRunFields): void {
  if (fields.conclusion !== undefined) {
    run.status = "completed";
    run.conclusion = fields.conclusion;
    run.completedAt = fields.completed_at ?? world.now();
  } else if (fields.status !== undefined) {
    run.status = fields.status;
    run.conclusion = null;
    run.completedAt = null;
  }
}

function suiteOf(world: World, repo: Repo, app: App, oid: string): CheckSuite {
  const known = repo.checkSuites.find((suite) => suite.app === app && suite.oid === oid);
  if (known !== undefined) return known;
  const branch = repo.pulls.find(({ headOid }) => headOid === oid)?.head.ref ?? null;
  const suite = {
    id: world.id(),
    app,
    oid,
    branch,
    before: null,
    createdAt: world.now(),
    updatedAt: world.now(),
  };
  repo.checkSuites.push(suite);
  return suite;
}

function tellRun(world: World, repo: Repo, run: CheckRun, sender: Account, action: string): void {
  tell(world, repo, sender, "check_run", action, { check_run: checkRunEvent(world, repo, run) });
}

async function tellCompletion(world: World, repo: Repo, run: CheckRun): Promise<void> {
  if (run.status !== "completed") return;
  const { app } = run.suite;
  tellRun(world, repo, run, app.bot, "completed");
  if (suiteState(repo, run.suite).status !== "completed") return;
  tell(world, repo, app.bot, "check_suite", "completed", {
    check_suite: await checkSuiteEvent(world, repo, run.suite),
  });
}

/** Someone pressed "Re-run": only the app that made the check run hears of it. */
export function rerequest(world: World, repo: Repo, run: CheckRun, sender: Account): void {
  tellOwner(world, repo, run, sender, "rerequested", {});
}

/** Someone pressed one of the check run's own buttons. */
export function requestAction(
  world: World,
  repo: Repo,
  run: CheckRun,
  sender: Account,
  identifier: string,
): void {
  if (!run.actions.some((action) => action.identifier === identifier))
    throw unprocessable(`no action ${identifier}`);
  tellOwner(world, repo, run, sender, "requested_action", { requested_action: { identifier } });
}

function tellOwner(
  world: World,
  repo: Repo,
  run: CheckRun,
  sender: Account,
  action: string,
  details: object,
): void {
  const installation = world.installations.find(
    (entry) => entry.app === run.suite.app && reaches(entry, repo),
  );
  if (installation === undefined) return;
  const payload = {
    action,
    check_run: checkRunEvent(world, repo, run),
    ...details,
    repository: repository(world, repo),
    sender: simpleUser(world, sender),
  };
  world.emit({ name: "check_run", action, account: repo.owner, repo, installation, payload });
}

export interface NewStatus {
  readonly state: CommitStatus["state"];
  readonly context?: string;
  readonly description?: string | null;
  readonly target_url?: string | null;
}

/** @throws Refusal 422 for an unknown commit */
export async function createStatus(
  world: World,
  repo: Repo,
  creator: Account,
  oid: string,
  options: NewStatus,
): Promise<CommitStatus> {
  if (!(await repo.git.isCommit(oid))) throw unprocessable(`No commit found for SHA: ${oid}`);
  const status: CommitStatus = {
    id: world.id(),
    oid,
    creator,
    context: options.context ?? "default",
    state: options.state,
    description: options.description ?? null,
    targetUrl: options.target_url ?? null,
    createdAt: world.now(),
  };
  repo.statuses.push(status);
  tell(world, repo, creator, "status", null, await statusDetails(world, repo, status));
  await progress(world, repo);
  await mergeWhatIsReady(world, repo);
  return status;
}

async function statusDetails(
  world: World,
  repo: Repo,
  status: CommitStatus,
): Promise<Record<string, unknown>> {
  const heads = await repo.git.refs("refs/heads/");
  const branches = [...heads].filter(([, oid]) => oid === status.oid);
  return {
    id: status.id,
    sha: status.oid,
    name: fullName(repo),
    context: status.context,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    avatar_url: `${world.url}/avatars/${status.creator.id}`,
    commit: await commitWithAccounts(world, repo, await repo.git.commitObject(status.oid)),
    branches: branches.map(([ref, sha]) => ({
      name: ref.slice("refs/heads/".length),
      commit: { sha, url: repoApi(world, repo, `/commits/${sha}`) },
      protected: false,
    })),
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}
