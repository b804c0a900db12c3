/**
 * What was true on GitHub at one pinned instant. Plain data: nothing here reads a clock, a network or a file.
 *
 * A fact is `known` or `unknown` with a reason. Rules must treat an unknown fact as not passing.
 */

import type { Scope } from "../policy/rules/path-scope/scope.js";
import type { ControlFile, ControlFiles, RegisteredKeys } from "./control-files.js";
import type { ProtectionFact } from "./protection.js";

export type {
  ControlFile,
  ControlFiles,
  OrganizationFile,
  OrganizationReading,
  RegisteredKeys,
  UsedRevision,
  X509Files,
} from "./control-files.js";
export type * from "./protection.js";

export type Fact<T> = Known<T> | Unknown;

export interface Known<T> {
  readonly known: true;
  readonly value: T;
}

export interface Unknown {
  readonly known: false;
  readonly reason: UnknownReason;
}

export interface UnknownReason {
  readonly code: "forbidden" | "not-found" | "unavailable" | "truncated" | "inconsistent" | "malformed";
  /** One sentence: what could not be read. */
  readonly message: string;
  /** One sentence: the permission, setting or command that mends it. */
  readonly remedy: string;
}

export const known = <T>(value: T): Known<T> => ({ known: true, value });
export const unknown = (code: UnknownReason["code"], message: string, remedy: string): Unknown => ({
  known: false,
  reason: { code, message, remedy },
});

/** A GitHub account. The numeric id is the identity; a login can be renamed and reused. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot" | "Mannequin" | "Organization";
}

/** A GitHub App. The numeric id is the identity; a slug can be renamed and reused. */
export interface AppRef {
  readonly id: number;
  readonly slug: string;
}

/** Whose bot an account is. Looked up only where a policy names bots by their apps. */
export interface BotApp {
  /** The account's id. */
  readonly account: number;
  readonly app: Fact<AppRef>;
}

