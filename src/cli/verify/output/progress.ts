import type { Clock } from "../../../clock.js";
import { notGood, type Tally } from "../tally.js";

/** Short runs end before anybody wonders. */
const AFTER_MS = 1_000;
const EVERY_MS = 200;
const ERASE_LINE = "\r\u001b[K";

/** A line on a terminal that says how far a long run is. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  readonly #requireIdentity: boolean;
  readonly #startedAt: number;
  #shownAt = 0;

  /** `write` takes what is for the terminal. */
  constructor(write: (text: string) => void, clock: Clock, requireIdentity: boolean) {
    this.#write = write;
    this.#clock = clock;
    this.#requireIdentity = requireIdentity;
    this.#startedAt = clock.now().getTime();
  }

  /** Shows how far it is, where that was not shown just now. */
  update(tally: Tally): void {
    const now = this.#clock.now().getTime();
    const elapsed = now - this.#startedAt;
    if (elapsed < AFTER_MS || now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    const rate = Math.round(tally.objects / (elapsed / 1000));
    this.#write(
      `${ERASE_LINE}${tally.objects} verified, ${rate} a second, ${notGood(tally, this.#requireIdentity)} not good`,
    );
  }

  /** Leaves the line as if nothing had been there. */
  erase(): void {
    if (this.#shownAt === 0) return;
    this.#shownAt = 0;
    this.#write(ERASE_LINE);
  }
}
