import type { PoolClient } from "pg";
import type { Database } from "../database.js";
import type { StoreLogger } from "../logger.js";

/**
 * Taking over the jobs of workers that are gone.
 *
 * graphile-worker notes who runs a job in the job's row, and gives up on a worker only after four hours. So each
 * worker holds, for as long as its process lives, an advisory lock derived from its id: when the process dies, however
 * suddenly, the server ends its session and the lock with it. Who holds a job without that lock is gone.
 *
 * On the embedded database all share one session and its locks exclude nothing; but there the process that opened the
 * folder is the only one, so that every worker which is not among its own is gone.
 */
const LOCK_KEY = "hashtextextended('countersign.worker:' || $1, 0)";

/** Lets the server notice within a minute that the machine at the other end is gone, process and all. */
const KEEP_ALIVE =
  "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

/** Workers of this process, by database: what they hold is not to be taken. */
const living = new WeakMap<Database, Set<string>>();

/** A worker's proof of life, on a connection of its own. */
export class Lease {
  readonly #database: Database;
  readonly #logger: StoreLogger;
  readonly #worker: string;
  #connection: PoolClient | null = null;
  #wanted = true;

  private constructor(database: Database, worker: string, logger: StoreLogger) {
    this.#database = database;
    this.#worker = worker;
    this.#logger = logger;
  }

  /** Resolves once the lock is held; only then may the worker take jobs. */
  static async take(database: Database, worker: string, logger: StoreLogger): Promise<Lease> {
    const lease = new Lease(database, worker, logger);
    workersOf(database).add(worker);
    await lease.renew();
    return lease;
  }

  /**
   * Takes the lock again if the connection that held it was lost. In between others may have taken over a running
   * job, so that it runs twice: handlers are idempotent.
   */
  async renew(): Promise<void> {
    if (this.#database.embedded || this.#connection !== null || !this.#wanted) return;
    const connection = await this.#database.pool.connect();
    try {
      await connection.query(KEEP_ALIVE);
      await connection.query(`SELECT pg_advisory_lock(${LOCK_KEY})`, [this.#worker]);
    } catch (error) {
      connection.release(true);
      throw error;
    }
    this.#connection = connection;
    connection.once("error", (error: Error) => {
      // A server that ends a session may say so only after this side gave it up.
      if (this.#connection !== connection) return;
      this.#connection = null;
      connection.release(true);
      this.#logger.warn(
        { err: error, worker: this.#worker },
        "a worker's lease was lost; it will be renewed",
      );
    });
  }

  /** Ends the session that holds the lock. */
  release(): void {
    this.#wanted = false;
    workersOf(this.#database).delete(this.#worker);
    this.#connection?.release(true);
    this.#connection = null;
  }
}

/** Unlocks what workers without proof of life hold. Returns their ids. */
export async function takeOver(database: Database): Promise<string[]> {
  const ours = [...workersOf(database)];
  // The lock is tried in the statement's own transaction: two processes that do this at once do not both unlock.
  const gone = await database.query<{ worker: string }>(
    `WITH holders AS MATERIALIZED (
       SELECT DISTINCT locked_by AS worker
         FROM (SELECT locked_by FROM graphile_worker._private_jobs
               UNION ALL
               SELECT locked_by FROM graphile_worker._private_job_queues) AS locks
        WHERE locked_by IS NOT NULL AND NOT locked_by = ANY ($1::text[])
     ), gone AS MATERIALIZED (
       SELECT worker FROM holders WHERE pg_try_advisory_xact_lock(${LOCK_KEY.replace("$1", "worker")})
     ), unlocked AS (
       SELECT graphile_worker.force_unlock_workers((SELECT array_agg(worker) FROM gone)) WHERE EXISTS (SELECT 1 FROM gone)
     )
     SELECT gone.worker FROM gone, unlocked`,
    [ours],
  );
  await removeReplaced(database);
  return gone.map((row) => row.worker);
}

/** Jobs that were replaced while they ran, and then failed or were given up, have nothing left to do. */
async function removeReplaced(database: Database): Promise<void> {
  await database.query(
    `DELETE FROM graphile_worker._private_jobs WHERE key IS NULL AND locked_at IS NULL AND attempts >= max_attempts`,
  );
}

function workersOf(database: Database): Set<string> {
  const known = living.get(database);
  if (known !== undefined) return known;
  const workers = new Set<string>();
  living.set(database, workers);
  return workers;
}
