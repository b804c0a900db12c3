/** What GitHub does wrong when a test asks for it. */
export type Fault =
  | { readonly kind: "error"; readonly status: 500 | 502 | 503 | 403 | 404 }
  /** 403 with `retry-after`. */
  | { readonly kind: "secondary-limit"; readonly retryAfter: number }
  /** 403 with no requests remaining until the reset. */
  | { readonly kind: "primary-limit" }
  | { readonly kind: "too-many-requests"; readonly retryAfter: number }
  /** The connection breaks: before GitHub did anything, or after it did and before it answered. */
  | { readonly kind: "drop"; readonly when: "before" | "after" }
  /** GitHub did it, and the answer breaks off in the middle. */
  | { readonly kind: "half-body" }
  /** The answer waits until the test releases it; GitHub has already done it, so what it says may be old by then. */
  | { readonly kind: "slow" }
  /** The answer that the same request got last time; `orFresh`: a new one where there was none, else that is a violation. */
  | { readonly kind: "stale"; readonly orFresh?: boolean };

export interface FaultMatch {
  readonly method?: string;
  /** A part of the path (after `/api/v3`), or a pattern for it. */
  readonly path?: string | RegExp;
  /** A REST operation id (`checks/create`) or the name of a GraphQL operation. */
  readonly operation?: string;
  /** How often; once where it is left out. */
  readonly times?: number;
}

/** One request as faults see it. */
export interface Target {
  readonly method: string;
  readonly path: string;
  readonly operation: string | null;
}

/** A fault that was asked for. */
export class PlannedFault {
  readonly fault: Fault;
  readonly #match: FaultMatch;
  #left: number;
  #hits = 0;
  #release: () => void = () => undefined;
  #hit: () => void = () => undefined;
  readonly #released: Promise<void>;
  /** Resolves when the first request has met the fault; a slow one once its answer is ready and held. */
  readonly met: Promise<void>;

  constructor(match: FaultMatch, fault: Fault) {
    this.fault = fault;
    this.#match = match;
    this.#left = match.times ?? 1;
    this.#released = new Promise((resolve) => {
      this.#release = resolve;
    });
    this.met = new Promise((resolve) => {
      this.#hit = resolve;
    });
  }

  /** How many requests met it. */
  get hits(): number {
    return this.#hits;
  }

  get spent(): boolean {
    return this.#left === 0;
  }

  /** Told by the server when a request has met the fault. */
  meet(): void {
    this.#hit();
  }

  /** Lets the answers that a slow fault holds go. */
  release(): void {
    this.#release();
  }

  async released(): Promise<void> {
    await this.#released;
  }

  /** Whether the request meets the fault; if so, one time is used up. */
  take(target: Target): boolean {
    if (this.spent || !this.#matches(target)) return false;
    this.#left -= 1;
    this.#hits += 1;
    return true;
  }

  #matches({ method, path, operation }: Target): boolean {
    const { method: wanted, path: place, operation: named } = this.#match;
    if (wanted !== undefined && wanted !== method) return false;
    if (named !== undefined && named !== operation) return false;
    if (place === undefined) return true;
    return typeof place === "string" ? path.includes(place) : place.test(path);
  }
}

/** The faults still to come, the first that matches first. */
export class Faults {
  readonly #planned: PlannedFault[] = [];

  /** The next matching requests meet `fault`. */
  next(match: FaultMatch, fault: Fault): PlannedFault {
    const planned = new PlannedFault(match, fault);
    this.#planned.push(planned);
    return planned;
  }

  take(target: Target): PlannedFault | null {
    return this.#planned.find((planned) => planned.take(target)) ?? null;
  }

  /** Forgets what was planned and lets every held answer go. */
  clear(): void {
    for (const planned of this.#planned.splice(0)) planned.release();
  }
}
