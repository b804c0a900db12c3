import type { Database } from "../../database.js";
import { type Job, MAX_ATTEMPTS, priorityOf, schedulingOf } from "../../jobs.js";
import { toBigInt } from "../../numbers.js";
import type { NewDelivery } from "../../store.js";
import { packPayload } from "./payload.js";

/**
 * One statement, so that deliveries and their jobs are stored together in one round trip. Their payloads are one value,
 * cut where each begins, as arrays of bytes would travel as text. The jobs are written as graphile_worker.add_jobs would
 * write them, which itself looks through all jobs that wait: the more of them, the slower each webhook would be. A
 * delivery that was not there before has no job yet that could be replaced.
 */
const STORE = `
  WITH given AS (
    SELECT *
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                  $8::int[], $9::int[])
        AS row (guid, tenant_id, installation_id, event, action, received_at, key, start, size)
  ), stored AS (
    INSERT INTO deliveries (guid, tenant_id, installation_id, event, action, payload, payload_encoding, received_at)
    SELECT guid, tenant_id, installation_id, event, action, substring($10::bytea FROM start FOR size), 'gzip', received_at
      FROM given
    ON CONFLICT (guid) DO NOTHING
    RETURNING guid
  ), queued AS (
    INSERT INTO graphile_worker._private_jobs (task_id, payload, max_attempts, key, priority)
    SELECT (SELECT id FROM graphile_worker._private_tasks WHERE identifier = $11),
           json_build_object('guid', guid), $12::int, key, $13::int
      FROM stored JOIN given USING (guid)
    ON CONFLICT (key) DO NOTHING
    RETURNING id
  )
  SELECT ARRAY(SELECT guid FROM stored) AS stored,
         (SELECT pg_notify('jobs:insert', json_build_object('r', random(), 'count', count(*))::text)
            FROM queued HAVING count(*) > 0) AS announced`;

/** Of what was stored before, the job is queued again while it is unprocessed, unless it runs at this moment. */
const QUEUE_AGAIN = `
  WITH due AS (
    SELECT row.guid, row.key
      FROM unnest($1::text[], $2::text[]) AS row (guid, key) JOIN deliveries USING (guid)
     WHERE deliveries.processed_at IS NULL
       AND row.key NOT IN (SELECT key FROM graphile_worker._private_jobs
                            WHERE key = ANY ($2::text[]) AND locked_at IS NOT NULL)
  ), specs AS (
    SELECT array_agg(($3, json_build_object('guid', guid), NULL, NULL, $4, key, $5, NULL)
                     ::graphile_worker.job_spec ORDER BY guid) AS list
      FROM due
  )
  SELECT count(*) AS jobs FROM specs, graphile_worker.add_jobs(list) WHERE list IS NOT NULL`;

/**
 * Stores deliveries, each with its job, all or none of them. Gives the GUIDs of those that were not there before.
 *
 * @param deliveries no two with the same GUID
 */
export async function acceptDeliveries(
  database: Database,
  deliveries: readonly NewDelivery[],
): Promise<ReadonlySet<string>> {
  // Whoever stores several takes their locks in the same order: two such batches cannot wait for each other.
  const rows = [...deliveries].sort((a, b) => (a.guid < b.guid ? -1 : 1)).map(rowOf);
  const [first] = rows;
  if (first === undefined) return new Set();
  const scheduling = schedulingOf(first.job);
  const job = [first.job.task, MAX_ATTEMPTS, priorityOf(scheduling, scheduling.urgency)];
  const stored = await storeRows(database, rows, job);
  const known = rows.filter(({ delivery }) => !stored.has(delivery.guid));
  if (known.length > 0) {
    const subjects = [known.map(({ delivery }) => delivery.guid), known.map(({ key }) => key)];
    await database.query(QUEUE_AGAIN, [...subjects, ...job]);
  }
  return stored;
}

interface Row {
  readonly delivery: NewDelivery;
  readonly payload: Buffer;
  readonly job: Job;
  readonly key: string;
}

function rowOf(delivery: NewDelivery): Row {
  const job: Job = { task: "process-delivery", payload: { guid: delivery.guid } };
  return { delivery, payload: packPayload(delivery.payload), job, key: schedulingOf(job).key };
}

async function storeRows(
  database: Database,
  rows: readonly Row[],
  job: readonly unknown[],
): Promise<ReadonlySet<string>> {
  const deliveries = rows.map(({ delivery }) => delivery);
  const sizes = rows.map(({ payload }) => payload.length);
  const values = [
    deliveries.map(({ guid }) => guid),
    deliveries.map(({ tenantId }) => toBigInt(tenantId)),
    deliveries.map(({ installationId }) => (installationId === null ? null : toBigInt(installationId))),
    deliveries.map(({ event }) => event),
    deliveries.map(({ action }) => action),
    deliveries.map(({ receivedAt }) => receivedAt),
    rows.map(({ key }) => key),
    startsOf(sizes),
    sizes,
    Buffer.concat(rows.map(({ payload }) => payload)),
    ...job,
  ];
  const [row] = await database.query<{ stored: string[] }>(STORE, values, "store-deliveries");
  return new Set(row?.stored);
}

/** Where each of several that lie one behind the other begins; the first at 1, as PostgreSQL counts. */
function startsOf(sizes: readonly number[]): number[] {
  let next = 1;
  return sizes.map((size) => {
    const start = next;
    next += size;
    return start;
  });
}
