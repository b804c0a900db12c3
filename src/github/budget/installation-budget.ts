import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../clock.js";
import { CountersignError } from "../../errors.js";
import type { Urgency } from "../../urgency.js";
import type { BudgetBook } from "./book.js";
import { type Cost, type Resource, type SecondaryLimits, times } from "./limits.js";
import { atOnceIn, MOST_AT_ONCE, withProcess } from "./share.js";
import { type Answer, exhaust, hear, type Heard, pause, type Shortage, take } from "./spend.js";
import { currentSpending } from "./spending.js";
import { type BudgetState, readState, UNKNOWN } from "./state.js";

export interface Budgeting {
  readonly book: BudgetBook;
  /** `null`: none are known but what GitHub says in its answers. */
  readonly limits: SecondaryLimits | null;
}

interface Request {
  readonly cost: Cost;
  readonly urgency: Urgency;
  settle(answer: Answer): void;
  fail(error: unknown): void;
}

type News = (state: BudgetState, now: number) => BudgetState;

/**
 * What one installation has left of GitHub's limits, shared with all processes on the same database. Before a request is
 * sent it is taken from there, in one statement for all that ask at once; whoever finds that another process wrote in
 * between reads again. What answers tell is written with the next taking.
 */
export class InstallationBudget {
  readonly #installationId: number;
  readonly #budgeting: Budgeting;
  readonly #clock: Clock;
  /** By which the other processes know this one. */
  readonly #process = randomUUID();
  #known: { readonly version: number; readonly state: BudgetState } | null = null;
  #news: News[] = [];
  #requests: Request[] = [];
  #exchanging: Promise<void> | null = null;

  constructor(installationId: number, budgeting: Budgeting, clock: Clock) {
    this.#installationId = installationId;
    this.#budgeting = budgeting;
    this.#clock = clock;
  }

  /**
   * Resolves when a request may go out: at once, or after a moment.
   * @throws CountersignError `github-rate-limited` with the time at which it may be asked again, if that is not soon
   */
  async take(cost: Cost): Promise<void> {
    const spending = currentSpending();
    if (!spending.drawSetAside(cost)) await this.#ask(cost, spending.urgency);
  }

  /**
   * Sets aside what so many requests of the job under way will cost, so that it does all of them or begins with none.
   * @throws CountersignError as `take`
   */
  async setAside(cost: Cost, count: number): Promise<void> {
    if (count === 0) return;
    const spending = currentSpending();
    await this.#ask(times(cost, count), spending.urgency);
    for (let request = 0; request < count; request += 1) spending.setAside(cost);
  }

  /**
   * How many requests this process may have under way at once: its share of what GitHub takes of all. Each taking tells
   * the others that it is there, so it is right from the first request on.
   */
  get atOnce(): number {
    const { limits } = this.#budgeting;
    return this.#known === null || limits === null
      ? MOST_AT_ONCE
      : atOnceIn(this.#known.state, this.#clock.now().getTime());
  }

  /** Notes what an answer told; it is written with the next request. */
  hear(heard: Heard): void {
    this.#news.push((state, now) => hear(state, heard, this.#budgeting.limits, now));
  }

  /** GitHub asked for quiet until an instant: nobody asks again before that. Resolves when all can know of it. */
  async pause(until: Date, why: string): Promise<void> {
    this.#news.push((state, now) => pause(state, until.getTime(), why, now));
    await this.#exchange();
  }

  /** GitHub says that the requests of an hour are used up, of one resource. Resolves when all can know of it. */
  async exhausted(resource: Resource, until: Date): Promise<void> {
    this.#news.push((state, now) => exhaust(state, resource, until.getTime(), now));
    await this.#exchange();
  }

  async #ask(cost: Cost, urgency: Urgency): Promise<void> {
    const answer = await new Promise<Answer>((settle, fail) => {
      this.#requests.push({ cost, urgency, settle, fail });
      void this.#exchange();
    });
    if (!answer.go) throw shortage(answer.why, new Date(answer.until));
    if (answer.inMs > 0) await sleep(answer.inMs);
  }

  /** One at a time: whoever comes meanwhile takes part in the next. Call it with something to write. */
  #exchange(): Promise<void> {
    this.#exchanging ??= this.#exchangeAll();
    return this.#exchanging;
  }

  async #exchangeAll(): Promise<void> {
    while (this.#requests.length + this.#news.length > 0) {
      const [requests, news] = [this.#requests, this.#news];
      [this.#requests, this.#news] = [[], []];
      try {
        const answers = await this.#write(requests, news);
        for (const [index, answer] of answers.entries()) requests[index]?.settle(answer);
      } catch (error) {
        // Without the database nothing can be recorded, so nothing is asked either.
        for (const request of requests) request.fail(error);
      }
    }
    // In the same step as the last look, so that nobody is left behind.
    this.#exchanging = null;
  }

  async #write(requests: readonly Request[], news: readonly News[]): Promise<Answer[]> {
    const { book, limits } = this.#budgeting;
    for (;;) {
      const now = this.#clock.now().getTime();
      const { version, state } = (this.#known ??= await this.#read());
      let next = news.reduce((before, tell) => tell(before, now), withProcess(state, this.#process, now));
      const answers = requests.map(({ cost, urgency }) => {
        const taken = take(next, cost, urgency, limits, now);
        next = taken.state;
        return taken.answer;
      });
      if (await book.writeBudget(this.#installationId, version, next)) {
        this.#known = { version: version + 1, state: next };
        return answers;
      }
      this.#known = null;
    }
  }

  async #read(): Promise<{ version: number; state: BudgetState }> {
    const stored = await this.#budgeting.book.readBudget(this.#installationId);
    return stored === null
      ? { version: 0, state: UNKNOWN }
      : { version: stored.version, state: readState(stored.state) };
  }
}

const SHORT_OF: Readonly<Record<Shortage, string>> = {
  paused: "GitHub asked this installation to wait",
  hourly: "the installation's requests of this hour are used up",
  core: "the installation has sent as much this minute as GitHub takes",
  graphql: "the installation has asked as much this minute as GitHub takes",
  "content-minute": "the installation has posted as much this minute as GitHub takes",
  "content-hour": "the installation has posted as much this hour as GitHub takes",
  "graphql-time": "the installation has kept GitHub as busy this minute as it may",
  time: "the installation has kept GitHub as busy this minute as it may",
};

function shortage(why: Shortage, retryAt: Date): CountersignError {
  return new CountersignError("github-rate-limited", `A request was not sent: ${SHORT_OF[why]}.`, {
    remedy: `There is more at ${retryAt.toISOString()}. countersign status shows what is left.`,
    retryAt,
  });
}
