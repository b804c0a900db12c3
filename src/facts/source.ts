import type {
  Account,
  AppRef,
  CodeScanningFact,
  CommitFact,
  ControlFile,
  ControlFiles,
  Fact,
  Landing,
  OrganizationReading,
  ProtectionFact,
  PullRequestFact,
  RegisteredKeys,
  RepositoryRef,
  ResultFact,
  ReviewFact,
  SiblingFact,
} from "./facts.js";

/** One pull request of one repository. */
export interface PullRequestAddress {
  readonly repository: RepositoryRef;
  readonly number: number;
}

/** What one look at a pull request gave, all from the same head commit. */
export interface PullRequestReading {
  readonly repository: RepositoryRef;
  readonly pullRequest: PullRequestFact;
  readonly commits: Fact<readonly CommitFact[]>;
  readonly reviews: Fact<readonly ReviewFact[]>;
  readonly results: Fact<readonly ResultFact[]>;
  readonly protection: Fact<ProtectionFact>;
  readonly controlFiles: Fact<ControlFiles>;
  readonly proposedPolicy: Fact<ControlFile | null>;
  /** `null`: not the repository that keeps the account's policy. */
  readonly proposedOrganization: Fact<ControlFile | null> | null;
  readonly siblings: Fact<readonly SiblingFact[]>;
}

/**
 * Where facts come from: one installation of the app on GitHub.
 *
 * What can be missing without the rest being wrong comes back as an unknown fact. What leaves nothing to judge
 * is thrown as a CountersignError (`github-*`, or `head-moved`), and the job is tried again.
 */
export interface FactSource {
  readonly appId: number;
  /**
   * Reads a pull request and the control files of the branch that is its base in this very answer.
   * @throws CountersignError `head-moved` if its head or base changed while it was read.
   */
  readPullRequest(address: PullRequestAddress): Promise<PullRequestReading>;
  /**
   * Control files as of one commit; the account's policy among them is the one of now. With `asOf` it is the one that had
   * judged last by then, as far as whoever answers keeps that.
   */
  readControlFiles(
    repository: RepositoryRef,
    commitOid: string,
    asOf?: Date | null,
  ): Promise<Fact<ControlFiles>>;
  /** The account's policy file as of a commit of the repository that keeps it. */
  readOrganizationPolicy(owner: string, commitOid: string): Promise<Fact<OrganizationReading>>;
  /** The keys an account registered; `null` if the account may not write to the repository. */
  readRegisteredKeys(
    repository: RepositoryRef,
    login: string,
    kind: RegisteredKeys["kind"],
  ): Promise<Fact<RegisteredKeys> | null>;
  /** The app that acts as this account. */
  readBotApp(account: Account): Promise<Fact<AppRef>>;
  /** Who moved `branch` to `oid`. */
  readPusher(repository: RepositoryRef, branch: string, oid: string): Promise<Fact<Account>>;
  /** How a pull request landed on `branch` at its merge commit `oid`, which happened at about `mergedAt`. */
  readLanding(repository: RepositoryRef, branch: string, oid: string, mergedAt: Date): Promise<Fact<Landing>>;
  /**
   * Analyses of exactly this head or of a test merge of it, and the pull request's open alerts; with `asOf` both as
   * they were at that time.
   */
  readCodeScanning(
    address: PullRequestAddress,
    headOid: string,
    asOf: Date | null,
  ): Promise<Fact<CodeScanningFact>>;
}
