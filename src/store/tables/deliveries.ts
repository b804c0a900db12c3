import type { Database, Queries } from "../database.js";
import { type Job, MAX_ATTEMPTS, priorityOf, schedulingOf } from "../jobs.js";
import { toBigInt, toNumber } from "../numbers.js";
import type { NewDelivery, StoredDelivery } from "../store.js";

/**
 * One statement, so that deliveries and their jobs are stored together in one round trip. Their payloads are one value,
 * cut where each begins, as arrays of bytes would travel as text. The job of a repeated delivery is queued again while
 * the stored one is unprocessed, unless it runs at this moment. Of two copies at once the second waits for the first to
 * commit and then does nothing: its job is there already.
 */
const ACCEPT = `
  WITH given AS (
    SELECT *
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                  $9::int[], $10::int[])
        AS row (guid, tenant_id, installation_id, event, action, received_at, key, start, size)
  ), stored AS (
    INSERT INTO deliveries (guid, tenant_id, installation_id, event, action, payload, received_at)
    SELECT guid, tenant_id, installation_id, event, action, substring($8::bytea FROM start FOR size), received_at
      FROM given
    ON CONFLICT (guid) DO NOTHING
    RETURNING guid
  ), unprocessed AS (
    SELECT guid FROM deliveries WHERE guid = ANY ($1::text[]) AND processed_at IS NULL
  ), running AS (
    SELECT key FROM graphile_worker.jobs WHERE key = ANY ($7::text[]) AND locked_at IS NOT NULL
  ), due AS (
    SELECT guid, key FROM given
     WHERE guid IN (SELECT guid FROM stored UNION ALL SELECT guid FROM unprocessed)
       AND key NOT IN (SELECT key FROM running)
  ), specs AS (
    SELECT array_agg(($11, json_build_object('guid', guid), NULL, NULL, $12, key, $13, NULL)
                     ::graphile_worker.job_spec ORDER BY guid) AS list
      FROM due
  ), queued AS (
    SELECT count(*) AS jobs FROM specs, graphile_worker.add_jobs(list) WHERE list IS NOT NULL
  )
  SELECT ARRAY(SELECT guid FROM stored) AS stored, (SELECT jobs FROM queued) AS queued`;

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
  const rows = [...deliveries].sort((a, b) => (a.guid < b.guid ? -1 : 1));
  const jobs = rows.map(({ guid }): Job => ({ task: "process-delivery", payload: { guid } }));
  const [first] = jobs;
  if (first === undefined) return new Set();
  const scheduling = schedulingOf(first);
  const sizes = rows.map(({ payload }) => payload.length);
  const [row] = await database.query<{ stored: string[] }>(ACCEPT, [
    rows.map(({ guid }) => guid),
    rows.map(({ tenantId }) => toBigInt(tenantId)),
    rows.map(({ installationId }) => (installationId === null ? null : toBigInt(installationId))),
    rows.map(({ event }) => event),
    rows.map(({ action }) => action),
    rows.map(({ receivedAt }) => receivedAt),
    jobs.map((job) => schedulingOf(job).key),
    Buffer.concat(rows.map(({ payload }) => payload)),
    sizes.map((_size, index) => 1 + sizes.slice(0, index).reduce((sum, size) => sum + size, 0)),
    sizes,
    first.task,
    MAX_ATTEMPTS,
    priorityOf(scheduling, scheduling.urgency),
  ]);
  return new Set(row?.stored);
}

interface DeliveryRow {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  /** PostgreSQL's bigint, as it travels. */
  readonly tenant_id: string;
  readonly installation_id: string | null;
  readonly received_at: Date;
  readonly payload: Buffer;
  readonly processed_at: Date | null;
}

export async function findDelivery(database: Database, guid: string): Promise<StoredDelivery | null> {
  const [row] = await database.query<DeliveryRow>(
    `SELECT guid, event, action, tenant_id, installation_id, received_at, payload, processed_at
       FROM deliveries WHERE guid = $1`,
    [guid],
  );
  if (row === undefined) return null;
  return {
    guid: row.guid,
    event: row.event,
    action: row.action,
    tenantId: toNumber(BigInt(row.tenant_id)),
    installationId: row.installation_id === null ? null : toNumber(BigInt(row.installation_id)),
    receivedAt: row.received_at,
    payload: row.payload,
    processedAt: row.processed_at,
  };
}

/** Sets when a delivery was processed; the first time stands. */
export async function markDeliveryProcessed(queries: Queries, guid: string, at: Date): Promise<void> {
  await queries.delivery.updateMany({ where: { guid, processedAt: null }, data: { processedAt: at } });
}

export async function storedDeliveries(
  queries: Queries,
  guids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await queries.delivery.findMany({
    where: { guid: { in: [...guids] } },
    select: { guid: true },
  });
  return new Set(rows.map(({ guid }) => guid));
}

/**
 * The oldest of every account's, by the index that begins with the account: one over all would be kept up to date with
 * each webhook, for the sake of what is done once an hour.
 */
const FORGET = `
  WITH RECURSIVE accounts AS (
    SELECT min(tenant_id) AS id FROM deliveries
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM deliveries WHERE tenant_id > accounts.id)
      FROM accounts WHERE accounts.id IS NOT NULL
  ), old AS (
    SELECT oldest.guid
      FROM accounts
     CROSS JOIN LATERAL (
       SELECT guid FROM deliveries
        WHERE tenant_id = accounts.id AND received_at < $1::timestamptz AND processed_at IS NOT NULL
        ORDER BY received_at LIMIT $2::int
     ) AS oldest
     LIMIT $2::int
  )
  DELETE FROM deliveries USING old WHERE deliveries.guid = old.guid RETURNING deliveries.guid`;

/** Deletes processed deliveries that were received before an instant, `most` at the most. Returns how many. */
export async function forgetDeliveries(database: Database, before: Date, most: number): Promise<number> {
  const gone = await database.query(FORGET, [before, most]);
  return gone.length;
}
