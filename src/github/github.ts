import type { Clock } from "../clock.js";
import type { AuditLogSource } from "../facts/audit-log.js";
import type { BaseReading } from "../facts/base-branch.js";
import type { BranchSource, CaseWriter, PeopleSource, RetroactiveSource } from "../facts/case-source.js";
import type { RepositoryRef } from "../facts/facts.js";
import type { MergeQueueSource } from "../facts/merge-group.js";
import type { FactSource } from "../facts/source.js";
import type { Logger } from "../logger.js";
import { AuditLogs } from "./audit-log/read-log.js";
import { readBase } from "./base-branch/read-base.js";
import { GitHubBranchSource } from "./branches/branch-source.js";
import { GitHubCaseWriter } from "./cases/case-writer.js";
import { MemoryBook } from "./budget/book.js";
import type { Budgeting } from "./budget/installation-budget.js";
import { limitsOf } from "./budget/limits.js";
import { CheckRuns } from "./check-runs.js";
import { GitHubClients, type AppIdentity } from "./client/client.js";
import { GitHubMergeQueueSource } from "./merge-queue/merge-queue-source.js";
import { HookDeliveries } from "./deliveries.js";
import { findInstallation, findRepository } from "./find-repository.js";
import { BotApps } from "./people/bot-apps.js";
import { GitHubPeopleSource } from "./people/people-source.js";
import { BaseBranches } from "./pull-requests/base-branches.js";
import { GitHubFactSource } from "./pull-requests/fact-source.js";
import { everyOpenPullRequest, type OpenPullRequests } from "./pull-requests/every-open.js";
import { type OpenPullState, openPullStates } from "./pull-requests/open-states.js";
import { openPullRequests } from "./pull-requests/open-pull-requests.js";
import { pullRequestsSince } from "./pull-requests/pull-requests-since.js";
import { GitHubRetroactiveSource } from "./retroactive/retroactive-source.js";

/** GitHub as one installation of the app sees it. */
export interface Installation {
  readonly facts: FactSource;
  readonly checks: Pick<CheckRuns, "setAside" | "newest" | "create" | "update">;
  /** What became of branches and commits. */
  readonly branches: BranchSource;
  /** Merge queues, and what they made of pull requests. */
  readonly queues: MergeQueueSource;
  /** What a retroactive pull request is judged by. */
  readonly retroactive: RetroactiveSource;
  readonly people: PeopleSource;
  /** What is posted for a break-glass case. */
  readonly cases: CaseWriter;
  /** Who changed what protects branches, where it may be read. */
  readonly auditLog: AuditLogSource;
  /** Numbers of open pull requests; those into one branch where `base` is given. */
  openPullRequests(repository: RepositoryRef, base: string | null): Promise<number[]>;
  /** Numbers of those that are open or were merged since an instant, the last touched first. */
  pullRequestsSince(repository: RepositoryRef, since: Date): AsyncIterable<number>;
  /** What protects a branch, and its control files; `null`: there is no such branch. */
  readBase(repository: RepositoryRef, branch: string): Promise<BaseReading | null>;
  /** Every open pull request with what a list shows of it; `null`: the repository is archived. */
  openStates(repository: RepositoryRef): Promise<readonly OpenPullState[] | null>;
  /** Of every repository that is not archived, on the account with this login, on which the app is installed. */
  everyOpenPullRequest(login: string): Promise<OpenPullRequests[]>;
}

/** The door to GitHub. */
export interface GitHub {
  forInstallation(installationId: number): Installation;
  /** A repository by its name, as the installation that reaches it sees it. */
  find(owner: string, name: string): Promise<{ repository: RepositoryRef; installation: Installation }>;
  /** What GitHub tried to deliver to the app. */
  readonly deliveries: HookDeliveries;
}

/**
 * Opens the door as the app with this identity. Every call's errors are CountersignErrors with a `github-*` code.
 * @param budgeting where what is left of GitHub's limits is shared with others; of nobody's but its own unless given
 */
export function connectGitHub(
  identity: AppIdentity,
  clock: Clock,
  logger: Logger,
  budgeting: Budgeting = { book: new MemoryBook(), limits: limitsOf(identity.apiUrl) },
): GitHub {
  const clients = new GitHubClients(identity, clock, logger, budgeting);
  const bases = new BaseBranches();
  const botApps = new BotApps(clock);
  const auditLogs = new AuditLogs(clock);
  const app = clients.forApp();
  const forInstallation = (installationId: number): Installation => {
    const client = clients.forInstallation(installationId);
    return {
      facts: new GitHubFactSource(identity.appId, client, bases, botApps.of(installationId, client)),
      checks: new CheckRuns(identity.appId, client, clients.budgetOf(installationId)),
      branches: new GitHubBranchSource(client),
      queues: new GitHubMergeQueueSource(client),
      retroactive: new GitHubRetroactiveSource(client),
      people: new GitHubPeopleSource(client),
      cases: new GitHubCaseWriter(identity.appId, client),
      auditLog: auditLogs.of(installationId, client),
      openPullRequests: (repository, base) => openPullRequests(client, repository, base),
      readBase: (repository, branch) => readBase(client, repository, branch),
      openStates: (repository) => openPullStates(client, identity.appId, repository),
      everyOpenPullRequest: (login) => everyOpenPullRequest(client, login),
      pullRequestsSince: (repository, since) => pullRequestsSince(client, repository, since),
    };
  };
  return {
    forInstallation,
    deliveries: new HookDeliveries(app),
    find: async (owner, name) => {
      const installationId = await findInstallation(app, owner, name);
      const repository = await findRepository(clients.forInstallation(installationId), owner, name);
      return { repository, installation: forInstallation(installationId) };
    },
  };
}
