import type { PlannedFault } from "../github/http/faults.js";
import type { Envelope } from "../github/http/webhooks.js";
import { until } from "../support/until.js";
import { type Act, FAULTS, type News, type Step } from "./history.js";
import { type Snapshot, standings } from "./oracle.js";
import type { Stage } from "./stage.js";
import type { Subject } from "./subject.js";

/** A port on which nothing listens. */
const NOWHERE = "http://127.0.0.1:1/api/github/webhooks";
const MINUTE_MS = 60_000;
/** Rounds in which jobs that were put off or failed are made due: each is another attempt. */
const ROUNDS = 11;

/** Plays a history: the acts on GitHub, how their webhooks come, what fails meanwhile. */
export class Play {
  readonly snapshots: Snapshot[] = [];
  readonly #stage: Stage;
  readonly #subject: Subject;
  /** Webhooks that come late. */
  #late: Envelope[] = [];
  /** Webhooks that could not be delivered. */
  readonly #failed: string[] = [];
  #held: PlannedFault[] = [];

  constructor(stage: Stage, subject: Subject) {
    this.#stage = stage;
    this.#subject = subject;
  }

  /** @param opening what comes before the first step, and arrives with it */
  async play(opening: () => Promise<void>, steps: readonly Step[]): Promise<void> {
    this.#stage.github.webhooks.hold();
    await this.#take(opening);
    for (const step of steps) {
      const release = this.#held.splice(0);
      if (step.fault !== null) this.#plan(step);
      if (STOPPING.has(step.act.kind)) this.#releaseAll(release);
      await this.#take(() => this.#act(step.act));
      await this.#tell(step.news);
      this.#releaseAll(release);
      if (!step.rush && this.#held.length === 0) await this.#stage.drained();
    }
    await this.#end();
  }

  /** What happens between two snapshots belongs to both. */
  async #take(happen: () => Promise<void>): Promise<void> {
    const { clock } = this.#subject.cast;
    const last = this.snapshots.at(-1);
    const from = clock.now();
    await happen();
    this.snapshots.push({ from, pulls: await standings(this.#subject), until: null });
    if (last !== undefined) last.until = clock.now();
  }

  #plan({ fault }: Step): void {
    if (fault === null) return;
    const [match, what] = FAULTS[fault];
    const planned = this.#stage.github.faults.next(match, what);
    if (what.kind === "slow") this.#held.push(planned);
  }

  #releaseAll(held: readonly PlannedFault[]): void {
    for (const planned of [...held, ...this.#held.splice(0)]) planned.release();
  }

  async #act(act: Act): Promise<void> {
    const stage = this.#stage;
    switch (act.kind) {
      case "cut":
        await stage.cut();
        return;
      case "restart":
        await stage.stop();
        if (stage.running === 0) await stage.start();
        return;
      case "second":
        if (stage.running === 1) await stage.start();
        return;
      case "calm":
        await stage.drained();
        return;
      case "late-mail":
        await this.#deliverLate();
        return;
      case "wait":
        this.#subject.cast.clock.advance(act.minutes * MINUTE_MS);
        await stage.hurry();
        return;
      default:
        await this.#subject.do(act);
    }
  }

  async #tell(news: News): Promise<void> {
    const { webhooks } = this.#stage.github;
    const envelopes = webhooks.pending.splice(0);
    if (news === "lost") return;
    if (news === "late") {
      this.#late.push(...envelopes);
      return;
    }
    if (news === "failed") {
      const { url } = webhooks;
      webhooks.url = NOWHERE;
      await this.#deliver(envelopes);
      webhooks.url = url;
      return;
    }
    await this.#deliver(news === "backwards" ? envelopes.reverse() : envelopes);
    if (news === "twice") await this.#deliver(envelopes);
  }

  /** Not each is taken: the database may be away, or the app itself. */
  async #deliver(envelopes: readonly Envelope[]): Promise<void> {
    for (const envelope of envelopes) {
      const { statusCode } = await this.#stage.github.webhooks.deliver(envelope);
      if (statusCode !== 202) this.#failed.push(envelope.guid);
    }
  }

  async #deliverLate(): Promise<void> {
    const late = this.#late.reverse();
    this.#late = [];
    await this.#deliver(late);
  }

  /** All goes well again: what waits is delivered, what failed is asked for, what was put off is due. */
  async #end(): Promise<void> {
    const stage = this.#stage;
    const { github } = stage;
    github.faults.clear();
    this.#held = [];
    await this.#deliverLate();
    // Beyond what a limit asked to wait for.
    this.#subject.cast.clock.advance(MINUTE_MS);
    await stage.hurry();
    await stage.drained();
    await stage.app.store.enqueue({ task: "redeliver", payload: { lookBack: "three-days" } });
    await until(
      async () => ((await this.#missing()) === 0 ? true : null),
      () => "not every webhook came again",
    );
    const { id: tenantId } = this.#subject.repository.repo.owner;
    await stage.app.store.enqueue({ task: "reconcile", payload: { tenantId } });
    for (let round = 0; round < ROUNDS && (await this.#rouse()); round += 1);
    const last = this.snapshots.at(-1);
    if (last !== undefined) last.until = this.#subject.cast.clock.now();
  }

  async #missing(): Promise<number> {
    const stored = await this.#stage.app.store.storedDeliveries(this.#failed);
    return new Set(this.#failed).size - stored.size;
  }

  /** Has time pass for what waits, and tells whether anything does still. */
  async #rouse(): Promise<boolean> {
    const { github } = this.#stage;
    this.#subject.cast.clock.advance(MINUTE_MS);
    await this.#deliver(github.webhooks.pending.splice(0));
    await this.#stage.hurry();
    await this.#stage.drained();
    const waiting = await this.#stage.sql(
      "SELECT 1 FROM graphile_worker._private_jobs WHERE key IS NOT NULL LIMIT 1",
    );
    return waiting.length > 0 || github.webhooks.pending.length > 0;
  }
}

/** What waits for the jobs that run: none of them may be held up. */
const STOPPING = new Set<Act["kind"]>(["restart", "cut", "calm", "wait"]);
