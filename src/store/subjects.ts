import { z } from "zod";

/** What jobs are about, as it lies in the queue. */

const id = z.int().nonnegative();
const text = z.string().min(1);

/** GitHub's id of the account on which the app is installed. */
export const tenantId = id;

const account = z.strictObject({
  id,
  login: z.string(),
  type: z.enum(["User", "Bot", "Mannequin", "Organization"]),
});

export const repositorySubject = z.strictObject({
  tenantId,
  repository: z.strictObject({ id, owner: text, name: text }),
});
/** One repository of one tenant. */
export type RepositorySubject = Readonly<z.infer<typeof repositorySubject>>;

export const branchSubject = repositorySubject.extend({ branch: text });
/** One branch of one tenant. */
export type BranchSubject = Readonly<z.infer<typeof branchSubject>>;

export const pullRequestSubject = repositorySubject.extend({ number: id });
/** One pull request (or issue) of one tenant. */
export type PullRequestSubject = Readonly<z.infer<typeof pullRequestSubject>>;

export const commitSubject = repositorySubject.extend({ oid: z.string().regex(/^[0-9a-f]{40,64}$/) });
/** One commit of one tenant, on which check runs are posted. */
export type CommitSubject = Readonly<z.infer<typeof commitSubject>>;

export const signingSubject = pullRequestSubject.extend({ oid: z.string().regex(/^[0-9a-f]{40,64}$/) });
/** A pull request whose signatures are asked about, and its head when someone asked. */
export type SigningSubject = Readonly<z.infer<typeof signingSubject>>;

export const caseSubject = z.strictObject({ tenantId, caseId: z.string().regex(/^bg-[0-9a-f]{10}$/) });
/** One break-glass case of one tenant. */
export type CaseSubject = Readonly<z.infer<typeof caseSubject>>;

export const commandSubject = pullRequestSubject.extend({
  /** Whether `number` is a pull request's; else it is an issue's. */
  onPullRequest: z.boolean(),
  comment: z.strictObject({
    id,
    url: z.string(),
    /** The first line, as far as a command can reach. */
    line: z.string(),
    /** ISO 8601. */
    at: z.string(),
    author: account,
    /** The app through which it was posted in the author's name; `null`: by hand. */
    viaApp: z.string().nullable(),
  }),
});
/** A command as it stood in a comment when that was made: later edits change nothing. */
export type CommandSubject = Readonly<z.infer<typeof commandSubject>>;

export const issueChangeSubject = caseSubject.extend({
  /** Of the delivery that told it. */
  guid: text.max(256),
  action: z.string(),
  by: account.nullable(),
  /** ISO 8601. */
  at: z.string(),
});
/** Someone else changed a case's tracking issue. */
export type IssueChangeSubject = Readonly<z.infer<typeof issueChangeSubject>>;
