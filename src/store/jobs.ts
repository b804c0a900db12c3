import { z } from "zod";
import { CountersignError } from "../errors.js";
import { URGENCIES, type Urgency } from "../urgency.js";
import {
  type BranchSubject,
  branchSubject,
  type CaseSubject,
  caseSubject,
  type CommandSubject,
  commandSubject,
  type CommitSubject,
  commitSubject,
  type IssueChangeSubject,
  issueChangeSubject,
  type PullRequestSubject,
  pullRequestSubject,
  type RepositorySubject,
  repositorySubject,
  type SigningSubject,
  signingSubject,
  tenantId,
} from "./subjects.js";

export type * from "./subjects.js";

/** Everything the queue can be asked to do. Every handler is idempotent: the queue delivers at least once. */
interface Payloads {
  readonly "process-delivery": { readonly guid: string };
  readonly "evaluate-pull-request": PullRequestSubject;
  readonly "expire-results": PullRequestSubject;
  /** Looks at the merge group with this head commit. */
  readonly "evaluate-merge-group": CommitSubject;
  readonly "expire-merge-group": CommitSubject;
  readonly "publish-checks": CommitSubject;
  readonly "record-merge": PullRequestSubject;
  /** Has webhooks delivered again that GitHub could not deliver, of all tenants. */
  readonly redeliver: { readonly lookBack: LookBack };
  /** Deletes webhooks that were processed long ago, of all tenants. */
  readonly "forget-deliveries": Readonly<Record<string, never>>;
  /** Looks for what no webhook told us, over all repositories. */
  readonly reconcile: { readonly tenantId: number };
  /** Has every open pull request of a tenant evaluated. */
  readonly "evaluate-tenant": { readonly tenantId: number };
  /** Looks for open pull requests whose verdict is older than their state. */
  readonly "sweep-repository": RepositorySubject;
  readonly "watch-repository": RepositorySubject;
  readonly "watch-branch": BranchSubject;
  /** Compares what protects a branch with what the last audit saw. */
  readonly "audit-branch": BranchSubject;
  /** Looks in the audit log of a tenant for changes of protection that no webhook told of. */
  readonly "read-audit-log": { readonly tenantId: number };
  /** Looks again at a merge, by what was learned later of protection at its time. */
  readonly "reassess-merge": PullRequestSubject;
  /** Answers how to sign, where someone asked for it on a check run. */
  readonly "explain-signing": SigningSubject;
  readonly "hear-command": CommandSubject;
  /** Looks at what a case waits for on GitHub: its retroactive pull request, its reviews, its revert. */
  readonly "follow-case": CaseSubject;
  /** Does what time has brought to a case. */
  readonly "work-case": CaseSubject;
  readonly "publish-case": CaseSubject;
  readonly "restore-issue": IssueChangeSubject;
  readonly "publish-comment": { readonly tenantId: number; readonly key: string };
  readonly "send-alert": { readonly tenantId: number; readonly alertId: string };
}

/** How far GitHub's list of deliveries is read back: all of it at start, then what is new. */
export type LookBack = "three-days" | "two-hours";

export type TaskName = keyof Payloads;
export type PayloadOf<T extends TaskName> = Payloads[T];
export type Job<T extends TaskName = TaskName> = {
  readonly [K in T]: { readonly task: K; readonly payload: Payloads[K] };
}[T];

/** How often a job is tried, with growing pauses (about a day in all), before it is dead and waits for an operator. */
export const MAX_ATTEMPTS = 12;

/** How a job is queued: `key` lets a newer job replace a waiting one, `queue` lets only one run at a time. */
export interface Scheduling {
  readonly key: string;
  /** `null`: runs beside any other. */
  readonly queue: string | null;
  /** How urgent it is where nobody says otherwise. */
  readonly urgency: Urgency;
  /** Among jobs that are as urgent, lower runs first; below 100. */
  readonly step: number;
}

/** What more urgent work comes before: lower runs first. */
const STEPS_AN_URGENCY = 100;

/** graphile-worker's priority: lower runs first. */
export const priorityOf = ({ step }: Pick<Scheduling, "step">, urgency: Urgency): number =>
  URGENCIES.indexOf(urgency) * STEPS_AN_URGENCY + step;

/** How urgent a job is by its priority; those of earlier versions were all below 100. */
export const urgencyOf = (priority: number): Urgency =>
  URGENCIES[Math.max(0, Math.floor(priority / STEPS_AN_URGENCY))] ?? "bulk";

