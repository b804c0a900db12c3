/** Lets so many things happen at once; others wait for their turn in the order in which they came. */
export class Slots {
  /** May change meanwhile: what is under way then stays so. */
  readonly #limit: () => number;
  #used = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param limit how many at once, now; at least 1 */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resume) => {
      this.#waiting.push(resume);
      this.#next();
    });
    try {
      return await work();
    } finally {
      this.#used -= 1;
      this.#next();
    }
  }

  #next(): void {
    while (this.#used < this.#limit()) {
      const resume = this.#waiting.shift();
      if (resume === undefined) return;
      this.#used += 1;
      resume();
    }
  }
}
