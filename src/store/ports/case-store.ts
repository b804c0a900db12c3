import type { TimerRow } from "../../breakglass/clocks.js";
import type { RepositoryRef } from "../../facts/facts.js";

/** What the database keeps of break-glass cases: the cases, their timers, and the outboxes of issue, comments, alerts. */
export interface CaseStore {
  findCase(tenantId: number, caseId: string): Promise<StoredCase | null>;
  /** The case of a change; there is never more than one. */
  findCaseOfChange(tenantId: number, changeKey: string): Promise<StoredCase | null>;
  /** The case that an issue tracks. */
  findCaseOfIssue(tenantId: number, repositoryId: number, number: number): Promise<StoredCase | null>;
  /** Cases about this pull request, and cases that it documents or is offered to document. */
  findCasesOfPullRequest(tenantId: number, repositoryId: number, number: number): Promise<StoredCase[]>;
  /** Cases of a branch that are neither closed nor withdrawn, the oldest first. */
  openCases(tenantId: number, repositoryId: number, branch: string): Promise<StoredCase[]>;
  /** Cases of a tenant that are neither closed nor withdrawn, the oldest first. */
  allOpenCases(tenantId: number): Promise<StoredCase[]>;
  /** Every case of a tenant, the newest first, at most `limit`: for operators. */
  listCases(tenantId: number, limit: number): Promise<StoredCase[]>;
  /** Cases of any tenant with a timer that is due at `now` and not done, each once, the longest due first. */
  casesDue(now: Date, limit: number): Promise<{ readonly tenantId: number; readonly caseId: string }[]>;
  /** Timers of a case, done or not, in the order of their time. */
  timersOf(tenantId: number, caseId: string): Promise<StoredTimer[]>;

  /** What the tracking issue of a case should say, or `null` where none is wanted. */
  wantedIssue(tenantId: number, caseId: string): Promise<WantedIssue | null>;
  /** Before anything is sent: notes that an attempt to post this revision has begun. */
  beginIssue(tenantId: number, caseId: string, revision: number, at: Date): Promise<void>;
  /** After it was sent: GitHub shows this revision under this number. */
  markIssuePosted(
    tenantId: number,
    caseId: string,
    revision: number,
    number: number,
    at: Date,
  ): Promise<PostedIssue>;
  /** Has the issue posted again, whether or not it would say anything new; `gone`: under a new number. */
  renewIssue(tenantId: number, caseId: string, gone: boolean): Promise<void>;

  findComment(tenantId: number, key: string): Promise<WantedComment | null>;
  /** Comments of a case that were not posted yet, in the order in which they were wanted. */
  unpostedComments(tenantId: number, caseId: string): Promise<WantedComment[]>;
  beginComment(tenantId: number, key: string, at: Date): Promise<void>;
  markCommentPosted(tenantId: number, key: string, commentId: number, at: Date): Promise<void>;

  findAlert(tenantId: number, alertId: string): Promise<StoredAlert | null>;
  /** Alerts of a case in the order in which they were wanted. */
  alertsOf(tenantId: number, caseId: string): Promise<StoredAlert[]>;
  /** Notes how an attempt to send went; `error` `null`: it was sent. */
  noteAlertAttempt(tenantId: number, alertId: string, error: string | null, at: Date): Promise<void>;
}

