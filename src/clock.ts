/** Where time comes from. Pure code is handed instants; only flows and adapters hold a clock. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still until it is moved: for tests and for the demo. */
export class ManualClock implements Clock {
  #now: number;

  constructor(start: Date) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** Moves the clock by `milliseconds`; a negative number moves it back, as a stepped system clock would. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
