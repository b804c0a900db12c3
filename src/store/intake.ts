import { isCountersignError } from "../errors.js";
import type { NewDelivery } from "./store.js";

export type Accepted = "stored" | "duplicate";

/** Stores all of them or none, no two with one GUID; gives the GUIDs of those that were not there before. */
export type StoreBatch = (deliveries: readonly NewDelivery[]) => Promise<ReadonlySet<string>>;

/** How much one batch holds: what comes above it makes the next one. */
const MOST_DELIVERIES = 128;
const MOST_BYTES = 8 * 1024 * 1024;
/** While one batch is committed the next one is written. */
const BATCHES_AT_ONCE = 2;

/** So many that are not stored yet are a rush: even at a slow disk, a thousand a second and more. */
const RUSH = 16;
/** A rush is over when for so long, in milliseconds, there were fewer: just after a commit there often are for a moment. */
const LULL_MS = 50;
/** How long work is held back by a rush at most, in milliseconds. */
const PATIENCE_MS = 1_000;

interface Waiting {
  readonly delivery: NewDelivery;
  readonly resolve: (accepted: Accepted) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores deliveries that come at the same time together. A commit waits for the disk, and that of a queued job for
 * every other, as it announces the job; so commits are few a second, and what comes during one goes into the next. A
 * delivery that comes alone is stored at once and waits for nobody.
 */
export class Intake {
  readonly #store: StoreBatch;
  #waiting: Waiting[] = [];
  #batches = 0;
  #unsettled = 0;
  #held: (() => void)[] = [];
  /** Runs while there is a rush, from the last moment that showed it. */
  #lull: NodeJS.Timeout | null = null;

  constructor(store: StoreBatch) {
    this.#store = store;
  }

  /** Resolves when the delivery is stored for good. @throws what storing it threw */
  async accept(delivery: NewDelivery): Promise<Accepted> {
    this.#unsettled += 1;
    if (this.#unsettled >= RUSH) this.#hurry();
    try {
      return await new Promise<Accepted>((resolve, reject) => {
        this.#waiting.push({ delivery, resolve, reject });
        this.#next();
      });
    } finally {
      this.#unsettled -= 1;
    }
  }

  /**
   * Resolves at once unless deliveries come in a rush; then when it is over, or after a second. GitHub waits ten seconds
   * for an answer and does not come again by itself, so what deliveries bring with them gives way to the next ones.
   */
  async calm(): Promise<void> {
    if (this.#lull === null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      this.#held.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #hurry(): void {
    if (this.#lull !== null) this.#lull.refresh();
    else
      this.#lull = setTimeout(() => {
        this.#settleDown();
      }, LULL_MS);
  }

  #settleDown(): void {
    this.#lull = null;
    if (this.#unsettled >= RUSH) this.#hurry();
    else for (const release of this.#held.splice(0)) release();
  }

  #next(): void {
    if (this.#batches >= BATCHES_AT_ONCE || this.#waiting.length === 0) return;
    this.#batches += 1;
    void this.#settle(this.#take()).finally(() => {
      this.#batches -= 1;
      this.#next();
    });
  }

  /** The oldest of those that wait; a second copy of one waits for the next batch. */
  #take(): Waiting[] {
    const taken = new Map<string, Waiting>();
    const left: Waiting[] = [];
    let bytes = 0;
    for (const waiting of this.#waiting) {
      const { guid, payload } = waiting.delivery;
      const fits = taken.size < MOST_DELIVERIES && bytes + payload.length <= MOST_BYTES;
      if ((taken.size > 0 && !fits) || taken.has(guid)) {
        left.push(waiting);
        continue;
      }
      taken.set(guid, waiting);
      bytes += payload.length;
    }
    this.#waiting = left;
    return [...taken.values()];
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const stored = await this.#store(batch.map(({ delivery }) => delivery));
      for (const { delivery, resolve } of batch) resolve(stored.has(delivery.guid) ? "stored" : "duplicate");
    } catch (error) {
      await this.#recover(batch, error);
    }
  }

  /** One that the database will not have must not take the others with it; without a database none is stored. */
  async #recover(batch: readonly Waiting[], error: unknown): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) only.reject(error);
    else if (isCountersignError(error, "store-unavailable")) for (const { reject } of batch) reject(error);
    else for (const waiting of batch) await this.#settle([waiting]);
  }
}
