import { z } from "zod";
import { CountersignError } from "../../../errors.js";
import type { NewAlert, StoredAlert } from "../../ports/case-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { Alert as AlertRow } from "../../prisma/client.js";

/** States that an alert is to be sent; false if one with this id is wanted already, which stays as it is. */
export async function wantAlert(queries: Queries, alert: NewAlert, wantedAt: Date): Promise<boolean> {
  const wanted = await queries.$executeRaw`
    INSERT INTO alerts (tenant_id, id, case_id, channel, content, wanted_at)
    VALUES (${toBigInt(alert.tenantId)}, ${alert.id}, ${alert.caseId}, ${alert.channel},
            ${JSON.stringify(alert.content)}::json, ${wantedAt}::timestamptz)
    ON CONFLICT (tenant_id, id) DO NOTHING`;
  return wanted > 0;
}

export async function findAlert(
  queries: Queries,
  tenantId: number,
  alertId: string,
): Promise<StoredAlert | null> {
  const row = await queries.alert.findUnique({
    where: { tenantId_id: { tenantId: toBigInt(tenantId), id: alertId } },
  });
  return row && toAlert(row);
}

/** Alerts of a case in the order in which they were wanted. */
export async function alertsOf(queries: Queries, tenantId: number, caseId: string): Promise<StoredAlert[]> {
  const rows = await queries.alert.findMany({
    where: { tenantId: toBigInt(tenantId), caseId },
    orderBy: { sequence: "asc" },
  });
  return rows.map(toAlert);
}

/** Notes how an attempt to send went; `error` `null`: it was sent, which no later attempt's failure takes back. */
export async function noteAlertAttempt(
  queries: Queries,
  tenantId: number,
  alertId: string,
  error: string | null,
  at: Date,
): Promise<void> {
  const lastError = error === null ? null : JSON.stringify(error);
  const found = await queries.$executeRaw`
    UPDATE alerts
       SET attempts = attempts + 1, last_attempt_at = ${at}::timestamptz,
           last_error = CASE WHEN sent_at IS NULL THEN ${lastError}::json END,
           sent_at = CASE WHEN sent_at IS NULL AND ${error === null} THEN ${at}::timestamptz ELSE sent_at END
     WHERE tenant_id = ${toBigInt(tenantId)} AND id = ${alertId}`;
  if (found === 0) throw new CountersignError("invariant-broken", `alert "${alertId}" was never wanted`);
}

function toAlert(row: AlertRow): StoredAlert {
  return {
    tenantId: toNumber(row.tenantId),
    id: row.id,
    caseId: row.caseId,
    channel: row.channel,
    content: row.content,
    wantedAt: row.wantedAt,
    attempts: row.attempts,
    lastAttemptAt: row.lastAttemptAt,
    lastError: row.lastError === null ? null : z.string().parse(row.lastError),
    sentAt: row.sentAt,
  };
}
