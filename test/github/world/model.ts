import type { KeyObject } from "node:crypto";
import type { GitStore } from "./git/git.js";
import type { Json } from "./json.js";
import type { ClassicRule, Ruleset } from "./rules.js";

export type {
  NamedActor,
  ClassicRule,
  ReviewRequirement,
  RequiredCheck,
  Ruleset,
  Rule,
  RulesetBypass,
} from "./rules.js";

/** What the loopback GitHub remembers, as plain data. Times are ISO 8601 UTC in whole seconds, as GitHub's are. */
export interface Account {
  readonly id: number;
  login: string;
  readonly type: "User" | "Organization" | "Bot";
  readonly name: string;
  /** Verified e-mails: how GitHub finds the account of a commit. */
  readonly emails: string[];
  readonly createdAt: string;
  /** A personal access token: for REST calls and pushes as this account. */
  readonly token: string;
  readonly gpgKeys: GpgKeyEntry[];
  readonly sshSigningKeys: SshKeyEntry[];
  /** Rulesets of an organization. */
  readonly rulesets: Ruleset[];
  /** What was done in an organization, the oldest first. */
  readonly auditLog: AuditLogEntry[];
  /** Whether its plan has the audit log's API: GitHub Enterprise Cloud's does. */
  enterprise: boolean;
}

export interface AuditLogEntry {
  readonly id: string;
  /** Milliseconds, as GitHub has them here. */
  readonly at: number;
  readonly action: string;
  readonly actor: Account;
  readonly repo: Repo | null;
  readonly details: Json;
}

export interface GpgKeyEntry {
  readonly id: number;
  readonly armored: string;
  readonly createdAt: string;
  /** `raw_key` may be null on GitHub, too. */
  readonly rawKeyKept: boolean;
}

export interface SshKeyEntry {
  readonly id: number;
  readonly title: string;
  readonly key: string;
  readonly createdAt: string;
}

/** A team of an organization. */
export interface Team {
  readonly id: number;
  readonly organization: Account;
  readonly slug: string;
  readonly name: string;
  /** Account ids. */
  readonly members: Set<number>;
  /** What the team may do, by the ids of repositories. */
  readonly repositories: Map<number, Role>;
}

export type Access = "read" | "write";

export interface App {
  readonly id: number;
  /** In its bot's login and in addresses; an app that is renamed gives it up, and another can take it. */
  slug: string;
  /** A private one is shown to those only on whose account it is. */
  readonly private: boolean;
  readonly name: string;
  readonly owner: Account;
  readonly bot: Account;
  /** Made when first asked for: most apps never sign in. */
  readonly keys: () => AppKeys;
  readonly permissions: Readonly<Record<string, Access>>;
  readonly events: readonly string[];
  readonly createdAt: string;
}

