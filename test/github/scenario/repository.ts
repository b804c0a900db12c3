import type { CommitOptions } from "../../support/git.js";
import * as administration from "../world/administration.js";
import type {
  App,
  CheckRun,
  ClassicRule,
  CodeScanningAlert,
  CommitStatus,
  QueuedGroup,
  Repo,
  Role,
  Ruleset,
} from "../world/model.js";
import { grantRole, revokeRole } from "../world/people.js";
import { openIssue, type NewIssue } from "../world/issues.js";
import { enqueue, mergeGroup } from "../world/branches/merge-queue.js";
import type { MergeMethod } from "../world/branches/merging.js";
import * as pulls from "../world/pulls.js";
import * as results from "../world/results.js";
import { fullName, type World } from "../world/world.js";
import { commentOn, IssueHandle, type CommentHandle, type CommentOptions } from "./issue.js";
import { PullRequestHandle } from "./pull-request.js";
import { commitAndPush, makeCommit, pushRef, tipOf, type PushOptions } from "./pushing.js";
import { RepositorySettings } from "./repository-settings.js";
import { newRuleset, type RulesetOptions } from "./ruleset.js";
import type { UserHandle } from "./user.js";

export type ProtectionOptions = Partial<Omit<ClassicRule, "id" | "pattern" | "createdAt">>;

export type CheckRunOptions = Omit<results.CheckRunFields, "name">;

export class RepositoryHandle {
  readonly repo: Repo;
  readonly #world: World;

  constructor(world: World, repo: Repo) {
    this.#world = world;
    this.repo = repo;
  }

  get name(): string {
    return this.repo.name;
  }

  get fullName(): string {
    return fullName(this.repo);
  }

  /** For `git clone` and `git push`, with a user's token in it. */
  cloneUrl(user: UserHandle): string {
    return `${this.#world.url.replace("://", `://${user.login}:${user.token}@`)}/${this.fullName}.git`;
  }

