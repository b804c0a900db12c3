import { openTestStore, sharedPostgres, type TestStore } from "../../support/postgres.js";
import type { AppProcess } from "../../support/process.js";
import { until } from "../../support/until.js";
import { Killable, type KillableOptions } from "../killable.js";
import { type Side, StatementGate } from "./gate.js";

/** Where in a piece of work the app is killed: as GitHub has done its `nth` request, or at a statement; from 1. */
export interface Moment {
  readonly at: "request" | Side;
  readonly nth: number;
}

/** A piece of work for the app. */
export interface Round {
  /** Has it begin; resolves when GitHub and people have done their part. */
  readonly begin: () => Promise<void>;
  /** What it left in the end, save for what names this one. */
  readonly end: () => Promise<unknown>;
}

/** Gives one piece of work after the other, all alike, each on what the ones before have left. */
export type Story = (walk: Walk) => Promise<(round: number) => Promise<Round>>;

/** A moment that comes otherwise: resolves when it has come, with what it is. */
export type Happening = Promise<string>;

/** How a round went: `died` names the moment, and is `null` where the work was over before it came. */
export interface Outcome {
  readonly died: string | null;
  readonly end: unknown;
}

/** An app as a process, which is killed in the middle of its work and started again. */
export class Walk {
  readonly killable: Killable;
  readonly store: TestStore;
  readonly #gate: StatementGate;
  readonly #stop: () => Promise<void>;
  #app: AppProcess | null = null;

  private constructor(killable: Killable, store: TestStore, gate: StatementGate, stop: () => Promise<void>) {
    this.killable = killable;
    this.store = store;
    this.#gate = gate;
    this.#stop = stop;
  }

  /** GitHub, a database and what stands before it; no app yet. */
  static async prepare(options: KillableOptions = {}): Promise<Walk> {
    const postgres = await sharedPostgres();
    const url = await postgres.createDatabase();
    const gate = await StatementGate.before(url);
    const killable = await Killable.create(gate.url, options);
    // It sees the database past the gate: what the test asks is no step of the app's.
    const store = await openTestStore(url, "/nonexistent");
    return new Walk(killable, store, gate, () => postgres.stop());
  }

  async close(): Promise<void> {
    await this.killable.close();
    await this.store.close();
    await this.#gate.close();
    await this.#stop();
  }

  /** Starts the app, or another one in its place. */
  async restart(): Promise<void> {
    await this.#app?.kill();
    this.#app = await this.killable.start();
  }

  /** Lets time go by, for GitHub and the app, where the story has a clock that can be moved. */
  async later(milliseconds: number): Promise<void> {
    const { clock } = this.killable;
    clock?.advance(milliseconds);
    await this.#app?.moveClock(clock?.aheadMs ?? 0);
  }

  /** Resolves when every webhook was taken and the queue is empty, or once nobody waits for that any more. */
  async settled(isOver: () => boolean = () => false): Promise<void> {
    const { webhooks } = this.killable.github;
    for (let seen = -1; seen !== webhooks.deliveries.length && !isOver();) {
      seen = webhooks.deliveries.length;
      await webhooks.settled();
      await until(
        async () => {
          const { waiting, running, dead } = await this.store.queueStatus();
          if (dead.length > 0) throw new Error(`${this.#said}\nDead: ${JSON.stringify(dead)}`);
          return isOver() || waiting + running === 0 ? true : null;
        },
        () => this.#said,
      );
    }
  }

  /** Has a piece of work done without any disturbance. Tells how many moments there are in it. */
  async count(round: Round): Promise<Readonly<Record<Moment["at"], number>>> {
    const before = this.killable.github.requests.length;
    this.#gate.count();
    await round.begin();
    await this.settled();
    return { request: this.killable.github.requests.length - before, ...this.#gate.counts };
  }

  /** Has a piece of work done, with the app killed at a moment of it and started again. */
  async disturb(round: Round, moment: Moment | Happening): Promise<Outcome> {
    const { faults, webhooks } = this.killable.github;
    const dying: { at: string | null } = { at: null };
    const met = "nth" in moment ? this.#stopAt(moment) : moment;
    const death = met.then(async (what) => {
      dying.at = what;
      await this.#app?.kill();
    });
    await round.begin();
    await Promise.race([death, this.settled(() => dying.at !== null)]);
    if (dying.at !== null) {
      await death;
      faults.clear();
      // What GitHub could not deliver meanwhile is the next one's to find.
      await webhooks.settled();
      this.#gate.open();
      await this.restart();
      await this.settled();
    }
    faults.clear();
    this.#gate.count();
    return { died: dying.at, end: await round.end() };
  }

  /** Resolves at the moment, with what it is; from there on nothing that the app does gets through. */
  async #stopAt({ at, nth }: Moment): Promise<string> {
    if (at !== "request") return `${at} ${nth}: ${await this.#gate.stopAt(at, nth)}`;
    const { faults, requests } = this.killable.github;
    for (let passing = 1; passing < nth; passing += 1) faults.next({}, { kind: "slow" }).release();
    await faults.next({}, { kind: "slow" }).met;
    return `${at} ${nth}: ${requests.at(-1)?.operation ?? "a token"}`;
  }

  get #said(): string {
    return `The app did not come to rest. It said:\n${this.#app?.lastWords ?? ""}`;
  }
}
