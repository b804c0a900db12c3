import type { Trust } from "../../../signatures/trust.js";
import { verifyChunk, type Answered, type Subject } from "../chunk.js";
import type { Settings } from "./messages.js";
import { Pool } from "./pool.js";

/** Objects after which threads are started: fewer are verified before threads could have read the keys. */
const START_AFTER = 1_000;

/**
 * Verifies on this thread, and once a run turns out to be long on others as well: this one takes what they have no room
 * for, so that `threads` of them are busy and none only waits.
 */
export class Crew {
  readonly #settings: Settings;
  readonly #trust: Trust;
  readonly #threads: number;
  #pool: Pool | null = null;
  #taken = 0;

  /** `trust` is what `settings.material` says; `threads` 1: no others are ever started. */
  constructor(threads: number, trust: Trust, settings: Settings) {
    this.#threads = threads;
    this.#trust = trust;
    this.#settings = settings;
  }

  /** How many chunks are worth having under way. */
  get depth(): number {
    return this.#threads === 1 ? 1 : 3 * this.#threads;
  }

  /** Verifies `subjects`. @throws CountersignError `worker-failed` */
  async verify(subjects: readonly Subject[]): Promise<Answered> {
    this.#taken += subjects.length;
    if (this.#threads > 1 && this.#taken > START_AFTER)
      this.#pool ??= new Pool(this.#threads - 1, this.#settings);
    const elsewhere = this.#pool?.verify(subjects) ?? null;
    if (elsewhere !== null) return await elsewhere;
    return verifyChunk(subjects, { ...this.#settings, trust: this.#trust });
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }
}