  grant(user: UserHandle, role: Role): void {
    grantRole(this.#world, this.repo, user.account, role);
  }

  /** `user` is no collaborator any more. */
  revoke(user: UserHandle): void {
    revokeRole(this.#world, this.repo, user.account);
  }

  /** What its owner does to the repository itself. */
  get settings(): RepositorySettings {
    return new RepositorySettings(this.#world, this.repo);
  }

  /** The commit at the tip of a branch. @throws if there is no such branch */
  async tip(branch: string = this.repo.defaultBranch): Promise<string> {
    return await tipOf(this.repo, branch);
  }

  /** A commit that no branch holds yet: made by real git, on the default branch's tip unless parents are given. */
  async commit(options: Omit<CommitOptions, "branch">): Promise<string> {
    return await makeCommit(this.#world, this.repo, {
      ...options,
      parents: options.parents ?? [await this.tip()],
    });
  }

  /** `user` commits on a branch (made from the default branch if it is new) and pushes it. Gives the new tip. */
  async push(user: UserHandle, branch: string, options: PushOptions): Promise<string> {
    return await commitAndPush(this.#world, this.repo, user, branch, options);
  }

  /** `user` pushes an existing commit to a branch; `null` deletes it. @throws Refusal where rules keep it out */
  async pushOid(user: UserHandle, branch: string, oid: string | null): Promise<void> {
    await pushRef(this.#world, this.repo, user.account, branch, oid);
  }

  /** `user` deletes a branch. @throws Refusal 403 where rules keep it, as GitHub always keeps the default branch */
  async deleteBranch(user: UserHandle, branch: string): Promise<void> {
    await this.pushOid(user, branch, null);
  }

  /** `user` replaces the last commit of a branch by another one (on `parents`, where given). Gives the new tip. */
  async forcePush(user: UserHandle, branch: string, options: PushOptions): Promise<string> {
    const { parents } = await this.repo.git.commitObject(await this.tip(branch));
    return await commitAndPush(this.#world, this.repo, user, branch, { parents, ...options });
  }

  /** `user` moves a branch forward to where another one is. @throws Refusal 403 where rules keep it out */
  async fastForward(user: UserHandle, branch: string, to: string): Promise<string> {
    const oid = await this.tip(to);
    await this.pushOid(user, branch, oid);
    return oid;
  }

  /** These go into the merge queue of their base as one group. @throws Refusal 405 for what may not be merged */
  async enqueue(pulls: readonly PullRequestHandle[]): Promise<QueuedGroup> {
    return await enqueue(
      this.#world,
      pulls.map(({ pull }) => pull),
    );
  }

  /** Groups that wait to land, the first to land first. */
  get queue(): readonly QueuedGroup[] {
    return this.repo.queue;
  }

  /**
   * The merge queue lands these together at once, whatever is said of their group. Gives the new tip of their base.
   * @throws Refusal 405 for what may not be merged
   */
  async mergeQueue(pulls: readonly PullRequestHandle[], method?: MergeMethod): Promise<string> {
    return await mergeGroup(
      this.#world,
      pulls.map(({ pull }) => pull),
      method,
    );
  }

  /** A user's own copy, for pull requests from outside. */
  async fork(owner: UserHandle): Promise<RepositoryHandle> {
    const parent = this.repo;
    const repo = await this.#world.addRepository(owner.account, this.name, {
      private: parent.private,
      parent,
    });
    const branch = `refs/heads/${parent.defaultBranch}`;
    await repo.git.fetch(parent.git, branch, branch);
    return new RepositoryHandle(this.#world, repo);
  }

  /** Classic branch protection. What is left out is as GitHub sets it for a new rule: no force pushes, no deletions. */
  protect(pattern: string, options: ProtectionOptions = {}): ClassicRule {
    const rule: ClassicRule = {
      adminEnforced: false,
      forcePushes: false,
      deletions: false,
      pullRequest: null,
      checks: null,
      strictChecks: false,
      signatures: false,
      pullRequestBypass: [],
      forcePushBypass: [],
      ...options,
      id: this.#world.id(),
      pattern,
      createdAt: this.#world.now(),
    };
    administration.addProtection(this.#world, this.repo, rule, this.repo.owner);
    return rule;
  }

  /** The same rule with other settings. */
  editProtection(rule: ClassicRule, settings: administration.ProtectionSettings): ClassicRule {
    return administration.editProtection(this.#world, this.repo, { rule, settings }, this.repo.owner);
  }

  unprotect(rule: ClassicRule): void {
    administration.removeProtection(this.#world, this.repo, rule, this.repo.owner);
  }

  /** A ruleset of the repository, active on the default branch unless said otherwise. */
  ruleset(options: RulesetOptions): Ruleset {
    const ruleset = newRuleset(this.#world, { kind: "repository", repo: this.repo }, options);
    administration.addRuleset(this.#world, ruleset, this.repo.owner);
    return ruleset;
  }

  removeRuleset(ruleset: Ruleset): void {
    administration.removeRuleset(this.#world, ruleset, this.repo.owner);
  }

  async openPullRequest(user: UserHandle, options: pulls.NewPull): Promise<PullRequestHandle> {
    return new PullRequestHandle(
      this.#world,
      await pulls.openPull(this.#world, this.repo, user.account, options),
    );
  }

  async status(
    creator: UserHandle,
    oid: string,
    context: string,
    state: CommitStatus["state"],
    options: Omit<results.NewStatus, "context" | "state"> = {},
  ): Promise<CommitStatus> {
    return await results.createStatus(this.#world, this.repo, creator.account, oid, {
      ...options,
      context,
      state,
    });
  }

  /** Another app reports a check run. */
  async checkRun(app: App, oid: string, name: string, options: CheckRunOptions = {}): Promise<CheckRun> {
    return await results.createCheckRun(this.#world, this.repo, app, oid, { ...options, name });
  }

  async updateCheckRun(app: App, run: CheckRun, options: results.CheckRunFields): Promise<void> {
    await results.updateCheckRun(this.#world, this.repo, app, run, options);
  }

  /** Someone presses "Re-run" on a check run. */
  rerequest(user: UserHandle, run: CheckRun): void {
    results.rerequest(this.#world, this.repo, run, user.account);
  }

  /** Someone presses one of a check run's buttons. */
  requestAction(user: UserHandle, run: CheckRun, identifier: string): void {
    results.requestAction(this.#world, this.repo, run, user.account, identifier);
  }

  /** A code-scanning tool uploads its results for a commit. */
  codeScanning(
    tool: string,
    options: { ref: string; oid: string; error?: string; alerts?: readonly AlertOptions[] },
  ): void {
    const { ref, oid, error = "", alerts = [] } = options;
    const created = { tool, ref, oid, createdAt: this.#world.now() };
    this.repo.analyses.push({ ...created, id: this.#world.id(), error, results: alerts.length });
    for (const alert of alerts) {
      this.repo.alerts.push({ ...DEFAULT_ALERT, ...alert, ...created, number: this.repo.alerts.length + 1 });
    }
  }

  comment(user: UserHandle, number: number, body: string, options: CommentOptions = {}): CommentHandle {
    return commentOn(this.#world, this.repo, number, user, body, options);
  }

  /** `user` files an issue. */
  issue(user: UserHandle, title: string, options: Omit<NewIssue, "title"> = {}): IssueHandle {
    return new IssueHandle(
      this.#world,
      this.repo,
      openIssue(this.#world, this.repo, user.account, { ...options, title }),
    );
  }

  /** Every issue that was not deleted, whoever made it, the oldest first. */
  issues(): IssueHandle[] {
    return this.repo.issues.map((issue) => new IssueHandle(this.#world, this.repo, issue));
  }

  /** Every pull request, whoever opened it, the oldest first. */
  pullRequests(): PullRequestHandle[] {
    return this.repo.pulls.map((pull) => new PullRequestHandle(this.#world, pull));
  }
}

export type AlertOptions = Partial<
  Pick<
    CodeScanningAlert,
    "rule" | "description" | "severity" | "securitySeverity" | "state" | "path" | "line"
  >
>;

const DEFAULT_ALERT = {
  rule: "rule",
  description: "A finding",
  severity: "error",
  securitySeverity: null,
  state: "open",
  path: "README.md",
  line: 1,
} as const;
