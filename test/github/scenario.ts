import type { CommitOptions, Person } from "../support/git.js";
import type { SigningKey } from "../support/signing.js";
import * as administration from "./world/administration.js";
import { refMoved } from "./world/changes.js";
import { mergePull, type MergeOptions } from "./world/merging.js";
import type {
  Account,
  App,
  CheckRun,
  ClassicRule,
  CodeScanningAlert,
  CommitStatus,
  Installation,
  IssueComment,
  PullRequest,
  Repo,
  Review,
  Role,
  Rule,
  Ruleset,
  RulesetBypass,
} from "./world/model.js";
import { pushBlocker } from "./world/push-rules.js";
import * as pulls from "./world/pulls.js";
import { Refusal } from "./world/refusal.js";
import * as results from "./world/results.js";
import { fullName, type World } from "./world/world.js";

/** A person (or organization) as a test holds it. */
export class UserHandle {
  readonly account: Account;
  readonly #world: World;

  constructor(world: World, account: Account) {
    this.#world = world;
    this.account = account;
  }

  get login(): string {
    return this.account.login;
  }

  /** A personal access token, for REST and for pushes over HTTP. */
  get token(): string {
    return this.account.token;
  }

  /** Name and e-mail for this person's commits. */
  get person(): Person {
    return { name: this.account.name, email: this.account.emails[0] ?? `${this.login}@example.com` };
  }

  /** Registers a public key on the account: for signing only, as an SSH signing key or a GPG key. */
  addKey(key: Pick<SigningKey, "kind" | "publicKey">, options: { rawKeyKept?: boolean } = {}): void {
    const common = { id: this.#world.id(), createdAt: this.#world.now() };
    if (key.kind === "ssh") {
      this.account.sshSigningKeys.push({ ...common, title: "laptop", key: key.publicKey });
    } else {
      this.account.gpgKeys.push({
        ...common,
        armored: key.publicKey,
        rawKeyKept: options.rawKeyKept ?? true,
      });
    }
  }

  /** Takes every registered key off the account again. */
  removeKeys(): void {
    this.account.sshSigningKeys.splice(0);
    this.account.gpgKeys.splice(0);
  }
}

export interface RepositoryOptions {
  readonly private?: boolean;
  /** Files of the first commit on the default branch; a README where it is left out. */
  readonly files?: Readonly<Record<string, string>>;
}

export type RulesetOptions = Partial<
  Pick<Ruleset, "enforcement" | "include" | "exclude" | "repositories">
> & {
  readonly name?: string;
  readonly rules: readonly Rule[];
  readonly bypass?: readonly RulesetBypass[];
};

export class OrganizationHandle {
  readonly account: Account;
  readonly #world: World;

  constructor(world: World, account: Account) {
    this.#world = world;
    this.account = account;
  }

  get login(): string {
    return this.account.login;
  }

  /** Makes somebody a member or an owner of the organization. */
  addMember(user: UserHandle, role: "member" | "admin" = "member"): void {
    const members = this.#world.members.get(this.account.id) ?? new Map<number, "admin" | "member">();
    this.#world.members.set(this.account.id, members.set(user.account.id, role));
  }

