import type { Database, Queries } from "../../database.js";
import { toNumber } from "../../numbers.js";
import type { StoredDelivery } from "../../store.js";
import { type PayloadEncoding, unpackPayload } from "./payload.js";

interface DeliveryRow {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  /** PostgreSQL's bigint, as it travels. */
  readonly tenant_id: string;
  readonly installation_id: string | null;
  readonly received_at: Date;
  readonly payload: Buffer;
  readonly payload_encoding: PayloadEncoding;
  readonly processed_at: Date | null;
}

export async function findDelivery(database: Database, guid: string): Promise<StoredDelivery | null> {
  const [row] = await database.query<DeliveryRow>(
    `SELECT guid, event, action, tenant_id, installation_id, received_at, payload, payload_encoding,
            processed_at
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
    payload: unpackPayload(row.payload, row.payload_encoding),
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
