import { z } from "zod";
import { CountersignError } from "../errors.js";
import type { RepositoryRef } from "../facts/facts.js";

/** One pull request of one tenant. */
export interface PullRequestSubject {
  readonly tenantId: number;
  readonly repository: RepositoryRef;
  readonly number: number;
}

/** One commit of one tenant, on which check runs are posted. */
export interface CommitSubject {
  readonly tenantId: number;
  readonly repository: RepositoryRef;
  readonly oid: string;
}

/** Everything the queue can be asked to do. Every handler is idempotent: the queue delivers at least once. */
export type Job =
  | { readonly task: "process-delivery"; readonly payload: { readonly guid: string } }
  | { readonly task: "evaluate-pull-request"; readonly payload: PullRequestSubject }
  | { readonly task: "expire-results"; readonly payload: PullRequestSubject }
  | { readonly task: "publish-checks"; readonly payload: CommitSubject }
  | { readonly task: "record-merge"; readonly payload: PullRequestSubject };

export type TaskName = Job["task"];
export type PayloadOf<T extends TaskName> = Extract<Job, { task: T }>["payload"];

/** How often a job is tried, with growing pauses (about a day in all), before it is dead and waits for an operator. */
export const MAX_ATTEMPTS = 12;

/** How a job is queued: `key` lets a newer job replace a waiting one, `queue` lets only one run at a time. */
export interface Scheduling {
  readonly key: string;
  /** `null`: runs beside any other. */
  readonly queue: string | null;
  /** Lower runs first. */
  readonly priority: number;
}

/** The one place that says which jobs replace each other, which exclude each other, and which go first. */
export function schedulingOf(job: Job): Scheduling {
  switch (job.task) {
    case "process-delivery":
      return { key: `delivery:${job.payload.guid}`, queue: null, priority: 0 };
    case "evaluate-pull-request":
      return { key: `evaluate:${pull(job.payload)}`, queue: pullQueue(job.payload), priority: 10 };
    // A key of its own: it waits for its time, and must not be replaced by an evaluation that is due now.
    case "expire-results":
      return { key: `expire:${pull(job.payload)}`, queue: pullQueue(job.payload), priority: 10 };
    case "record-merge":
      return { key: `record-merge:${pull(job.payload)}`, queue: pullQueue(job.payload), priority: 5 };
    case "publish-checks":
      return { key: `checks:${commit(job.payload)}`, queue: commitQueue(job.payload), priority: 5 };
  }
}

const pull = (subject: PullRequestSubject): string =>
  `${subject.tenantId}/${subject.repository.id}#${subject.number}`;
const commit = (subject: CommitSubject): string =>
  `${subject.tenantId}/${subject.repository.id}@${subject.oid}`;

/**
 * Pull requests and commits share a fixed number of queues each. graphile-worker looks through all queues for each
 * job, and a queue cannot be removed safely while jobs arrive, so one for each pull request would slow it down for
 * ever. The price: two different pull requests now and then wait for each other.
 */
const QUEUES = 64;

const pullQueue = (subject: PullRequestSubject): string =>
  `pulls-${(subject.repository.id + subject.number) % QUEUES}`;
const commitQueue = (subject: CommitSubject): string =>
  `commits-${Number.parseInt(subject.oid.slice(0, 4), 16) % QUEUES}`;

const id = z.int().nonnegative();
const repository = z.strictObject({ id, owner: z.string().min(1), name: z.string().min(1) });
const pullRequestSubject = z.strictObject({ tenantId: id, repository, number: id });
const commitSubject = z.strictObject({
  tenantId: id,
  repository,
  oid: z.string().regex(/^[0-9a-f]{40,64}$/),
});

const jobSchema = z.discriminatedUnion("task", [
  z.strictObject({
    task: z.literal("process-delivery"),
    payload: z.strictObject({ guid: z.string().min(1).max(256) }),
  }),
  z.strictObject({ task: z.literal("evaluate-pull-request"), payload: pullRequestSubject }),
  z.strictObject({ task: z.literal("expire-results"), payload: pullRequestSubject }),
  z.strictObject({ task: z.literal("publish-checks"), payload: commitSubject }),
  z.strictObject({ task: z.literal("record-merge"), payload: pullRequestSubject }),
]);

/** Everything a worker must know how to do. */
export const TASK_NAMES: readonly TaskName[] = jobSchema.options.map((option) => option.shape.task.value);

/**
 * A job as it lay in the queue, checked.
 *
 * @throws CountersignError `invariant-broken` where it is not one that this version knows.
 */
export function parseJob(task: string, payload: unknown): Job {
  const parsed = jobSchema.safeParse({ task, payload });
  if (parsed.success) return parsed.data;
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
