import type { Database, Queries } from "../database.js";
import { type Job, MAX_ATTEMPTS, schedulingOf } from "../jobs.js";
import { toBigInt, toNumber } from "../numbers.js";
import type { NewDelivery, StoredDelivery } from "../store.js";

/**
 * One statement, so that delivery and job are stored together in one round trip. The job of a repeated delivery is
 * queued again while the stored one is unprocessed, unless it runs at this moment. Of two copies at once the second
 * waits for the first to commit and then does nothing: its job is there already.
 */
const ACCEPT = `
  WITH stored AS (
    INSERT INTO deliveries (guid, tenant_id, installation_id, event, action, payload, received_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (guid) DO NOTHING
    RETURNING guid
  ), due AS (
    SELECT guid FROM stored
    UNION ALL
    SELECT guid FROM deliveries
     WHERE guid = $1 AND processed_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM graphile_worker.jobs WHERE key = $8 AND locked_at IS NOT NULL)
  ), queued AS (
    SELECT job.id
      FROM due, graphile_worker.add_job(
        $9, json_build_object('guid', due.guid), job_key => $8, priority => $10, max_attempts => $11) AS job
  )
  SELECT EXISTS (SELECT 1 FROM stored) AS stored, (SELECT count(*) FROM queued) AS queued`;

export async function acceptDelivery(
  database: Database,
  delivery: NewDelivery,
): Promise<"stored" | "duplicate"> {
  const job: Job = { task: "process-delivery", payload: { guid: delivery.guid } };
  const { key, priority } = schedulingOf(job);
  const [row] = await database.query<{ stored: boolean }>(ACCEPT, [
    delivery.guid,
    toBigInt(delivery.tenantId),
    delivery.installationId === null ? null : toBigInt(delivery.installationId),
    delivery.event,
    delivery.action,
    delivery.payload,
    delivery.receivedAt,
    key,
    job.task,
    priority,
    MAX_ATTEMPTS,
  ]);
  return row?.stored === true ? "stored" : "duplicate";
}

export async function findDelivery(queries: Queries, guid: string): Promise<StoredDelivery | null> {
  const row = await queries.delivery.findUnique({ where: { guid } });
  return (
    row && {
      guid: row.guid,
      event: row.event,
      action: row.action,
      tenantId: toNumber(row.tenantId),
      installationId: row.installationId === null ? null : toNumber(row.installationId),
      receivedAt: row.receivedAt,
      payload: row.payload,
      processedAt: row.processedAt,
    }
  );
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