  /** A new repository with a first commit on `main`. */
  async repository(name: string, options: RepositoryOptions = {}): Promise<RepositoryHandle> {
    const repo = await this.#world.addRepository(this.account, name, { private: options.private ?? true });
    const { person } = this.#world.webFlow;
    await repo.git.commit({
      message: "Initial commit",
      author: person,
      date: this.#world.clock.now(),
      files: options.files ?? { "README.md": `# ${name}\n` },
    });
    return new RepositoryHandle(this.#world, repo);
  }

  /** A ruleset of the organization, active on the default branch of every repository unless said otherwise. */
  ruleset(options: RulesetOptions): Ruleset {
    const source = { kind: "organization", account: this.account } as const;
    const ruleset = newRuleset(this.#world, source, options);
    administration.addRuleset(this.#world, ruleset, this.account);
    return ruleset;
  }

  removeRuleset(ruleset: Ruleset): void {
    administration.removeRuleset(this.#world, ruleset, this.account);
  }
}

export class InstallationHandle {
  readonly installation: Installation;
  readonly #world: World;

  constructor(world: World, installation: Installation) {
    this.#world = world;
    this.installation = installation;
  }

  get id(): number {
    return this.installation.id;
  }

  suspend(by: UserHandle): void {
    administration.suspend(this.#world, this.installation, by.account);
  }

  unsuspend(): void {
    administration.unsuspend(this.#world, this.installation);
  }

  uninstall(): void {
    administration.uninstall(this.#world, this.installation);
  }

  select(action: "added" | "removed", ...repositories: RepositoryHandle[]): void {
    const repos = repositories.map(({ repo }) => repo);
    administration.selectRepositories(this.#world, this.installation, action, repos);
  }
}

export interface PushOptions extends Omit<CommitOptions, "author" | "branch"> {
  /** Who the commit says wrote it; the pusher where it is left out. */
  readonly author?: Person;
}

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
    this.repo.collaborators.set(user.account.id, role);
  }

  /** The commit at the tip of a branch. @throws if there is no such branch */
  async tip(branch: string = this.repo.defaultBranch): Promise<string> {
    const oid = await this.repo.git.tip(`refs/heads/${branch}`);
    if (oid === null) throw new Error(`${this.fullName} has no branch ${branch}`);
    return oid;
  }

  /** A commit that no branch holds yet: made by real git, on the default branch's tip unless parents are given. */
  async commit(options: Omit<CommitOptions, "branch">): Promise<string> {
    const parents = options.parents ?? [await this.tip()];
    return await this.repo.git
      .commit({ date: this.#world.clock.now(), ...options, parents, branch: "loopback/scratch" })
      .finally(async () => {
        await this.repo.git.setRef("refs/heads/loopback/scratch", null);
      });
  }

  /** `user` commits on a branch (made from the default branch if it is new) and pushes it. Gives the new tip. */
  async push(user: UserHandle, branch: string, options: PushOptions): Promise<string> {
    const tip = (await this.repo.git.tip(`refs/heads/${branch}`)) ?? (await this.tip());
    const oid = await this.commit({ author: user.person, parents: [tip], ...options });
    await this.pushOid(user, branch, oid);
    return oid;
  }

  /** `user` pushes an existing commit to a branch (`null` deletes it). @throws Refusal where the branch's rules keep it out */
  async pushOid(user: UserHandle, branch: string, oid: string | null): Promise<void> {
    const ref = `refs/heads/${branch}`;
    const before = await this.repo.git.tip(ref);
    const update = { ref, before, after: oid };
    const forced = before !== null && oid !== null && !(await this.repo.git.isAncestor(before, oid));
    const blocker = pushBlocker(this.#world, this.repo, update, user.account, forced);
    if (blocker !== null)
      throw new Refusal(403, `GH006: Protected branch update failed for ${ref}. ${blocker}`);
    await this.repo.git.setRef(ref, oid);
    await refMoved(this.#world, this.repo, update, user.account);
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

  comment(user: UserHandle, number: number, body: string): IssueComment {
    return pulls.addComment(this.#world, this.repo, number, user.account, { body, app: null });
  }

  issue(user: UserHandle, title: string): number {
    const number = pulls.takeNumber(this.repo);
    const entry = { id: this.#world.id(), number, title, author: user.account, createdAt: this.#world.now() };
    this.repo.issues.push(entry);
    return number;
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

export class PullRequestHandle {
  readonly pull: PullRequest;
  readonly #world: World;

  constructor(world: World, pull: PullRequest) {
    this.#world = world;
    this.pull = pull;
  }

  get number(): number {
    return this.pull.number;
  }

  get headOid(): string {
    return this.pull.headOid;
  }

  /** `user` commits on the head branch and pushes. Gives the new head. */
  async push(user: UserHandle, options: PushOptions): Promise<string> {
    const { repo, ref } = this.pull.head;
    return await new RepositoryHandle(this.#world, repo).push(user, ref, options);
  }

  /** `user` pushes an existing commit to the head branch: with another history, a force push. */
  async pushOid(user: UserHandle, oid: string): Promise<void> {
    const { repo, ref } = this.pull.head;
    await new RepositoryHandle(this.#world, repo).pushOid(user, ref, oid);
  }

  /** @throws Refusal 422 where the author approves or blocks the own pull request */
  review(
    user: UserHandle,
    event: pulls.ReviewEvent,
    options: { readonly body?: string; readonly commitOid?: string } = {},
  ): Review {
    return pulls.addReview(this.#world, this.pull, user.account, event, options);
  }

  dismiss(user: UserHandle, review: Review): void {
    pulls.dismissReview(this.#world, this.pull, review, user.account);
  }

  async edit(user: UserHandle, edit: pulls.PullEdit): Promise<void> {
    await pulls.editPull(this.#world, this.pull, user.account, edit);
  }

  async close(user: UserHandle): Promise<void> {
    await this.edit(user, { state: "closed" });
  }

  async reopen(user: UserHandle): Promise<void> {
    await this.edit(user, { state: "open" });
  }

  async setDraft(user: UserHandle, draft: boolean): Promise<void> {
    await pulls.setDraft(this.#world, this.pull, user.account, draft);
  }

  /** Merges and gives the new tip of the base branch. @throws Refusal 405 where rules stand against it */
  async merge(user: UserHandle, options: MergeOptions = {}): Promise<string> {
    return await mergePull(this.#world, this.pull, user.account, options);
  }
}

function newRuleset(world: World, source: Ruleset["source"], options: RulesetOptions): Ruleset {
  const id = world.id();
  return {
    enforcement: "active",
    include: ["~DEFAULT_BRANCH"],
    exclude: [],
    repositories: ["~ALL"],
    name: `ruleset-${id}`,
    bypass: [],
    ...options,
    id,
    source,
    createdAt: world.now(),
  };
}
