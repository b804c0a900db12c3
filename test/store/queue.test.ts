import type pg from "pg";
import { afterEach, describe, expect, it } from "@jest/globals";
import { CountersignError } from "../../src/errors.js";
import type { Job, PullRequestSubject } from "../../src/store/jobs.js";
import { type Handlers, type RunningWorker, startWorker } from "../../src/store/queue/worker.js";
import { silentLogger } from "../support/logger.js";
import type { KnownPullRequest } from "../../src/store/store.js";
import { handlersThat } from "./idle-handlers.js";
import { OID } from "./samples.js";
import { eachDatabase, freshId } from "../support/postgres.js";

const LATER = new Date(Date.now() + 3_600_000);

eachDatabase("the queue", (store) => {
  const workers: RunningWorker[] = [];

  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await store().sql("DELETE FROM graphile_worker._private_jobs");
  });

  const nothing = (): Promise<void> => Promise.resolve();

  async function work(handlers: Partial<Handlers>, concurrency = 4): Promise<RunningWorker> {
    const worker = await startWorker(store(), handlersThat(nothing, handlers), {
      concurrency,
      logger: silentLogger,
    });
    workers.push(worker);
    return worker;
  }

  function pull(changes: Partial<PullRequestSubject> = {}): PullRequestSubject {
    return {
      tenantId: 1,
      repository: { id: 64, owner: "octo", name: "deploy" },
      number: freshId(),
      ...changes,
    };
  }

  const evaluate = (payload: PullRequestSubject): Job => ({ task: "evaluate-pull-request", payload });
  const recordMerge = (payload: PullRequestSubject): Job => ({ task: "record-merge", payload });

  it("does each job with the payload it was given, first attempt of twelve", async () => {
    const subject = pull();
    const seen: unknown[] = [];
    await store().enqueue(evaluate(subject));
    const worker = await work({
      "evaluate-pull-request": noting((payload, context) => seen.push(payload, context)),
    });
    await worker.drained();
    expect(seen).toEqual([subject, { attempt: 1, maxAttempts: 12 }]);
    expect(await store().queueStatus()).toEqual({ waiting: 0, running: 0, dead: [] });
  });

  it("replaces a waiting job by a newer one", async () => {
    const subject = pull();
    const seen: string[] = [];
    await store().enqueue(evaluate({ ...subject, repository: { ...subject.repository, name: "old" } }));
    await store().enqueue(evaluate({ ...subject, repository: { ...subject.repository, name: "new" } }));
    expect(await store().queueStatus()).toMatchObject({ waiting: 1 });
    const worker = await work({
      "evaluate-pull-request": noting(({ repository }) => seen.push(repository.name)),
    });
    await worker.drained();
    expect(seen).toEqual(["new"]);
  });

  it("follows a running job by a newer one, and never runs both at once", async () => {
    const subject = pull();
    const log: string[] = [];
    const gate = new Gate();
    const worker = await work({
      "evaluate-pull-request": async ({ repository }) => {
        log.push(`${repository.name} in`);
        if (repository.name === "old") await gate.passed();
        log.push(`${repository.name} out`);
      },
      "record-merge": noting(() => log.push("merge")),
    });
    await store().enqueue(evaluate({ ...subject, repository: { ...subject.repository, name: "old" } }));
    await gate.reached;
    await store().enqueue(evaluate({ ...subject, repository: { ...subject.repository, name: "new" } }));
    await store().enqueue(recordMerge(subject));
    expect(await store().queueStatus()).toMatchObject({ waiting: 2, running: 1 });
    gate.open();
    await worker.drained();
    // The merge record goes first, as it is more urgent.
    expect(log).toEqual(["old in", "old out", "merge", "new in", "new out"]);
  });

  it("runs jobs of different pull requests beside each other", async () => {
    const [one, other] = [pull(), pull()];
    const gates = new Map([one, other].map(({ number }) => [number, new Gate()]));
    const worker = await work({ "evaluate-pull-request": async ({ number }) => gates.get(number)?.passed() });
    await store().enqueue(evaluate(one));
    await store().enqueue(evaluate(other));
    await Promise.all([...gates.values()].map((gate) => gate.reached));
    expect(await store().queueStatus()).toMatchObject({ running: 2 });
    for (const gate of gates.values()) gate.open();
    await worker.drained();
  });

  it("keeps tenants apart, whatever else is the same", async () => {
    const subject = pull();
    const seen: number[] = [];
    await store().enqueue(evaluate(subject));
    await store().enqueue(evaluate({ ...subject, tenantId: 2 }));
    const worker = await work({ "evaluate-pull-request": noting(({ tenantId }) => seen.push(tenantId)) });
    await worker.drained();
    expect(seen.sort()).toEqual([1, 2]);
  });

  describe("goes by what is urgent", () => {
    const commitOf = ({ tenantId, repository }: PullRequestSubject, oid: string) => ({
      tenantId,
      repository,
      oid,
    });
    const note = ({ tenantId, repository, number }: PullRequestSubject, changes: Partial<KnownPullRequest>) =>
      store().notePullRequest({
        ...{ tenantId, repository, number, headOid: OID, baseRef: "main", open: true, asOf: new Date() },
        ...changes,
      });
    /** The order in which jobs are done, by their pull request's number, one at a time. */
    const done = async (): Promise<number[]> => {
      const seen: number[] = [];
      const worker = await work({ "evaluate-pull-request": noting(({ number }) => seen.push(number)) }, 1);
      await worker.drained();
      return seen;
    };
    const priorities = async () => (await jobs()).map(({ priority }) => priority);

    it("merging, ordinary, bulk, each in the order in which they came", async () => {
      const [a, b, c, d] = [pull(), pull(), pull(), pull()];
      await store().enqueue(evaluate(a), { urgency: "bulk" });
      await store().enqueue(evaluate(b));
      await store().enqueue(evaluate(c), { urgency: "merging" });
      await store().enqueue(evaluate(d));
      expect(await done()).toEqual([c, b, d, a].map(({ number }) => number));
    });

    it("a waiting job stays as urgent as it was, and becomes more urgent", async () => {
      const [a, b] = [pull(), pull()];
      await store().enqueue(evaluate(a), { urgency: "merging" });
      await store().enqueue(evaluate(a), { urgency: "bulk" });
      await store().enqueue(evaluate(b), { urgency: "bulk" });
      await store().enqueue(evaluate(b));
      expect((await priorities()).sort()).toEqual([10, 110]);
    });

    it.each([
      ["GitHub is to merge", { autoMerge: true }, 10],
      ["somebody approved", { approved: true }, 10],
      ["nobody approved", {}, 210],
      ["somebody approved, and that is closed,", { approved: true, open: false }, 210],
    ])("a pull request that %s counts as such whoever asks", async (_, known, priority) => {
      const subject = pull();
      await note(subject, known);
      await store().enqueue(evaluate(subject), { urgency: "bulk" });
      await store().enqueue(evaluate(pull()));
      expect((await priorities()).sort()).toEqual([priority, 110].sort());
    });

    it("what is told of its head goes first, too", async () => {
      const subject = pull();
      const oid = freshId().toString(16).padStart(40, "0");
      await note(subject, { approved: true, headOid: oid });
      await store().enqueue({ task: "publish-checks", payload: commitOf(subject, oid) });
      await store().enqueue({ task: "publish-checks", payload: commitOf({ ...subject, tenantId: 2 }, oid) });
      expect((await priorities()).sort()).toEqual([105, 5]);
    });

    it("what is known stays until something else is told", async () => {
      const subject = pull();
      await note(subject, { autoMerge: true });
      await note(subject, { approved: false });
      await store().enqueue(evaluate(subject));
      await note(subject, { autoMerge: false });
      const other = { ...subject, number: freshId() };
      await note(other, { autoMerge: true });
      await note(other, { autoMerge: false });
      await store().enqueue(evaluate(other));
      expect((await priorities()).sort()).toEqual([10, 110]);
    });

    it("one that is put off is as urgent when its time comes", async () => {
      const subject = pull();
      await store().enqueue(evaluate(subject), { urgency: "bulk" });
      const wait = new CountersignError("github-rate-limited", "wait", { retryAt: LATER });
      const worker = await work({ "evaluate-pull-request": () => Promise.reject(wait) });
      await worker.drained();
      expect(await priorities()).toEqual([210]);
    });

    it("each is done within what the worker is told, by how urgent it is", async () => {
      const told: string[] = [];
      const worker = await startWorker(
        store(),
        handlersThat(() => Promise.resolve(void told.push("done"))),
        {
          concurrency: 1,
          logger: silentLogger,
          around: async (urgency, act) => {
            told.push(urgency);
            await act();
          },
        },
      );
      workers.push(worker);
      await store().enqueue(evaluate(pull()), { urgency: "bulk" });
      await worker.drained();
      expect(told).toEqual(["bulk", "done"]);
    });
  });

  it("waits for the time that a job is for", async () => {
    await store().enqueue(evaluate(pull()), { runAt: LATER });
    const worker = await work({ "evaluate-pull-request": () => Promise.reject(new Error("too early")) });
    await worker.drained();
    expect(await store().queueStatus()).toMatchObject({ waiting: 1, dead: [] });
  });

  it("runs a job again at the time that GitHub named, at no cost of attempts", async () => {
    const subject = pull();
    await store().enqueue(evaluate(subject));
    const worker = await work({
      "evaluate-pull-request": () =>
        Promise.reject(new CountersignError("github-rate-limited", "wait", { retryAt: LATER })),
    });
    await worker.drained();
    const [job, ...more] = await jobs();
    expect(more).toEqual([]);
    expect(job).toMatchObject({ key: keyOf(subject), attempts: 0, locked_by: null });
    // As long from now as it is by our clock: the database's may differ.
    expect(Math.abs((job?.run_at.getTime() ?? 0) - LATER.getTime())).toBeLessThan(5_000);
  });

  it("does not put off news that came while a job was told to wait", async () => {
    const subject = pull();
    const gate = new Gate();
    let runs = 0;
    const worker = await work({
      "evaluate-pull-request": async () => {
        runs += 1;
        if (runs > 1) return;
        await gate.passed();
        throw new CountersignError("github-rate-limited", "wait", { retryAt: LATER });
      },
    });
    await store().enqueue(evaluate(subject));
    await gate.reached;
    await store().enqueue(evaluate(subject));
    gate.open();
    await worker.drained();
    expect(runs).toBe(2);
    expect(await jobs()).toEqual([]);
  });

  it("tries a failed job again later", async () => {
    const subject = pull();
    await store().enqueue(evaluate(subject));
    const worker = await work({ "evaluate-pull-request": () => Promise.reject(new Error("boom")) });
    await worker.drained();
    expect(await jobs()).toMatchObject([{ key: keyOf(subject), attempts: 1 }]);
    expect(await store().queueStatus()).toMatchObject({ waiting: 1, dead: [] });
  });

  describe("a job that used up its attempts", () => {
    const die = async (subject: PullRequestSubject): Promise<void> => {
      await store().enqueue(evaluate(subject));
      await store().sql("UPDATE graphile_worker._private_jobs SET attempts = 11 WHERE key = $1", [
        keyOf(subject),
      ]);
      const worker = await work({
        "evaluate-pull-request": () =>
          Promise.reject(new CountersignError("github-forbidden", "no access.", { remedy: "Grant it." })),
      });
      await worker.drained();
      await worker.stop();
      workers.splice(workers.indexOf(worker), 1);
    };

    it("stays visible with its last error and remedy, and is done when retried", async () => {
      const subject = pull();
      await die(subject);
      const { dead } = await store().queueStatus();
      expect(dead).toEqual([
        {
          id: expect.stringMatching(/^\d+$/),
          task: "evaluate-pull-request",
          key: keyOf(subject),
          attempts: 12,
          lastError: "github-forbidden: no access. Grant it.",
        },
      ]);

      const seen: number[] = [];
      expect(await store().retryDeadJobs()).toBe(1);
      const worker = await work({
        "evaluate-pull-request": noting((_, { attempt }) => seen.push(attempt)),
      });
      await worker.drained();
      expect(seen).toEqual([1]);
      expect(await store().queueStatus()).toEqual({ waiting: 0, running: 0, dead: [] });
    });

    it("is retried alone where its id is given", async () => {
      await die(pull());
      await die(pull());
      const [first] = (await store().queueStatus()).dead;
      expect(await store().retryDeadJobs([first?.id ?? ""])).toBe(1);
      expect(await store().queueStatus()).toMatchObject({ waiting: 1, dead: [{}] });
      expect(await store().retryDeadJobs(["987654321"])).toBe(0);
    });

    it("is brought back by news", async () => {
      const subject = pull();
      await die(subject);
      await store().enqueue(evaluate(subject));
      expect(await store().queueStatus()).toMatchObject({ waiting: 1, dead: [] });
    });
  });

  it("buries a job whose payload is not valid, where operators see it", async () => {
    await store().sql(
      `SELECT graphile_worker.add_job('publish-checks', '{"tenantId": "1"}', job_key => 'by-hand', max_attempts => 12)`,
    );
    const worker = await work({});
    await worker.drained();
    expect(await store().queueStatus()).toMatchObject({
      waiting: 0,
      dead: [{ task: "publish-checks", key: "by-hand", lastError: expect.stringContaining("not valid") }],
    });
  });

  it("refuses to queue what no worker would take", async () => {
    await expect(store().enqueue(evaluate(pull({ number: -1 })))).rejects.toMatchObject({
      code: "invariant-broken",
    });
    expect(await jobs()).toEqual([]);
  });

  it("finishes what runs before it stops, and starts nothing more", async () => {
    const gate = new Gate();
    let done = false;
    const evaluateSlowly = async (): Promise<void> => {
      await gate.passed();
      done = true;
    };
    const worker = await work({ "evaluate-pull-request": evaluateSlowly }, 1);
    await store().enqueue(evaluate(pull()));
    await gate.reached;
    const stopped = worker.stop();
    workers.splice(workers.indexOf(worker), 1);
    await store().enqueue(recordMerge(pull()));
    gate.open();
    await stopped;
    expect(done).toBe(true);
    expect(await store().queueStatus()).toEqual({ waiting: 1, running: 0, dead: [] });
  });

  it("is shared by two workers, each job done once", async () => {
    const seen: number[] = [];
    const handlers = {
      "evaluate-pull-request": noting(({ number }: PullRequestSubject) => seen.push(number)),
    };
    const [one] = [await work(handlers), await work(handlers)];
    const subjects = Array.from({ length: 40 }, () => pull());
    await Promise.all(subjects.map((subject) => store().enqueue(evaluate(subject))));
    await one.drained();
    expect(seen.sort()).toEqual(subjects.map(({ number }) => number).sort());
  });

  describe("jobs of a worker that is gone", () => {
    const abandon = async (subject: PullRequestSubject, worker: string): Promise<void> => {
      await store().enqueue(evaluate(subject));
      await store().sql(
        "UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = $2, attempts = 1 WHERE key = $1",
        [keyOf(subject), worker],
      );
      await store().sql("UPDATE graphile_worker._private_job_queues SET locked_at = now(), locked_by = $1", [
        worker,
      ]);
    };

    it("are taken over when a worker starts", async () => {
      const subject = pull();
      await abandon(subject, "pool-of-a-killed-process");
      const seen: number[] = [];
      const worker = await work({ "evaluate-pull-request": noting(({ number }) => seen.push(number)) });
      await worker.drained();
      expect(seen).toEqual([subject.number]);
    });

    it("are not taken from a worker that lives", async () => {
      const gate = new Gate();
      let runs = 0;
      const first = await work({
        "evaluate-pull-request": async () => {
          runs += 1;
          await gate.passed();
        },
      });
      await store().enqueue(evaluate(pull()));
      await gate.reached;
      await work({ "evaluate-pull-request": noting(() => (runs += 1)) });
      gate.open();
      await first.drained();
      expect(runs).toBe(1);
    });

    it("are forgotten where news has replaced them", async () => {
      const subject = pull();
      await abandon(subject, "pool-of-a-killed-process");
      await store().enqueue(evaluate(subject));
      expect(await jobs()).toHaveLength(2);
      let runs = 0;
      const worker = await work({ "evaluate-pull-request": noting(() => (runs += 1)) });
      await worker.drained();
      expect(runs).toBe(1);
      expect(await jobs()).toEqual([]);
    });
  });

  const keyOf = (subject: PullRequestSubject): string =>
    `evaluate:${subject.tenantId}/${subject.repository.id}#${subject.number}`;

  interface QueuedRow {
    readonly priority: number;
    readonly key: string | null;
    readonly run_at: Date;
  }

  async function jobs(): Promise<QueuedRow[]> {
    return store().sql<QueuedRow & pg.QueryResultRow>(
      "SELECT key, attempts, run_at, locked_by, priority FROM graphile_worker.jobs ORDER BY id",
    );
  }
});

/** A handler that does `act` and is done. */
function noting<A extends unknown[]>(act: (...args: A) => unknown): (...args: A) => Promise<void> {
  return (...args) => {
    act(...args);
    return Promise.resolve();
  };
}

/** A place where a job waits until the test lets it go on. */
class Gate {
  readonly reached: Promise<void>;
  #reach: () => void = () => undefined;
  #open: () => void = () => undefined;
  readonly #opened: Promise<void>;

  constructor() {
    this.reached = new Promise((resolve) => (this.#reach = resolve));
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  async passed(): Promise<void> {
    this.#reach();
    await this.#opened;
  }

  open(): void {
    this.#open();
  }
}
