import { Worker } from "node:worker_threads";
import { CountersignError } from "../../../errors.js";
import type { Answered, Subject } from "../chunk.js";
import { pack, type FromWorker, type Settings, type ToWorker } from "./messages.js";

interface Waiting {
  readonly resolve: (answered: Answered) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that verify. */
export class Pool {
  readonly #threads: readonly Thread[];

  constructor(threads: number, settings: Settings) {
    this.#threads = Array.from({ length: threads }, () => new Thread(settings));
  }

  /** Whether some thread has read the keys, so that it can begin at once. */
  get ready(): boolean {
    return this.#threads.some(({ ready }) => ready);
  }

  /** Has the least busy thread verify `subjects`. @throws CountersignError `worker-failed` where it ends over it */
  async verify(subjects: readonly Subject[]): Promise<Answered> {
    const threads = this.#threads.filter(({ ready }) => ready);
    const idlest = threads.reduce(
      (best, next) => (next.busy < best.busy ? next : best),
      threads[0] ?? this.#first,
    );
    return await idlest.verify(subjects);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  get #first(): Thread {
    const [first] = this.#threads;
    if (first === undefined)
      throw new CountersignError("invariant-broken", "A pool has at least one thread.");
    return first;
  }
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ready = false;
  #failure: CountersignError | null = null;

  constructor(settings: Settings) {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url));
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
    const parcel = pack(subjects);
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
