import { Worker } from "node:worker_threads";
import { CountersignError } from "../../../errors.js";
import type { Answered, Subject } from "../chunk.js";
import { pack, type FromWorker, type Settings, type ToWorker } from "./messages.js";

interface Waiting {
  readonly resolve: (answered: Answered) => void;
  readonly reject: (error: Error) => void;
}

/** Chunks that a thread may have: the one it verifies, and the next, so that it never waits for this thread. */
const MOST_BUSY = 2;

/**
 * What a verdict leaves behind is garbage at once, and collecting it costs the same in little memory as in much: V8 would
 * take three times 16 MiB for it in a long run.
 */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

/**
 * Memory of parcels that is used again, up to this many bytes a parcel: a thread would keep what it was given until it
 * next collects what is old, which is seldom. What an unusually large object took is let go.
 */
const LARGEST_SPARE = 4 * 1024 * 1024;

/** Threads that verify beside the one that all of it is asked on. */
export class Pool {
  readonly #threads: readonly Thread[];

  constructor(threads: number, settings: Settings) {
    this.#threads = Array.from({ length: threads }, () => new Thread(settings));
  }

  /**
   * Has the least busy thread verify `subjects`; `null` where all have enough to do, or are still reading the keys.
   *
   * @throws CountersignError `worker-failed` where the thread ends over it
   */
  verify(subjects: readonly Subject[]): Promise<Answered> | null {
    const free = this.#threads.filter(({ ready, busy }) => ready && busy < MOST_BUSY);
    const [idlest] = free.sort((one, other) => one.busy - other.busy);
    return idlest?.verify(subjects) ?? null;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** No more than parcels that it ever had at once. */
  readonly #spares: ArrayBuffer[] = [];
  #next = 0;
  #ready = false;
  #failure: CountersignError | null = null;

  constructor(settings: Settings) {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { resourceLimits: LIMITS });
    this.#worker.on("message", (message: FromWorker) => {
      this.#take(message);
    });
    this.#worker.on("error", (error) => {
      this.#fail(error);
    });
    this.#worker.on("exit", (code) => {
      this.#fail(new Error(`it ended with ${code}`));
    });
    this.#send({ kind: "start", settings });
  }

  /** A thread that failed counts as ready, so that its failure is found. */
  get ready(): boolean {
    return this.#ready || this.#failure !== null;
  }

  get busy(): number {
    return this.#failure === null ? this.#waiting.size : -1;
  }

  verify(subjects: readonly Subject[]): Promise<Answered> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const id = this.#next++;
    const parcel = pack(subjects, this.#spares.pop());
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ kind: "verify", id, parcel }, [parcel.bytes]);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #take(message: FromWorker): void {
    if (message.kind === "ready") this.#ready = true;
    else {
      if (message.spare.byteLength <= LARGEST_SPARE) this.#spares.push(message.spare);
      this.#waiting.get(message.id)?.resolve(message.answered);
      this.#waiting.delete(message.id);
    }
  }

  #fail(cause: Error): void {
    this.#failure ??= new CountersignError("worker-failed", `A verifying thread failed: ${cause.message}.`, {
      remedy: "Run it again with --threads 1; if that fails too, report it.",
      cause,
    });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
