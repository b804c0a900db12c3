import type { Clock } from "../../src/clock.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The machine's clock, which the story moves ahead. */
export class StoryClock implements Clock {
  #aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  /** How far it is ahead of the machine's, in milliseconds. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  advance(minutes: number): void {
    this.#aheadMs += minutes * MINUTE_MS;
  }

  /** In how many minutes a day's clocks will next show `hour:minute`, UTC; never none. */
  until(hour: number, minute: number): number {
    const now = this.now();
    const next = new Date(now).setUTCHours(hour, minute, 0, 0);
    const passed = next <= now.getTime() ? DAY_MS : 0;
    return (next + passed - now.getTime()) / MINUTE_MS;
  }
}
