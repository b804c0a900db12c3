import type { Queries } from "../database.js";

/** Holds `name` until the transaction ends, over every process on this database. */
export async function lockName(transaction: Queries, name: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`countersign.${name}`}, 0))`;
}
