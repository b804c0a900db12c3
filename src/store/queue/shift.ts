import { run, type Runner, type TaskList } from "graphile-worker";
import type { Database } from "../database.js";
import type { StoreLogger } from "../logger.js";
import { queueLogger } from "./logger.js";
import { Lease, takeOver } from "./takeover.js";

export interface ShiftOptions {
  /** How many jobs run at once. */
  readonly concurrency: number;
  readonly logger: StoreLogger;
}

/** Jobs are announced as they are queued; this is how often to look for those whose time has come. */
const POLL_MS = 1_000;
/**
 * Only when it settles jobs in batches does graphile-worker wait for that before it has stopped; otherwise nobody
 * awaits it, and a job could end unsettled or its failure end the process.
 */
const SETTLE_IN_BATCHES = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

/** One run of graphile-worker, under a lease of its own. */
export class Shift {
  /** Resolves when it takes no more jobs: it was stopped, or it gave up because it could not settle one. */
  readonly over: Promise<void>;
  readonly #database: Database;
  readonly #runner: Runner;
  readonly #lease: Lease;
  #isOver = false;

  private constructor(database: Database, runner: Runner, lease: Lease) {
    this.#database = database;
    this.#runner = runner;
    this.#lease = lease;
    // Of itself it tells nobody: its promise waits for the job that it could not settle.
    this.over = new Promise((resolve) => {
      runner.events.once("pool:gracefulShutdown", () => {
        this.#isOver = true;
        resolve();
      });
    });
  }

  /**
   * Begins after taking over what workers that are gone left behind.
   *
   * @throws CountersignError `store-unavailable`, and what graphile-worker throws where it cannot start
   */
  static async begin(database: Database, taskList: TaskList, options: ShiftOptions): Promise<Shift> {
    const { concurrency, logger } = options;
    await takeOver(database);
    const leasing = new Leasing(database, logger);
    const runner = await run({
      pgPool: database.pool,
      taskList,
      concurrency,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      noPreparedStatements: database.embedded,
      logger: queueLogger(logger),
      preset: { plugins: [leasing.plugin()], worker: SETTLE_IN_BATCHES },
    });
    runner.promise.catch((error: unknown) => {
      logger.error({ err: error }, "the queue's worker ended");
    });
    try {
      return new Shift(database, runner, await leasing.taken);
    } catch (error) {
      // It may have no end either; whoever begins again does not wait for it.
      void runner.stop().catch(() => undefined);
      throw error;
    }
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Renews the lease if it was lost, and takes over the jobs of workers that are gone. Gives their ids. */
  async tend(): Promise<string[]> {
    await this.#lease.renew();
    return await takeOver(this.#database);
  }

  /** Takes no more jobs and resolves when those that run are done. */
  async stop(): Promise<void> {
    await this.#runner.stop();
    // Last, for until now the worker may have held jobs.
    this.#lease.release();
  }

  /** Leaves what it holds to whoever takes over: it is over, and its end may never come. */
  abandon(): void {
    this.#lease.release();
  }
}

/** Holds graphile-worker's workers back from their first job until the lease of their pool is taken. */
class Leasing {
  readonly taken: Promise<Lease>;
  readonly #take: (worker: string) => void;

  constructor(database: Database, logger: StoreLogger) {
    let take: (worker: string) => void = () => undefined;
    this.taken = new Promise<string>((resolve) => {
      take = resolve;
    }).then((worker) => Lease.take(database, worker, logger));
    this.#take = take;
  }

  plugin(): GraphileConfig.Plugin {
    return {
      name: "countersign-lease",
      version: "1.0.0",
      worker: {
        hooks: {
          startWorker: async (_context, event) => {
            this.#take(event.worker.workerPool.id);
            await this.taken;
          },
        },
      },
    };
  }
}