export interface RepositoryRef {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

/** Name and e-mail as Git has them: claims by whoever made the commit, not identities. */
export interface GitIdentity {
  readonly name: string;
  readonly email: string;
  /** The account GitHub associates with the e-mail, if any. */
  readonly account: Account | null;
}

export interface CommitFact {
  readonly oid: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: GitIdentity;
  readonly committer: GitIdentity;
  /** Author and co-authors as GitHub lists them. */
  readonly authors: readonly GitIdentity[];
  /** `null`: GitHub holds no signature for the commit. */
  readonly signature: CommitSignature | null;
}

/** Payload and signature as GitHub hands them out; proven against the OID before anything is believed. */
export interface CommitSignature {
  readonly payload: string;
  readonly signature: string;
  /** GitHub's own opinion: recorded and compared, never relied on. */
  readonly forge: { readonly verified: boolean; readonly state: string };
}

export interface ReviewFact {
  readonly id: string;
  readonly author: Account | null;
  readonly state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";
  /** The head commit the reviewer saw. */
  readonly commitOid: string | null;
  readonly submittedAt: string | null;
  readonly canPush: boolean;
  /** Only of one that was dismissed, as far as GitHub tells how. */
  readonly dismissal?: DismissalFact;
}

/** Why a review has the state `DISMISSED`. */
export interface DismissalFact {
  /** ISO 8601. */
  readonly at: string;
  readonly by: Account | null;
  /** What the review said before. */
  readonly was: ReviewFact["state"];
  /** The reason that was given; empty where a push dismissed it. */
  readonly message: string;
  /** The commit whose push dismissed it; `null`: somebody did. */
  readonly commitOid: string | null;
}

/** A check run or commit status on exactly the head commit. */
export type ResultFact = CheckRunFact | StatusFact;

export interface CheckRunFact {
  readonly kind: "check-run";
  readonly id: number;
  readonly name: string;
  readonly app: AppRef | null;
  /** `COMPLETED` or one of GitHub's waiting states (`QUEUED`, `IN_PROGRESS`, `WAITING`, `PENDING`, `REQUESTED`). */
  readonly status: string;
  readonly conclusion: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly url: string | null;
}

export interface StatusFact {
  readonly kind: "status";
  readonly name: string;
  readonly creator: Account | null;
  /** `SUCCESS`, `FAILURE`, `ERROR`, `PENDING` or `EXPECTED`. */
  readonly state: string;
  readonly createdAt: string;
  readonly url: string | null;
}

export interface CodeScanningFact {
  /** Analyses of the head commit, or of a test merge of it into the base. */
  readonly analyses: readonly {
    readonly tool: string;
    readonly commitOid: string;
    readonly createdAt: string;
    readonly error: string;
  }[];
  readonly openAlerts: readonly CodeScanningAlert[];
}

export interface CodeScanningAlert {
  readonly number: number;
  readonly tool: string;
  readonly rule: string;
  readonly description: string;
  /** Security severity where the tool gives one, else the rule's own (`error`, `warning`, `note`, `none`). */
  readonly severity: "critical" | "high" | "medium" | "low" | "error" | "warning" | "note" | "none";
  readonly path: string | null;
  readonly line: number | null;
  readonly url: string;
}

export interface PullRequestFact {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly state: "OPEN" | "CLOSED" | "MERGED";
  readonly draft: boolean;
  readonly author: Account | null;
  readonly createdAt: string;
  /** When anything was last done to it (ISO 8601); no rule looks at it. */
  readonly updatedAt: string;
  readonly crossRepository: boolean;
  readonly base: { readonly ref: string; readonly oid: string };
  /** When it was last made to go to another branch (ISO 8601); `null`: it never was. */
  readonly retargetedAt: string | null;
  /** `repository` is `null` where the fork it came from is gone. */
  readonly head: { readonly ref: string; readonly oid: string; readonly repository: HeadRepository | null };
  /** Set once it is merged. */
  readonly merge: MergeFact | null;
}

export interface HeadRepository {
  readonly id: number;
  readonly fullName: string;
}

/** A branch at one commit. Who pushed is known of the two together: the same commit can be pushed to many branches. */
export interface BranchTip {
  readonly repositoryId: number;
  readonly branch: string;
  readonly oid: string;
}

/**
 * Stands for the head branch of a pull request from a fork, which the app may not be able to see. No ref can have this
 * name, so nobody can push to it and so choose who counts as its pusher.
 */
export const forkedHead = (pullNumber: number): string => `pull:${pullNumber}`;

export interface MergeFact {
  readonly commitOid: string;
  readonly treeOid: string;
  readonly parents: readonly string[];
  readonly mergedAt: string;
  readonly mergedBy: Account | null;
  readonly landing: Fact<Landing>;
}

/** How a merged pull request moved its base branch, by GitHub's own log of the branch. */
export interface Landing {
  /** Where the branch stood just before it; of several that one move landed, behind those that it came after. */
  readonly before: string;
  /** `pr_merge`, `push`, …; https://docs.github.com/rest/repos/repos#list-repository-activities */
  readonly loggedAs: string;
  /**
   * Only of a move of the merge queue: the commits from the merge commit up to where the branch went, among which are the
   * heads of the groups that it can have landed by.
   */
  readonly groupHeads?: readonly string[];
}

/** What the log calls a move of the merge queue. */
export const MERGE_QUEUE = "merge_queue_merge";

/** Another open pull request with the same head commit. */
export interface SiblingFact {
  readonly number: number;
  readonly baseRef: string;
}

/** Everything the rules look at. */
export interface ChangeFacts {
  /** The pinned instant (ISO 8601, UTC) at which reading began. */
  readonly observedAt: string;
  /** The app's own id on GitHub, to tell its checks from others of the same name. */
  readonly appId: number;
  readonly repository: RepositoryRef;
  readonly pullRequest: PullRequestFact;
  readonly commits: Fact<readonly CommitFact[]>;
  readonly reviews: Fact<readonly ReviewFact[]>;
  readonly lastPusher: Fact<Account>;
  readonly results: Fact<readonly ResultFact[]>;
  /** `null`: the policy asks for no code-scanning result, so none was read. */
  readonly codeScanning: Fact<CodeScanningFact> | null;
  readonly protection: Fact<ProtectionFact>;
  readonly controlFiles: Fact<ControlFiles>;
  /** The policy file as the head commit would make it. It never judges; only whether it could is looked at. */
  readonly proposedPolicy: Fact<ControlFile | null>;
  /** The account's policy file as the head commit would make it; `null`: this is not the repository that keeps it. */
  readonly proposedOrganization: Fact<ControlFile | null> | null;
  /** Keys by login, for those whose keys were asked for. */
  readonly registeredKeys: readonly Fact<RegisteredKeys>[];
  readonly siblings: Fact<readonly SiblingFact[]>;
  /** The apps of those bots that count only if the policy names their app. */
  readonly bots: readonly BotApp[];
  /** What it touches of the policy's paths; `null`: those are everything, so it was not looked at. */
  readonly scope: Fact<Scope> | null;
}
