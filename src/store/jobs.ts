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
  | { readonly task: "publish-checks"; readonly payload: CommitSubject }
  | { readonly task: "record-merge"; readonly payload: PullRequestSubject };

export type TaskName = Job["task"];
export type PayloadOf<T extends TaskName> = Extract<Job, { task: T }>["payload"];

/** How a job is queued: `key` lets a newer job replace a waiting one, `queue` lets only one run at a time. */
export interface Scheduling {
  readonly key: string;
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
      return { key: `evaluate:${pull(job.payload)}`, queue: `pull:${pull(job.payload)}`, priority: 10 };
    case "record-merge":
      return { key: `record-merge:${pull(job.payload)}`, queue: `pull:${pull(job.payload)}`, priority: 5 };
    case "publish-checks":
      return { key: `checks:${commit(job.payload)}`, queue: `checks:${commit(job.payload)}`, priority: 5 };
  }
}

const pull = (subject: PullRequestSubject): string => `${subject.repository.id}#${subject.number}`;
const commit = (subject: CommitSubject): string => `${subject.repository.id}@${subject.oid}`;
