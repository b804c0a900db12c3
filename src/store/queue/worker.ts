import type { JobHelpers, TaskList } from "graphile-worker";
import { isCountersignError } from "../../errors.js";
import type { Urgency } from "../../urgency.js";
import type { Clock } from "../../clock.js";
import type { Database } from "../database.js";
import { type Job, parseJob, type PayloadOf, TASK_NAMES, type TaskName, urgencyOf } from "../jobs.js";
import type { StoreLogger } from "../logger.js";
import { bury, delayUntil, isDrained, postpone } from "./queue.js";
import { Shift, type ShiftOptions } from "./shift.js";

export interface JobContext {
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
}

/** What does each task. A handler runs at least once for its job, so running it again must change nothing. */
export type Handlers = {
  readonly [T in TaskName]: (payload: PayloadOf<T>, context: JobContext) => Promise<void>;
};

export interface WorkerOptions extends ShiftOptions {
  /** What each job is done within, which is told how urgent it is. */
  readonly around?: (urgency: Urgency, work: () => Promise<void>) => Promise<void>;
}

/** Where jobs come from, and the clock by which those that are put off wait. */
export interface JobSource {
  readonly database: Database;
  readonly clock: Clock;
  /** Resolves when work may be done: at once, or a little later while deliveries come in a rush. */
  readonly calm: () => Promise<void>;
}

export interface RunningWorker {
  /** Takes no more jobs and resolves when those that run are done. */
  stop(): Promise<void>;
  /** Resolves when no job of the queue runs or is due; jobs for later do not count. */
  drained(): Promise<void>;
}

/** How long the jobs of a killed process wait for another one that runs. */
const TAKE_OVER_MS = 5_000;
const DRAINED_POLL_MS = 20;
/** How long to wait for a database that is away before asking it again. */
const RESUME_MS = 1_000;

/**
 * Starts doing jobs of the store, after taking over those that a killed process left behind. Goes on after the database
 * was away for whatever time; jobs that ran meanwhile run again.
 *
 * A handler that throws a CountersignError with `retryAt` is run again at that time, at no cost of attempts. After any
 * other error the job is tried again with growing pauses, and is dead after its last attempt.
 *
 * @throws CountersignError `store-unavailable` where the first shift cannot begin
 */
export async function startWorker(
  store: JobSource,
  handlers: Handlers,
  options: WorkerOptions,
): Promise<RunningWorker> {
  const { database } = store;
  const around: Work["around"] = options.around ?? ((_, job) => job());
  const running = new Set<Promise<void>>();
  const begin = () => Shift.begin(database, taskList({ source: store, handlers, around }, running), options);
  const shifts = new Shifts(begin, await begin(), options.logger);
  return {
    stop: async () => {
      await shifts.stop();
      // Those of a shift that gave up are awaited by nobody else.
      await Promise.allSettled(running);
    },
    drained: async () => {
      while (!(await isDrained(database)))
        await new Promise((resolve) => setTimeout(resolve, DRAINED_POLL_MS));
    },
  };
}

/**
 * One shift after another. graphile-worker gives up where it cannot settle a job, as when the database is away just
 * then: without a next shift the process would go on to take webhooks, and do nothing about them.
 */
class Shifts {
  readonly #begin: () => Promise<Shift>;
  readonly #logger: StoreLogger;
  readonly #timer: NodeJS.Timeout;
  #current: Shift;
  #wanted = true;
  #tending = Promise.resolve();

  constructor(begin: () => Promise<Shift>, first: Shift, logger: StoreLogger) {
    this.#begin = begin;
    this.#logger = logger;
    this.#current = first;
    this.#watch(first);
    this.#timer = setInterval(() => {
      this.#tending = this.#tending.then(() => this.#tend());
    }, TAKE_OVER_MS);
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    clearInterval(this.#timer);
    await this.#tending;
    if (this.#current.isOver) this.#current.abandon();
    else await this.#current.stop();
  }

  #watch(shift: Shift): void {
    void shift.over.then(() => {
      if (this.#wanted) this.#tending = this.#tending.then(() => this.#resume());
    });
  }

  async #tend(): Promise<void> {
    try {
      const gone = await this.#current.tend();
      if (gone.length > 0)
        this.#logger.warn({ workers: gone }, "took over the jobs of workers that are gone");
    } catch (error) {
      this.#logger.warn({ err: error }, "could not look for jobs of workers that are gone; will try again");
    }
  }

  async #resume(): Promise<void> {
    this.#current.abandon();
    while (this.#wanted) {
      try {
        this.#current = await this.#begin();
        this.#watch(this.#current);
        this.#logger.warn({}, "the queue's worker had given up; another one goes on");
        return;
      } catch (error) {
        this.#logger.warn({ err: error }, "could not go on with the queue; will try again");
        await new Promise((resolve) => setTimeout(resolve, RESUME_MS));
      }
    }
  }
}

interface Work {
  readonly source: JobSource;
  readonly handlers: Handlers;
  readonly around: NonNullable<WorkerOptions["around"]>;
}

/** @param running holds what runs, until it is done */
function taskList(work: Work, running: Set<Promise<void>>): TaskList {
  const tracked = async (job: Promise<void>): Promise<void> => {
    running.add(job);
    try {
      await job;
    } finally {
      running.delete(job);
    }
  };
  return Object.fromEntries(
    TASK_NAMES.map((task) => [
      task,
      (payload: unknown, { job }: JobHelpers) => tracked(perform(work, task, payload, job)),
    ]),
  );
}

interface QueuedJob {
  readonly id: string;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly priority: number;
}

async function perform(
  { source: { database, clock, calm }, handlers, around }: Work,
  task: TaskName,
  payload: unknown,
  queued: QueuedJob,
): Promise<void> {
  await calm();
  const job = await parseOrBury(database, task, payload, queued);
  const urgency = urgencyOf(queued.priority);
  try {
    await around(urgency, () =>
      handle(handlers, job, { attempt: queued.attempts, maxAttempts: queued.max_attempts }),
    );
  } catch (error) {
    if (!isCountersignError(error) || error.retryAt === undefined) throw withRemedy(error);
    await postpone(database, job, {
      id: queued.id,
      attempts: queued.attempts - 1,
      delayMs: delayUntil(error.retryAt, clock) ?? 0,
      urgency,
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
