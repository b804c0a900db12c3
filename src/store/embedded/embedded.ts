import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { claimFolder } from "./folder.js";
import { Wire } from "./wire.js";

/** An embedded PostgreSQL behind an ordinary connection pool. */
export interface EmbeddedDatabase {
  readonly pool: pg.Pool;
  /** Closes the pool and the database, and gives the folder back. */
  close(): Promise<void>;
}

/**
 * Opens the embedded database in `dataDir`, creating it where there is none (the first time takes some seconds).
 *
 * @throws CountersignError `store-unavailable` where the folder is in use or cannot be written.
 */
export async function openEmbedded(dataDir: string, connections: number): Promise<EmbeddedDatabase> {
  const claim = await claimFolder(dataDir);
  try {
    const engine = await PGlite.create(join(dataDir, "postgres"));
    const wire = new Wire(engine);
    const pool = new pg.Pool({ stream: () => wire.connect(), max: connections, ssl: false });
    return {
      pool,
      close: async () => {
        await pool.end();
        await wire.close();
        await engine.close();
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}
