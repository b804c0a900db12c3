import type { BudgetStore } from "../ports/budget-store.js";
import type { Database } from "../database.js";

/** What is left of GitHub's limits for one installation, as whoever spends it wrote it. */
export interface StoredBudget {
  readonly installationId: number;
  readonly version: number;
  readonly state: unknown;
}

interface Row {
  readonly installation_id: string;
  readonly version: string;
  readonly state: unknown;
}

async function readBudget(database: Database, installationId: number): Promise<StoredBudget | null> {
  const [row] = await database.query<Row>("SELECT * FROM rate_budgets WHERE installation_id = $1", [
    installationId,
  ]);
  return row === undefined ? null : toBudget(row);
}

/** Those of the installations named, and of the app itself. */
async function listBudgets(database: Database, installationIds: readonly number[]): Promise<StoredBudget[]> {
  const rows = await database.query<Row>(
    "SELECT * FROM rate_budgets WHERE installation_id = ANY ($1::bigint[]) ORDER BY installation_id",
    [installationIds],
  );
  return rows.map(toBudget);
}

const toBudget = (row: Row): StoredBudget => ({
  installationId: Number(row.installation_id),
  version: Number(row.version),
  state: row.state,
});

/** Writes a budget if its version is still the one given, 0 for none. Returns whether it was. */
async function writeBudget(
  database: Database,
  installationId: number,
  version: number,
  state: object,
): Promise<boolean> {
  const written = await database.query(
    `WITH replaced AS (
       UPDATE rate_budgets SET version = version + 1, state = $3::jsonb
        WHERE installation_id = $1::bigint AND version = $2::bigint RETURNING version
     ), added AS (
       INSERT INTO rate_budgets (installation_id, version, state)
       SELECT $1::bigint, 1, $3::jsonb WHERE $2::bigint = 0
       ON CONFLICT (installation_id) DO NOTHING RETURNING version
     )
     SELECT version FROM replaced UNION ALL SELECT version FROM added`,
    [installationId, version, JSON.stringify(state)],
  );
  return written.length > 0;
}

export function budgetStoreOn(database: Database): BudgetStore {
  return {
    readBudget: (installationId) => readBudget(database, installationId),
    writeBudget: (installationId, version, state) => writeBudget(database, installationId, version, state),
    listBudgets: (installationIds) => listBudgets(database, installationIds),
  };
}
