import { type JobHelpers, run, type Runner, type TaskList } from "graphile-worker";
import { isCountersignError } from "../../errors.js";
import type { Clock } from "../../clock.js";
import type { Database } from "../database.js";
import { type Job, parseJob, type PayloadOf, TASK_NAMES, type TaskName } from "../jobs.js";
import type { StoreLogger } from "../logger.js";
import { queueLogger } from "./logger.js";
import { bury, delayUntil, isDrained, postpone } from "./queue.js";
import { Lease, takeOver } from "./takeover.js";

export interface JobContext {
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
}

/** What does each task. A handler runs at least once for its job, so running it again must change nothing. */
export type Handlers = {
  readonly [T in TaskName]: (payload: PayloadOf<T>, context: JobContext) => Promise<void>;
};

export interface WorkerOptions {
  /** How many jobs run at once. */
  readonly concurrency: number;
  readonly logger: StoreLogger;
}

/** Where jobs come from, and the clock by which those that are put off wait. */
export interface JobSource {
  readonly database: Database;
  readonly clock: Clock;
}

export interface RunningWorker {
  /** Takes no more jobs and resolves when those that run are done. */
  stop(): Promise<void>;
  /** Resolves when no job of the queue runs or is due; jobs for later do not count. */
  drained(): Promise<void>;
  /** Resolves after `stop`; rejects if the worker ended by itself, after which no job would run any more. */
  readonly finished: Promise<void>;
}

/** Jobs are announced as they are queued; this is how often to look for those whose time has come. */
const POLL_MS = 1_000;
/** How long the jobs of a killed process wait for another one that runs. */
const TAKE_OVER_MS = 5_000;
const DRAINED_POLL_MS = 20;
/**
 * Only when it settles jobs in batches does graphile-worker retry that, and wait for it before it has stopped;
 * otherwise nobody awaits it, and a job could end unsettled or its failure end the process.
 */
const SETTLE_IN_BATCHES = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

/**
 * Starts doing jobs of the store, after taking over those that a killed process left behind.
 *
 * A handler that throws a CountersignError with `retryAt` is run again at that time, at no cost of attempts. After any
 * other error the job is tried again with growing pauses, and is dead after its last attempt.
 */
export async function startWorker(
  store: JobSource,
  handlers: Handlers,
  { concurrency, logger }: WorkerOptions,
): Promise<RunningWorker> {
  const { database } = store;
  await takeOver(database);
  const leasing = new Leasing(database, logger);
  const runner = await run({
    pgPool: database.pool,
    taskList: taskList(store, handlers),
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    noPreparedStatements: database.embedded,
    logger: queueLogger(logger),
    preset: { plugins: [leasing.plugin()], worker: SETTLE_IN_BATCHES },
  });
  const finished = runner.promise;
  finished.catch((error: unknown) => {
    logger.error({ err: error }, "the queue's worker ended");
  });
  const lease = await leasing.taken.catch(async (error: unknown) => {
    await runner.stop();
    throw error;
  });
  return running(database, runner, lease, logger);
}

function running(database: Database, runner: Runner, lease: Lease, logger: StoreLogger): RunningWorker {
  let tending = Promise.resolve();
  const timer = setInterval(() => {
    tending = tend(database, lease, logger);
  }, TAKE_OVER_MS);
  return {
    finished: runner.promise,
    stop: async () => {
      clearInterval(timer);
      await tending;
      await runner.stop();
      // Last, for until now the worker may have held jobs.
      lease.release();
    },
    drained: async () => {
      while (!(await isDrained(database)))
        await new Promise((resolve) => setTimeout(resolve, DRAINED_POLL_MS));
    },
  };
}

async function tend(database: Database, lease: Lease, logger: StoreLogger): Promise<void> {
  try {
    await lease.renew();
    const gone = await takeOver(database);
    if (gone.length > 0) logger.warn({ workers: gone }, "took over the jobs of workers that are gone");
  } catch (error) {
    logger.warn({ err: error }, "could not look for jobs of workers that are gone; will try again");
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

function taskList(source: JobSource, handlers: Handlers): TaskList {
  return Object.fromEntries(
    TASK_NAMES.map((task) => [
      task,
      (payload: unknown, { job }: JobHelpers) => perform(source, handlers, task, payload, job),
    ]),
  );
}

interface QueuedJob {
  readonly id: string;
  readonly attempts: number;
  readonly max_attempts: number;
}

async function perform(
  { database, clock }: JobSource,
  handlers: Handlers,
  task: TaskName,
  payload: unknown,
  queued: QueuedJob,
): Promise<void> {
  const job = await parseOrBury(database, task, payload, queued);
  try {
    await handle(handlers, job, { attempt: queued.attempts, maxAttempts: queued.max_attempts });
  } catch (error) {
    if (!isCountersignError(error) || error.retryAt === undefined) throw withRemedy(error);
    await postpone(database, job, {
      id: queued.id,
      attempts: queued.attempts - 1,
      delayMs: delayUntil(error.retryAt, clock) ?? 0,
    });
  }
}

/** What is not valid now will not be at the next attempt: such a job is dead at once, where operators see it. */
async function parseOrBury(
  database: Database,
  task: TaskName,
  payload: unknown,
  { id }: QueuedJob,
): Promise<Job> {
  try {
    return parseJob(task, payload);
  } catch (error) {
    await bury(database, id);
    throw withRemedy(error);
  }
}

function handle<T extends TaskName>(
  handlers: Handlers,
  { task, payload }: Job<T>,
  context: JobContext,
): Promise<void> {
  return handlers[task](payload, context);
}

/** graphile-worker keeps an error's message with the job; operators are to find the remedy there, too. */
function withRemedy(error: unknown): unknown {
  if (!isCountersignError(error) || error.remedy === undefined) return error;
  return new Error(`${error.code}: ${error.message} ${error.remedy}`, { cause: error });
}
