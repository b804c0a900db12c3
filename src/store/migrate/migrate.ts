import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError } from "@prisma/driver-adapter-utils";
import type { MigrationList } from "@prisma/schema-engine-wasm";
import { runMigrations } from "graphile-worker";
import pg from "pg";
import { CountersignError } from "../../errors.js";
import type { Database } from "../database.js";
import { asStoreError } from "../failures.js";
import { TASK_NAMES } from "../jobs.js";
import type { StoreLogger } from "../logger.js";
import { queueLogger } from "../queue/logger.js";
import { newSchemaEngine } from "./schema-engine.js";

/** `prisma/` lies beside both `src/` and `dist/`, three folders above this file. */
const MIGRATIONS = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "prisma", "migrations");
const LOCK = "SELECT pg_advisory_lock(hashtextextended('countersign.migrate', 0))";
const UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('countersign.migrate', 0))";

/** The queue's own functions would add a task with its first job; who writes jobs without them finds it there. */
const NAME_TASKS = `INSERT INTO graphile_worker._private_tasks (identifier) SELECT unnest($1::text[])
  ON CONFLICT DO NOTHING`;

/**
 * Applies what is not applied yet of `prisma/migrations`, leaving `_prisma_migrations` as `prisma migrate deploy`
 * would, then graphile-worker's own migrations. Of several processes that start at once, one migrates and the others
 * wait for it.
 *
 * @throws CountersignError `migration-failed` with what to do about it, `store-unavailable` without a database.
 */
export async function migrate(database: Database, logger: StoreLogger): Promise<void> {
  try {
    const connection = await database.pool.connect();
    try {
      await connection.query(LOCK);
      const applied = await applyMigrations(database);
      if (applied.length > 0) logger.info({ migrations: applied }, "database migrated");
      await runMigrations({ pgPool: database.pool, logger: queueLogger(logger) });
      await database.query(NAME_TASKS, [TASK_NAMES]);
      await connection.query(UNLOCK);
      connection.release();
    } catch (error) {
      // Its session ends and the lock with it, also where nobody can ask the server any more.
      connection.release(true);
      throw error;
    }
  } catch (error) {
    const known = asStoreError(error);
    throw known instanceof CountersignError ? known : migrationFailed(error);
  }
}

async function applyMigrations(database: Database): Promise<string[]> {
  // Connections of its own: the engine takes a lock for the length of its session, which is to end with its work.
  const pool = new pg.Pool(database.pool.options);
  const engine = await newSchemaEngine(bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool)));
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await readMigrations(MIGRATIONS),
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
    await pool.end();
  }
}

/**
 * Prisma's adapter cuts scripts at every semicolon, also at those inside of a function's body. Sent whole, PostgreSQL
 * reads them itself and, as a further gain, applies all of a migration or nothing.
 */
class WholeScripts extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        throw asAdapterError(error);
      }
    };
    return adapter;
  }
}

/** The shape in which the engine notes a server's refusal in `_prisma_migrations`, and repeats it to us. */
function asAdapterError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  return new DriverAdapterError({
    kind: "postgres",
    code: error.code ?? "",
    severity: error.severity ?? "ERROR",
    message: error.message,
    detail: error.detail,
    column: error.column,
    hint: error.hint,
  });
}

/** The migrations folder in the shape that the schema engine takes. */
export async function readMigrations(folder: string): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return {
    baseDir: folder,
    lockfile: {
      path: "migration_lock.toml",
      content: await readFile(join(folder, "migration_lock.toml"), "utf8"),
    },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => ({
        path: name,
        migrationFile: {
          path: "migration.sql",
          content: { tag: "ok" as const, value: await readFile(join(folder, name, "migration.sql"), "utf8") },
        },
      })),
    ),
  };
}

function migrationFailed(cause: unknown): CountersignError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CountersignError(
    "migration-failed",
    `the database schema could not be brought up to date: ${reason}`,
    {
      remedy:
        "DATABASE_URL must name a database of its own for Countersign, in which its user may create schemas, tables and " +
        "functions. " +
        "See what failed with: SELECT migration_name, logs FROM _prisma_migrations WHERE finished_at IS NULL; mend the " +
        "cause, forget the attempt (nothing of it was applied) with: DELETE FROM _prisma_migrations WHERE finished_at IS " +
        "NULL; and start again.",
      cause,
    },
  );
}
