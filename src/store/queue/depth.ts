import type { Urgency } from "../../urgency.js";
import type { Database } from "../database.js";
import { urgencyOf } from "../jobs.js";

/** How many jobs of one kind there are. Dead ones are not among them. */
export interface QueueDepth {
  readonly task: string;
  readonly urgency: Urgency;
  /** May run now. */
  readonly due: number;
  /** Wait for their time: put off for GitHub's limits, tried again after a failure, or planned. */
  readonly later: number;
  readonly running: number;
  /** How long the oldest one that may run has waited; `null` where there is none. */
  readonly oldestMs: number | null;
}

interface Row {
  readonly task: string;
  readonly priority: number;
  readonly due: string;
  readonly later: string;
  readonly running: string;
  readonly oldest_ms: string | null;
}

/** How many jobs there are by kind, the most urgent first. */
export async function queueDepth(database: Database): Promise<QueueDepth[]> {
  const rows = await database.query<Row>(
    `WITH jobs AS (
       SELECT *, locked_at IS NULL AND run_at <= now() AS is_due FROM graphile_worker.jobs
        WHERE locked_at IS NOT NULL OR (attempts < max_attempts AND key IS NOT NULL)
     )
     SELECT task_identifier AS task, priority,
            count(*) FILTER (WHERE is_due) AS due,
            count(*) FILTER (WHERE locked_at IS NULL AND NOT is_due) AS later,
            count(*) FILTER (WHERE locked_at IS NOT NULL) AS running,
            floor(extract(epoch FROM now() - min(run_at) FILTER (WHERE is_due)) * 1000) AS oldest_ms
       FROM jobs GROUP BY task_identifier, priority ORDER BY priority, task_identifier`,
  );
  return rows.map((row) => ({
    task: row.task,
    urgency: urgencyOf(row.priority),
    due: Number(row.due),
    later: Number(row.later),
    running: Number(row.running),
    oldestMs: row.oldest_ms === null ? null : Number(row.oldest_ms),
  }));
}