const SCHEDULES: { readonly [T in TaskName]: (payload: Payloads[T]) => Scheduling } = {
  // Only what it tells shows what is urgent.
  "process-delivery": ({ guid }) => schedule(`delivery:${guid}`, null, "merging", 0),
  "evaluate-pull-request": (subject) =>
    schedule(`evaluate:${pull(subject)}`, pullQueue(subject), "ordinary", 10),
  // A key of its own: it waits for its time, and must not be replaced by an evaluation that is due now.
  "expire-results": (subject) => schedule(`expire:${pull(subject)}`, pullQueue(subject), "ordinary", 10),
  // Everything behind a group in its queue waits for it.
  "evaluate-merge-group": (subject) =>
    schedule(`group:${commit(subject)}`, commitQueue(subject), "merging", 3),
  "expire-merge-group": (subject) =>
    schedule(`expire-group:${commit(subject)}`, commitQueue(subject), "merging", 3),
  "record-merge": (subject) => schedule(`record-merge:${pull(subject)}`, pullQueue(subject), "merging", 5),
  // A verdict that was made is told before the next one is made.
  "publish-checks": (subject) => schedule(`checks:${commit(subject)}`, commitQueue(subject), "ordinary", 5),
  redeliver: ({ lookBack }) => schedule(`redeliver:${lookBack}`, "redeliver", "bulk", 5),
  "forget-deliveries": () => schedule("forget-deliveries", "forget-deliveries", "bulk", 90),
  reconcile: (subject) => schedule(`reconcile:${subject.tenantId}`, null, "bulk", 20),
  // It finds which of them are urgent.
  "evaluate-tenant": (subject) => schedule(`evaluate-tenant:${subject.tenantId}`, null, "ordinary", 12),
  "sweep-repository": (subject) => schedule(`sweep:${repository(subject)}`, null, "bulk", 16),
  "watch-repository": (subject) => schedule(`watch:${repository(subject)}`, null, "bulk", 15),
  "watch-branch": (subject) =>
    schedule(`watch:${repository(subject)}/${subject.branch}`, branchQueue(subject), "merging", 8),
  "audit-branch": (subject) =>
    schedule(`audit:${repository(subject)}/${subject.branch}`, branchQueue(subject), "ordinary", 9),
  // Before the audits of the same hour.
  "read-audit-log": (subject) => schedule(`audit-log:${subject.tenantId}`, null, "bulk", 14),
  "reassess-merge": (subject) => schedule(`reassess:${pull(subject)}`, pullQueue(subject), "merging", 7),
  "explain-signing": (subject) =>
    schedule(`explain-signing:${pull(subject)}@${subject.oid}`, pullQueue(subject), "ordinary", 6),
  "hear-command": (subject) =>
    schedule(`command:${subject.tenantId}/${subject.comment.id}`, pullQueue(subject), "merging", 2),
  "follow-case": (subject) => schedule(`follow-case:${caseName(subject)}`, caseQueue(subject), "merging", 6),
  "work-case": (subject) => schedule(`work-case:${caseName(subject)}`, caseQueue(subject), "merging", 4),
  "publish-case": (subject) =>
    schedule(`publish-case:${caseName(subject)}`, caseQueue(subject), "merging", 4),
  "restore-issue": (subject) =>
    schedule(`restore-issue:${subject.tenantId}/${subject.guid}`, caseQueue(subject), "merging", 8),
  "publish-comment": (subject) => schedule(`comment:${subject.tenantId}/${subject.key}`, null, "merging", 4),
  // One alert a channel at a time: one that hangs must not hold every worker.
  "send-alert": (subject) =>
    schedule(`alert:${subject.tenantId}/${subject.alertId}`, channelQueue(subject), "merging", 3),
};

/** The pull request that a job works on, by its number or its head, whose own urgency the job then has at least. */
export function changeOf({ task, payload }: Job): {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly number: number | null;
  readonly oid: string | null;
} | null {
  if (task === "evaluate-pull-request" || task === "expire-results")
    return {
      tenantId: payload.tenantId,
      repositoryId: payload.repository.id,
      number: payload.number,
      oid: null,
    };
  if (task === "publish-checks")
    return {
      tenantId: payload.tenantId,
      repositoryId: payload.repository.id,
      number: null,
      oid: payload.oid,
    };
  return null;
}

