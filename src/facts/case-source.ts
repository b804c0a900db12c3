import type { Account, CommitFact, Fact, RepositoryRef, ResultFact, ReviewFact } from "./facts.js";

/** Where a branch stands, and how it came there from a commit that we know. */
export interface BranchReading {
  /** `null`: there is no such branch. */
  readonly tip: string | null;
  /**
   * First-parent history from the tip down to `until` (not included), the newest first; cut after `limit` commits.
   */
  readonly history: readonly HistoryCommit[];
  /** Whether `until` was reached: it is the tip or one of its first-parent ancestors. */
  readonly reached: boolean;
  /**
   * Whether reading stopped before `until` or the first commit was reached: whether `until` is further down is then not
   * known. Not reached and not cut means that the branch was moved away from `until`.
   */
  readonly cut: boolean;
}

/** A commit of a branch's first-parent history. */
export interface HistoryCommit {
  readonly oid: string;
  readonly parents: readonly string[];
  /** Merged pull requests into this repository that GitHub associates with it, at most ten. */
  readonly mergedPulls: readonly {
    readonly number: number;
    readonly baseRef: string;
    readonly mergeCommitOid: string | null;
    readonly commits: number;
  }[];
}

/** One entry of a branch's activity log: https://docs.github.com/rest/repos/repos#list-repository-activities */
export interface BranchActivity {
  readonly id: number;
  readonly before: string;
  readonly after: string;
  readonly at: string;
  readonly kind: string;
  readonly actor: Account | null;
}

/** Reads what became of branches and commits. */
export interface BranchSource {
  /**
   * Reads a branch's tip and its first-parent history down to `until`, of at most `limit` commits; where `until` is
   * `null`, what one request tells of it.
   * @throws CountersignError a `github-*` code: a branch of which anything but the pull requests of a commit cannot be
   *   read is not read at all
   */
  readBranch(
    repository: RepositoryRef,
    branch: string,
    until: string | null,
    limit: number,
  ): Promise<BranchReading>;
  /**
   * Reads on from where a reading was cut, until it has `limit` commits: down to `until` (not included), or to `floor`
   * (included), where it is known that `until` is not further down. It may be cut again.
   * @throws CountersignError a `github-*` code
   */
  readOn(
    repository: RepositoryRef,
    reading: BranchReading,
    ends: { readonly until: string | null; readonly floor: string | null },
    limit: number,
  ): Promise<BranchReading>;
  /** The newest entries of a branch's activity log, at most 100, the newest first; unknown where it may not be read. */
  readActivity(repository: RepositoryRef, branch: string): Promise<Fact<readonly BranchActivity[]>>;
  /**
   * The commits that `after` has and `before` has not, with their signatures, the oldest first; where `before` is
   * `null`, `after` alone: what a new branch brought is not to be told from what it began with.
   */
  readPushedCommits(
    repository: RepositoryRef,
    before: string | null,
    after: string,
  ): Promise<Fact<readonly CommitFact[]>>;
  /** Check runs and statuses on a commit. */
  readResults(repository: RepositoryRef, oid: string): Promise<Fact<readonly ResultFact[]>>;
  /** The repository as it is called now, its default branch, and the names of its branches. */
  readRepository(repository: RepositoryRef): Promise<RepositoryReading>;
  /** Every repository that the installation may see. */
  listRepositories(): Promise<RepositoryRef[]>;
}

export interface RepositoryReading {
  readonly repository: RepositoryRef;
  /** Its web address. */
  readonly url: string;
  /** `null`: it has no commit yet. */
  readonly defaultBranch: string | null;
  readonly branches: readonly string[];
}

/** One path of a tree: `mode` as Git writes it, `oid` of blob or submodule commit. */
export interface TreeEntry {
  readonly mode: string;
  readonly oid: string;
}

/** Reads the files of commits. */
export interface TreeSource {
  /**
   * Every file of a commit's tree by its path, submodules and links included. Where there are more than GitHub lists at
   * once, those of the folders that are reached, and each other folder as one entry with the mode of a tree. A folder is
   * reached only if all that it is in are.
   */
  readReached(
    repository: RepositoryRef,
    commitOid: string,
    reaches: (folder: string) => boolean,
  ): Promise<Fact<ReadonlyMap<string, TreeEntry>>>;
  /** The best common ancestor of two commits. */
  readMergeBase(repository: RepositoryRef, base: string, head: string): Promise<Fact<string>>;
}

/** Reads what a retroactive pull request is judged by. */
export interface RetroactiveSource extends TreeSource {
  /** Every file of a commit's tree by its path, submodules and links included. */
  readTree(repository: RepositoryRef, commitOid: string): Promise<Fact<ReadonlyMap<string, TreeEntry>>>;
  /**
   * `null`: there is no such pull request in this repository.
   * @throws CountersignError `head-moved` if its head moved while it was read
   */
  readOffer(repository: RepositoryRef, number: number): Promise<RetroactiveOffer | null>;
  /** The numbers of open pull requests whose head is this branch of the same repository. */
  findPullsOfHead(repository: RepositoryRef, branch: string): Promise<number[]>;
}

/** A pull request that is to document a change, as it stands. */
export interface RetroactiveOffer {
  readonly number: number;
  readonly url: string;
  readonly state: "OPEN" | "CLOSED" | "MERGED";
  readonly author: Account | null;
  readonly body: string;
  readonly baseOid: string;
  readonly headOid: string;
  readonly reviews: Fact<readonly ReviewFact[]>;
}

/** Reads about people. What cannot be read is unknown, and authorises nobody. */
export interface PeopleSource {
  /** The ids of those of `teams` that the account is an active member of. */
  readTeams(
    organization: string,
    account: Account,
    teams: readonly number[],
  ): Promise<Fact<readonly number[]>>;
  /** Whether the account may write to the repository. */
  readCanPush(repository: RepositoryRef, account: Account): Promise<Fact<boolean>>;
}

/**
 * What is posted on GitHub for a case. Every method names what it made, so that a crash in between can be found. `since`
 * is when we began to post: what is looked for is not older, give or take an hour for clocks that differ.
 */
export interface CaseWriter {
  /** The number of the issue of ours whose body holds this marker, in any state, or `null`. */
  findIssue(repository: IssuePlace, marker: string, since: Date): Promise<number | null>;
  createIssue(repository: IssuePlace, content: IssueContent): Promise<number>;
  /** @throws CountersignError `github-not-found` where the issue is gone */
  updateIssue(repository: IssuePlace, number: number, content: IssueContent): Promise<void>;
  /** The id of the comment of ours that holds this marker, or `null`. */
  findComment(repository: IssuePlace, number: number, marker: string, since: Date): Promise<number | null>;
  createComment(repository: IssuePlace, number: number, body: string): Promise<number>;
  /**
   * Makes a branch at a commit, or leaves it there if it is there already. Needs `contents: write`.
   * @throws CountersignError `github-rejected` where the branch is at another commit, or the commit is not there
   */
  createBranch(repository: RepositoryRef, branch: string, oid: string): Promise<void>;
  /** Opens a pull request between two branches of the repository; its number. Needs `pull_requests: write`. */
  createPullRequest(
    repository: RepositoryRef,
    content: { readonly title: string; readonly body: string; readonly head: string; readonly base: string },
  ): Promise<number>;
}

export interface IssuePlace {
  readonly owner: string;
  readonly name: string;
}

export interface IssueContent {
  readonly title: string;
  readonly body: string;
  /** All of its labels: those that are not named here are taken away. */
  readonly labels: readonly string[];
  readonly open: boolean;
}
