import type { Trust } from "../../../signatures/trust.js";
import { verifyChunk, type Answered, type Subject } from "../chunk.js";
import type { Settings } from "./messages.js";
import { Pool } from "./pool.js";

/** More objects to come than that, and threads are started: fewer are verified before these could have read the keys. */
const START_ABOVE = 1_000;

/** Chunks under way for each thread: enough that none waits while another ends the chunk whose turn it is. */
const DEPTH = 6;

interface Waiting {
  readonly subjects: readonly Subject[];
  readonly resolve: (answered: Answered | Promise<Answered>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Verifies on this thread, and once a run turns out to be long on others as well: this one takes what they have no room
 * for, so that `threads` of them are busy and none only waits.
 */
export class Crew {
  readonly #settings: Settings;
  readonly #trust: Trust;
  readonly #threads: number;
  readonly #waiting: Waiting[] = [];
  #pool: Pool | null = null;
  #turn: NodeJS.Immediate | null = null;
  #expected = 0;

  /** `trust` is what `settings.material` says; `threads` 1: no others are ever started. */
  constructor(threads: number, trust: Trust, settings: Settings) {
    this.#threads = threads;
    this.#trust = trust;
    this.#settings = settings;
  }

  /** How many chunks are worth having under way. */
  get depth(): number {
    return this.#threads === 1 ? 1 : DEPTH * this.#threads;
  }

  /** Says that so many more objects are going to be verified: threads take a while to start. */
  readonly expect = (objects: number): void => {
    this.#expected += objects;
    if (this.#threads > 1 && this.#expected > START_ABOVE)
      this.#pool ??= new Pool(this.#threads - 1, this.#settings);
  };

  /** Verifies `subjects`. @throws CountersignError `worker-failed` */
  verify(subjects: readonly Subject[]): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ subjects, resolve, reject });
      this.#handOut();
      this.#turn ??= setImmediate(this.#takeTurn);
    });
  }

  async close(): Promise<void> {
    if (this.#turn !== null) clearImmediate(this.#turn);
    await this.#pool?.close();
  }

  #handOut(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const elsewhere = this.#pool?.verify(first.subjects) ?? null;
      if (elsewhere === null) return;
      this.#waiting.shift();
      first.resolve(elsewhere);
    }
  }

  /** One chunk a turn: between two, the others are heard and given more, and git's output is read. */
  readonly #takeTurn = (): void => {
    this.#turn = null;
    this.#handOut();
    const own = this.#waiting.shift();
    if (own === undefined) return;
    this.#turn = setImmediate(this.#takeTurn);
    try {
      own.resolve(verifyChunk(own.subjects, { ...this.#settings, trust: this.#trust }));
    } catch (error) {
      own.reject(error);
    }
  };
}