/** The one place that says which jobs replace each other, which exclude each other, and which go first. */
export function schedulingOf<T extends TaskName>({ task, payload }: Job<T>): Scheduling {
  return SCHEDULES[task](payload);
}

const schedule = (key: string, queue: string | null, urgency: Urgency, step: number): Scheduling => ({
  key,
  queue,
  urgency,
  step,
});
const pull = (subject: PullRequestSubject): string =>
  `${subject.tenantId}/${subject.repository.id}#${subject.number}`;
const commit = (subject: CommitSubject): string =>
  `${subject.tenantId}/${subject.repository.id}@${subject.oid}`;
const repository = (subject: RepositorySubject): string => `${subject.tenantId}/${subject.repository.id}`;
const caseName = (subject: CaseSubject): string => `${subject.tenantId}/${subject.caseId}`;

/**
 * Pull requests, commits, branches and cases share a fixed number of queues each. graphile-worker looks through all
 * queues for each job, and a queue cannot be removed safely while jobs arrive, so one for each pull request would slow
 * it down for ever. The price: two different pull requests now and then wait for each other.
 */
const QUEUES = 64;

const pullQueue = (subject: PullRequestSubject): string =>
  `pulls-${(subject.repository.id + subject.number) % QUEUES}`;
const commitQueue = (subject: CommitSubject): string =>
  `commits-${Number.parseInt(subject.oid.slice(0, 4), 16) % QUEUES}`;
const branchQueue = (subject: BranchSubject): string => `branches-${subject.repository.id % QUEUES}`;
const caseQueue = (subject: CaseSubject): string =>
  `cases-${Number.parseInt(subject.caseId.slice(-4), 16) % QUEUES}`;
/** An alert's id ends with its channel's name. */
const channelQueue = ({ alertId }: Payloads["send-alert"]): string => {
  const channel = alertId.slice(alertId.lastIndexOf("/") + 1);
  return `alerts-${Array.from(channel).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % QUEUES}`;
};

const key = z.string().min(1).max(256);
/**
 * Names of alerts and comments hold a change's, and that holds a branch's, which Git lets be some 250 bytes long. The
 * queue's own keys may have 512 characters.
 */
const outboxKey = z.string().min(1).max(480);

const SCHEMAS: { readonly [T in TaskName]: z.ZodType<Payloads[T]> } = {
  "process-delivery": z.strictObject({ guid: key }),
  "evaluate-pull-request": pullRequestSubject,
  "expire-results": pullRequestSubject,
  "evaluate-merge-group": commitSubject,
  "expire-merge-group": commitSubject,
  "publish-checks": commitSubject,
  "record-merge": pullRequestSubject,
  redeliver: z.strictObject({ lookBack: z.enum(["three-days", "two-hours"]) }),
  "forget-deliveries": z.strictObject({}),
  reconcile: z.strictObject({ tenantId }),
  "evaluate-tenant": z.strictObject({ tenantId }),
  "sweep-repository": repositorySubject,
  "watch-repository": repositorySubject,
  "watch-branch": branchSubject,
  "audit-branch": branchSubject,
  "read-audit-log": z.strictObject({ tenantId }),
  "reassess-merge": pullRequestSubject,
  "explain-signing": signingSubject,
  "hear-command": commandSubject,
  "follow-case": caseSubject,
  "work-case": caseSubject,
  "publish-case": caseSubject,
  "restore-issue": issueChangeSubject,
  "publish-comment": z.strictObject({ tenantId, key: outboxKey }),
  "send-alert": z.strictObject({ tenantId, alertId: outboxKey }),
};

/** Everything a worker must know how to do. */
export const TASK_NAMES: readonly TaskName[] = Object.keys(SCHEMAS).filter(isTask);

function isTask(task: string): task is TaskName {
  return Object.hasOwn(SCHEMAS, task);
}

/**
 * A job as it lay in the queue, checked.
 *
 * @throws CountersignError `invariant-broken` where it is not one that this version knows.
 */
export function parseJob<T extends TaskName>(task: T, payload: unknown): Job<T> {
  const parsed = SCHEMAS[task].safeParse(payload);
  if (parsed.success) return { task, payload: parsed.data };
  throw new CountersignError(
    "invariant-broken",
    `a ${task} job is not valid: ${z.prettifyError(parsed.error)}`,
    {
      remedy:
        "It was queued by another version of the app, or by hand. Redeliver the webhook that it came from.",
      cause: parsed.error,
    },
  );
}