export interface AppKeys {
  readonly publicKey: KeyObject;
  /** PEM, as GitHub hands it out once. */
  readonly privateKey: string;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: Account;
  selection: "all" | "selected";
  readonly repositories: Set<number>;
  /** What the owner of the account granted, which may be less than the app now asks for. */
  permissions: Readonly<Record<string, Access>>;
  suspendedBy: Account | null;
  suspendedAt: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

export type Role = "read" | "triage" | "write" | "maintain" | "admin";

export interface Repo {
  readonly id: number;
  owner: Account;
  name: string;
  private: boolean;
  defaultBranch: string;
  /** Full names that it had before, by which GitHub still finds it until another repository takes one. */
  readonly formerNames: string[];
  readonly git: GitStore;
  readonly parent: Repo | null;
  readonly collaborators: Map<number, Role>;
  readonly pulls: PullRequest[];
  /** Groups that wait to land, over all branches, the first to land first. */
  readonly queue: QueuedGroup[];
  readonly statuses: CommitStatus[];
  readonly checkSuites: CheckSuite[];
  readonly checkRuns: CheckRun[];
  readonly comments: IssueComment[];
  readonly issues: Issue[];
  /** Numbers of issues that were deleted: "gone", not "not found". */
  readonly deletedIssues: Set<number>;
  readonly labels: Label[];
  readonly activities: Activity[];
  readonly protections: ClassicRule[];
  readonly rulesets: Ruleset[];
  readonly alerts: CodeScanningAlert[];
  readonly analyses: CodeScanningAnalysis[];
  archived: boolean;
  nextNumber: number;
  readonly createdAt: string;
  pushedAt: string;
  /** When its own settings were changed last. */
  updatedAt: string;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  stateReason: StateReason | null;
  /** As the repository writes them. */
  labels: readonly string[];
  readonly author: Account;
  /** The app that made it, for itself or for the author. */
  readonly app: App | null;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: Account | null;
}

export type StateReason = "completed" | "not_planned" | "duplicate" | "reopened";

export interface Label {
  readonly id: number;
  readonly name: string;
}

export interface PullRequest {
  readonly id: number;
  readonly repo: Repo;
  readonly number: number;
  readonly author: Account;
  readonly head: { readonly repo: Repo; readonly ref: string };
  headOid: string;
  baseRef: string;
  /** The tip of the base branch when the pull request was opened, pushed to or retargeted: it does not follow the branch. */
  baseOid: string;
  title: string;
  body: string | null;
  draft: boolean;
  state: "open" | "closed";
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  merge: Merge | null;
  /** Who has it merged as soon as its rules allow, and how. */
  autoMerge: { readonly by: Account; readonly method: "merge" | "squash" | "rebase" } | null;
  readonly reviews: Review[];
  /** When it was made to go to another branch. */
  readonly baseChanges: { readonly at: string; readonly from: string; readonly to: string }[];
  lastPusher: Account;
}

export interface Merge {
  /** The last of `commits`. */
  readonly oid: string;
  readonly by: Account;
  readonly at: string;
  /** What it added to the base branch's own line: one commit, or after a rebase one for each. */
  readonly commits: readonly string[];
}

/** A group of pull requests that a merge queue is about to land by one move. */
export interface QueuedGroup {
  readonly id: number;
  readonly repo: Repo;
  /** The queue's temporary branch, as a full ref. */
  readonly ref: string;
  readonly baseRef: string;
  readonly baseOid: string;
  readonly headOid: string;
  readonly method: "merge" | "squash" | "rebase";
  /** What was made of each: from above `baseOid` up to `oid`. */
  readonly members: readonly { readonly pull: PullRequest; readonly baseOid: string; readonly oid: string }[];
}

export type ReviewState = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";

export interface Review {
  readonly id: number;
  readonly author: Account;
  state: ReviewState;
  body: string;
  readonly commitOid: string;
  readonly submittedAt: string;
  /** How it came to be dismissed. */
  dismissal?: Dismissal;
}

export interface Dismissal {
  readonly at: string;
  readonly by: Account;
  readonly was: ReviewState;
  readonly message: string | null;
  /** The commit whose push dismissed it. */
  readonly commitOid: string | null;
}

export interface CommitStatus {
  readonly id: number;
  readonly oid: string;
  readonly creator: Account;
  readonly context: string;
  readonly state: "pending" | "success" | "failure" | "error";
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly createdAt: string;
}

export interface CheckSuite {
  readonly id: number;
  readonly app: App;
  readonly oid: string;
  readonly branch: string | null;
  readonly before: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

export interface CheckRun {
  readonly id: number;
  readonly suite: CheckSuite;
  name: string;
  externalId: string;
  detailsUrl: string;
  status: string;
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  readonly annotations: Annotation[];
  actions: readonly CheckAction[];
}

export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: "notice" | "warning" | "failure";
  readonly message: string;
  readonly title?: string;
  readonly raw_details?: string;
}

export interface CheckAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

export interface IssueComment {
  readonly id: number;
  readonly issueNumber: number;
  readonly author: Account;
  /** The app that wrote it, for itself or for the author. */
  readonly app: App | null;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Activity {
  readonly id: number;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly actor: Account;
  readonly type: ActivityType;
  readonly at: string;
}

export type ActivityType =
  "push" | "force_push" | "branch_creation" | "branch_deletion" | "pr_merge" | "merge_queue_merge";

export interface CodeScanningAlert {
  readonly number: number;
  readonly tool: string;
  readonly rule: string;
  readonly description: string;
  readonly severity: "none" | "note" | "warning" | "error";
  readonly securitySeverity: "low" | "medium" | "high" | "critical" | null;
  readonly state: "open" | "dismissed" | "fixed";
  readonly ref: string;
  readonly oid: string;
  readonly path: string;
  readonly line: number;
  readonly createdAt: string;
}

export interface CodeScanningAnalysis {
  readonly id: number;
  readonly tool: string;
  readonly ref: string;
  readonly oid: string;
  readonly error: string;
  readonly results: number;
  readonly createdAt: string;
}