/** The same, as part of one transaction. */
export interface CaseTransaction {
  findCase(tenantId: number, caseId: string): Promise<StoredCase | null>;
  findCaseOfChange(tenantId: number, changeKey: string): Promise<StoredCase | null>;
  openCases(tenantId: number, repositoryId: number, branch: string): Promise<StoredCase[]>;
  /**
   * Inserts a case or writes its next state. Call it with the case's lock held.
   * @throws CountersignError `store-conflict` unless `revision` is that of the stored one (0: there is none), which
   *   is one more afterwards
   */
  saveCase(stored: NewStoredCase): Promise<void>;
  /** Notes that the case has been announced: issue posted, every first alert tried. True if it was not before. */
  markAnnounced(tenantId: number, caseId: string, at: Date): Promise<boolean>;
  /** Has the case to be announced again, as one that is declared anew. */
  forgetAnnouncement(tenantId: number, caseId: string): Promise<void>;
  /** Makes the timers that are not done exactly these; those that are done stay, and are not made again. */
  setTimers(tenantId: number, caseId: string, rows: readonly TimerRow[]): Promise<void>;
  /** Marks a timer as done. True if it was not, so that whoever gets true does it. */
  finishTimer(tenantId: number, timerId: string, at: Date): Promise<boolean>;
  timersOf(tenantId: number, caseId: string): Promise<StoredTimer[]>;
  /** States what the tracking issue should say. Bumps the revision only if the digest differs; true if it did. */
  wantIssue(issue: NewIssue): Promise<boolean>;
  /** States that a comment is to be posted; false if one with this key is wanted already, which stays as it is. */
  wantComment(comment: NewComment): Promise<boolean>;
  /** States that an alert is to be sent; false if one with this id is wanted already, which stays as it is. */
  wantAlert(alert: NewAlert): Promise<boolean>;
  alertsOf(tenantId: number, caseId: string): Promise<StoredAlert[]>;
}

export interface NewStoredCase {
  readonly tenantId: number;
  readonly id: string;
  readonly changeKey: string;
  /** Where the change landed or is to land. */
  readonly repository: RepositoryRef;
  readonly branch: string;
  /** The pull request that is the change; `null` for a push. */
  readonly pullNumber: number | null;
  /** The pull request that documents it, or is offered to; `null`: none yet. */
  readonly retroNumber: number | null;
  readonly state: string;
  readonly breached: boolean;
  readonly openedAt: Date;
  /** Canonical JSON of the case, and its SHA-256 in lower-case hex: what is read back must be what was written. */
  readonly body: string;
  readonly digest: string;
  /** How often it was saved before. */
  readonly revision: number;
}

export interface StoredCase extends NewStoredCase {
  readonly announcedAt: Date | null;
  /** The tracking issue as it was last posted; `null`: not posted yet. */
  readonly issue: { readonly repository: RepositoryRef; readonly number: number } | null;
}

export interface StoredTimer extends TimerRow {
  readonly doneAt: Date | null;
}

/** Where an issue is to be: by id where it is known, else by owner and name. */
export interface IssueHome {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

export interface NewIssue {
  readonly tenantId: number;
  readonly caseId: string;
  readonly repository: IssueHome;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly open: boolean;
  /** SHA-256 (hex) over all of the above that is shown. */
  readonly digest: string;
}

export interface WantedIssue extends NewIssue {
  readonly revision: number;
  readonly postedRevision: number;
  readonly attemptedRevision: number;
  readonly number: number | null;
}

/** `first`: the issue had no number before. `overtaken`: a newer revision was posted meanwhile, so post again. */
export type PostedIssue = "first" | "posted" | "overtaken";

export interface NewComment {
  readonly tenantId: number;
  /** Stable: `answer:<comment id>`, or a case's step. */
  readonly key: string;
  /** `null`: it belongs to no case. */
  readonly caseId: string | null;
  /** `null`: on the case's tracking issue. */
  readonly on: { readonly repository: RepositoryRef; readonly number: number } | null;
  readonly body: string;
}

export interface WantedComment extends NewComment {
  readonly attemptedAt: Date | null;
  readonly postedAt: Date | null;
  readonly commentId: number | null;
}

export interface NewAlert {
  readonly tenantId: number;
  /** Stable, over every attempt: receivers can tell a repetition by it. */
  readonly id: string;
  readonly caseId: string | null;
  /** The channel's name in the operator's environment. */
  readonly channel: string;
  /** The `Alert` of `notify/`, as JSON. */
  readonly content: unknown;
}

export interface StoredAlert extends NewAlert {
  readonly wantedAt: Date;
  readonly attempts: number;
  readonly lastAttemptAt: Date | null;
  readonly lastError: string | null;
  readonly sentAt: Date | null;
}
