/**
 * A queue between one that gives and one that takes, who waits for the other: `push` resolves once what was pushed has
 * its place among at most `capacity` that nobody took yet.
 */
export class Channel<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #closed = false;
  #error: { readonly error: unknown } | null = null;
  #wake: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Resolves to `false` where nobody will take it: the channel was closed. */
  async push(item: T): Promise<boolean> {
    while (this.#items.length >= this.#capacity && !this.#closed) await this.#change();
    if (this.#closed) return false;
    this.#items.push(item);
    this.#changed();
    return true;
  }

  /** No more is to come; with an error, the one who takes is told after what is there. */
  close(failure: { readonly error: unknown } | null = null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = failure;
    this.#changed();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      for (;;) {
        const item = this.#items.shift();
        if (item !== undefined) {
          this.#changed();
          yield item;
        } else if (this.#closed) break;
        else await this.#change();
      }
      if (this.#error !== null) throw this.#error.error;
    } finally {
      this.close();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}
