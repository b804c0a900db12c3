import type { Clock } from "../../clock.js";
import type { Database, Queries } from "../database.js";
import type { Urgency } from "../../urgency.js";
import { changeOf, type Job, MAX_ATTEMPTS, parseJob, priorityOf, schedulingOf } from "../jobs.js";
import type { DeadJob, EnqueueOptions, QueueStatus } from "../store.js";

/** How long from now `runAt` is, in milliseconds; `null`: at once. */
export const delayUntil = (runAt: Date | undefined, clock: Clock): number | null =>
  runAt === undefined ? null : runAt.getTime() - clock.now().getTime();

export interface When {
  /**
   * `null`: for now. A delay and no instant, for the database's clock and ours may differ, and ours may be stepped.
   */
  readonly delayMs: number | null;
  /** Its task's own where it is left out. */
  readonly urgency?: Urgency;
}

/** When and how urgently a job is to run, as the database takes it. */
export const whenOf = ({ runAt, urgency }: EnqueueOptions = {}, clock: Clock): When => ({
  delayMs: delayUntil(runAt, clock),
  ...(urgency === undefined ? {} : { urgency }),
});

/**
 * Queues a job, in the transaction of `queries`. A waiting job with the same key is replaced; one that runs already is left
 * alone and followed by this one, since it may have looked at the world before the news. It goes before others as what it
 * is about asks for, if that is more urgent, and as the job did that it replaces.
 *
 * @throws CountersignError `invariant-broken` for a payload that no worker would take.
 */
export async function enqueue(queries: Queries, job: Job, { delayMs, urgency }: When): Promise<void> {
  const payload = JSON.stringify(parseJob(job.task, job.payload).payload);
  const scheduling = schedulingOf(job);
  const { key, queue } = scheduling;
  const priority = priorityOf(scheduling, urgency ?? scheduling.urgency);
  const { tenantId, repositoryId, number, oid } = changeOf(job) ?? NO_CHANGE;
  await queries.$queryRaw`
    SELECT 1 AS queued
      FROM graphile_worker.add_job(
        ${job.task}, ${payload}::json, queue_name => ${queue}, run_at => clock_timestamp() + ${delayMs}::float8 * interval '1 millisecond',
        max_attempts => ${MAX_ATTEMPTS}::int, job_key => ${key}, priority => LEAST(${priority}::int,
          (SELECT waiting.priority FROM graphile_worker._private_jobs AS waiting
            WHERE waiting.key = ${key} AND waiting.locked_at IS NULL AND waiting.attempts < waiting.max_attempts),
          (SELECT ${priorityOf(scheduling, "merging")}::int FROM pull_requests AS change
            WHERE change.tenant_id = ${tenantId}::bigint AND change.repository_id = ${repositoryId}::bigint
              AND (change.number = ${number}::int OR change.head_oid = ${oid}::text)
              AND change.open AND (change.auto_merge OR change.approved) LIMIT 1))::int)`;
}

const NO_CHANGE = { tenantId: null, repositoryId: null, number: null, oid: null };

/**
 * A job that was replaced while it ran has lost its key and its attempts (graphile-worker does so); whether it then
 * failed or its process died, its successor does the work. Such jobs are neither waiting nor dead.
 */
const NOT_REPLACED = "jobs.key IS NOT NULL";

/** Counts and dead jobs, for operators. */
export async function queueStatus(database: Database): Promise<QueueStatus> {
  const [counts] = await database.query<{ waiting: string; running: string }>(
    `SELECT count(*) FILTER (WHERE locked_at IS NULL AND attempts < max_attempts) AS waiting,
            count(*) FILTER (WHERE locked_at IS NOT NULL) AS running
       FROM graphile_worker.jobs`,
  );
  const dead = await database.query<{
    id: string;
    task_identifier: string;
    key: string | null;
    attempts: number;
    last_error: string | null;
  }>(
    `SELECT id, task_identifier, key, attempts, last_error
       FROM graphile_worker.jobs
      WHERE locked_at IS NULL AND attempts >= max_attempts AND ${NOT_REPLACED}
      ORDER BY id`,
  );
  return {
    waiting: Number(counts?.waiting ?? 0),
    running: Number(counts?.running ?? 0),
    dead: dead.map((row): DeadJob => ({
      id: row.id,
      task: row.task_identifier,
      key: row.key,
      attempts: row.attempts,
      lastError: row.last_error,
    })),
  };
}

/** Makes dead jobs due again with all their attempts; all of them where no ids are given. Returns how many. */
export async function retryDeadJobs(database: Database, ids: readonly string[] | null): Promise<number> {
  const retried = await database.query(
    `SELECT job.id
       FROM graphile_worker.reschedule_jobs(
              ARRAY(SELECT jobs.id FROM graphile_worker.jobs
                     WHERE locked_at IS NULL AND attempts >= max_attempts AND ${NOT_REPLACED}
                       AND ($1::bigint[] IS NULL OR jobs.id = ANY ($1::bigint[]))),
              run_at => now(), attempts => 0) AS job`,
    [ids],
  );
  return retried.length;
}

/**
 * Has a job that runs at this moment done again at a given time, with as many attempts used up as given. The running
 * one is replaced, so that its end, whichever way, leaves only the new one. If news has already replaced it, that
 * successor will find out for itself when it may run.
 */
export async function postpone(
  database: Database,
  job: Job,
  running: When & { readonly id: string; readonly attempts: number },
): Promise<void> {
  await database.transaction(async (queries) => {
    const current = await queries.$queryRaw<unknown[]>`
      SELECT 1 AS current FROM graphile_worker._private_jobs
       WHERE id = ${BigInt(running.id)} AND key IS NOT NULL FOR UPDATE`;
    if (current.length === 0) return;
    await enqueue(queries, job, running);
    await queries.$executeRaw`
      UPDATE graphile_worker._private_jobs SET attempts = ${running.attempts} WHERE key = ${schedulingOf(job).key}`;
  });
}

/** Uses up the attempts of a job that runs at this moment: when it fails now, it is dead. */
export async function bury(database: Database, id: string): Promise<void> {
  await database.query("UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE id = $1", [
    id,
  ]);
}

/** Whether no job runs or is due. */
export async function isDrained(database: Database): Promise<boolean> {
  const busy = await database.query(
    `SELECT 1 FROM graphile_worker.jobs
      WHERE locked_at IS NOT NULL OR (attempts < max_attempts AND run_at <= now()) LIMIT 1`,
  );
  return busy.length === 0;
}
