import type { TimerRow } from "../../../breakglass/clocks.js";
import type { StoredTimer } from "../../ports/case-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import { oneOf } from "../values.js";

const CLOCKS: Readonly<Record<TimerRow["clock"], true>> = {
  acknowledge: true,
  document: true,
  review: true,
  revert: true,
  declaration: true,
};
const KINDS: Readonly<Record<TimerRow["kind"], true>> = {
  reminder: true,
  breach: true,
  escalation: true,
  end: true,
};

/**
 * Makes the timers that are not done exactly `rows`. Those that are done stay as they are, also where `rows` names
 * them: what was done is not done again.
 */
export async function setTimers(
  queries: Queries,
  tenantId: number,
  caseId: string,
  rows: readonly TimerRow[],
): Promise<void> {
  const tenant = toBigInt(tenantId);
  const ids = rows.map(({ id }) => id);
  await queries.$executeRaw`
    DELETE FROM case_timers
     WHERE tenant_id = ${tenant} AND case_id = ${caseId} AND done_at IS NULL AND id <> ALL (${ids}::text[])`;
  await queries.$executeRaw`
    INSERT INTO case_timers AS known (tenant_id, id, case_id, clock, kind, level, due_at)
    SELECT ${tenant}, wanted.id, ${caseId}, wanted.clock, wanted.kind, wanted.level, wanted.due_at
      FROM unnest(${ids}::text[], ${rows.map(({ clock }) => clock)}::text[], ${rows.map(({ kind }) => kind)}::text[],
                  ${rows.map(({ level }) => level)}::int[], ${rows.map(({ at }) => at)}::timestamptz[])
           AS wanted (id, clock, kind, level, due_at)
    ON CONFLICT (tenant_id, id) DO UPDATE SET due_at = excluded.due_at
      WHERE known.case_id = excluded.case_id AND known.done_at IS NULL AND known.due_at <> excluded.due_at`;
}

/**
 * Marks a timer as done. True if it was not: of several that ask at once, in however many processes, one is told so,
 * for PostgreSQL lets the others wait for its row and then look again.
 */
export async function finishTimer(
  queries: Queries,
  tenantId: number,
  timerId: string,
  at: Date,
): Promise<boolean> {
  const finished = await queries.$executeRaw`
    UPDATE case_timers SET done_at = ${at}::timestamptz
     WHERE tenant_id = ${toBigInt(tenantId)} AND id = ${timerId} AND done_at IS NULL`;
  return finished > 0;
}

/** Timers of a case, done or not, in the order of their time. */
export async function timersOf(queries: Queries, tenantId: number, caseId: string): Promise<StoredTimer[]> {
  const rows = await queries.caseTimer.findMany({
    where: { tenantId: toBigInt(tenantId), caseId },
    orderBy: [{ dueAt: "asc" }, { id: "asc" }],
  });
  return rows.map((row) => ({
    id: row.id,
    clock: oneOf(CLOCKS, row.clock, "clock"),
    kind: oneOf(KINDS, row.kind, "kind of timer"),
    level: row.level,
    at: row.dueAt.toISOString(),
    doneAt: row.doneAt,
  }));
}

/**
 * Cases of any tenant with a timer that is due at `now` and not done, each once, the longest due first, at most
 * `limit`. No locks are taken: two replicas may be told of the same case, and `finishTimer` decides between them.
 */
export async function casesDue(
  queries: Queries,
  now: Date,
  limit: number,
): Promise<{ readonly tenantId: number; readonly caseId: string }[]> {
  const rows = await queries.$queryRaw<{ tenant_id: bigint; case_id: string }[]>`
    SELECT tenant_id, case_id FROM case_timers
     WHERE done_at IS NULL AND due_at <= ${now}::timestamptz
     GROUP BY tenant_id, case_id
     ORDER BY min(due_at), tenant_id, case_id
     LIMIT ${limit}`;
  return rows.map((row) => ({ tenantId: toNumber(row.tenant_id), caseId: row.case_id }));
}
