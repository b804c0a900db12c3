import type { Cast } from "../support/cast.js";
import type { PullRequestHandle, RepositoryHandle } from "../github/scenario.js";
import { Refusal } from "../github/world/refusal.js";
import type { ClassicRule } from "../github/world/model.js";
import type { MergeMethod } from "../github/world/branches/merging.js";
import { type Act, type Base, BASES, type PolicyText } from "./history.js";
import { isGreenUnprotected } from "./oracle.js";

const HEAD = "topic";
const POLICY = ".github/countersign.yml";
const KEEP_GOING = new Set([403, 405, 409, 422]);

interface BaseState {
  rule: ClassicRule | null;
  policy: PolicyText;
}

/** One repository with one branch of changes, and what a history does to it: the truth, as GitHub has it. */
export class Subject {
  readonly cast: Cast;
  readonly repository: RepositoryHandle;
  readonly pulls: PullRequestHandle[] = [];
  /** Commits that nobody signed. */
  readonly unsigned = new Set<string>();
  /** Pull requests that were green when they were merged, but for protection: what it was then only its webhooks tell. */
  readonly mergedGreen = new Set<number>();
  readonly bases: Readonly<Record<Base, BaseState>>;
  /** Where the base branches stood when the app first saw them. */
  readonly start: Readonly<Record<Base, string>>;
  /** Where the head branch was, the newest last. */
  readonly #heads: string[] = [];
  #file = 0;

  private constructor(
    cast: Cast,
    repository: RepositoryHandle,
    bases: Record<Base, BaseState>,
    start: Record<Base, string>,
  ) {
    this.cast = cast;
    this.repository = repository;
    this.bases = bases;
    this.start = start;
  }

  /** With `main`, which demands a result, and `release/1`, which does not. */
  static async create(cast: Cast, name: string): Promise<Subject> {
    const repository = await cast.repository(name);
    await cast.pushToBase(repository, { [POLICY]: lenient(cast) }, "release/1");
    const [main] = repository.repo.protections;
    const release = cast.protect(repository, "release/1");
    await cast.scene.settled();
    const bases = {
      main: { rule: main ?? null, policy: "own" as const },
      "release/1": { rule: release, policy: "own" as const },
    };
    const start = { main: await repository.tip("main"), "release/1": await repository.tip("release/1") };
    return new Subject(cast, repository, bases, start);
  }

  /** Alice opens a pull request to which nothing is missing. */
  async open(): Promise<void> {
    await this.#push(true);
    const pull = await this.#openPull("main");
    await this.cast.report(this.repository, pull.headOid);
    pull.review(this.cast.bob, "APPROVE");
  }

  get head(): string {
    const oid = this.#heads.at(-1);
    if (oid === undefined) throw new Error("nothing was pushed yet");
    return oid;
  }

  /** Whether a branch's policy demands the result. */
  demands(base: Base): boolean {
    return (base === "main") === (this.bases[base].policy === "own");
  }

  /** Does what GitHub lets be done; what it refuses, or what makes no sense just then, is left out. */
  async do(act: Act): Promise<void> {
    try {
      await this.#do(act);
    } catch (error) {
      if (!(error instanceof Refusal) || !KEEP_GOING.has(error.status)) throw error;
    }
  }

  async #do(act: Act): Promise<void> {
    switch (act.kind) {
      case "push":
        await this.#push(act.signed);
        return;
      case "amend":
        await this.#amend(act.signed);
        return;
      case "back":
        await this.#back();
        return;
      case "twin":
        await this.#openPull(this.#open.some(({ baseRef }) => baseRef === "main") ? "release/1" : "main");
        return;
      case "result":
        await this.cast.report(this.repository, this.head, act.conclusion);
        return;
      case "around":
        await this.cast.pushToBase(this.repository, { "README.md": `# ${(this.#file += 1)}\n` });
        return;
      case "protection":
        this.#switchProtection(act.base);
        return;
      case "policy":
        await this.#setPolicy(act.base, act.text);
        return;
      default:
        await this.#toPull(act);
    }
  }

  async #toPull(act: Act): Promise<void> {
    const pull = "pull" in act ? this.pulls.slice(-BASES.length)[act.pull] : undefined;
    if (pull === undefined || pull.state === "merged") return;
    if (act.kind === "close") await pull.close(this.cast.alice);
    else if (act.kind === "reopen") await this.#reopen(pull);
    else if (pull.state === "open") await this.#toOpen(act, pull);
  }

  async #toOpen(act: Act, pull: PullRequestHandle): Promise<void> {
    switch (act.kind) {
      case "approve":
        pull.review(this.cast[act.who], "APPROVE");
        return;
      case "demand":
        pull.review(this.cast[act.who], "REQUEST_CHANGES");
        return;
      case "dismiss":
        this.#dismiss(pull);
        return;
      case "retarget":
        await this.#retarget(pull);
        return;
      case "draft":
        await pull.setDraft(this.cast.alice, !pull.pull.draft);
        return;
      case "merge":
        await this.#merge(pull, act.method);
        return;
      default:
        throw new Error(`${act.kind} is nothing to do to a pull request`);
    }
  }

  #dismiss(pull: PullRequestHandle): void {
    const last = pull.pull.reviews.findLast(({ state }) => state !== "DISMISSED" && state !== "COMMENTED");
    if (last !== undefined) pull.dismiss(this.cast.alice, last);
  }

  async #merge(pull: PullRequestHandle, method: MergeMethod): Promise<void> {
    const green = await isGreenUnprotected(this, pull);
    await pull.merge(this.cast.admin, { method });
    if (green) this.mergedGreen.add(pull.number);
  }

  get #open(): PullRequestHandle[] {
    return this.pulls.filter(({ state }) => state === "open");
  }

  #change(signed: boolean) {
    this.#file += 1;
    const files = { [`change-${this.#file}.yaml`]: `replicas: ${this.#file}\n` };
    return { message: `Change ${this.#file}`, files, key: signed ? this.cast.aliceKey : null };
  }

  async #push(signed: boolean): Promise<void> {
    this.#note(await this.repository.push(this.cast.alice, HEAD, this.#change(signed)), signed);
  }

  async #amend(signed: boolean): Promise<void> {
    this.#note(await this.repository.forcePush(this.cast.alice, HEAD, this.#change(signed)), signed);
  }

  async #back(): Promise<void> {
    const before = this.#heads.at(-2);
    if (before === undefined) return;
    await this.repository.pushOid(this.cast.alice, HEAD, before);
    this.#heads.push(before);
  }

  #note(oid: string, signed: boolean): void {
    this.#heads.push(oid);
    if (!signed) this.unsigned.add(oid);
  }

  /** At most two, as GitHub has one open pull request of a branch into another. */
  async #openPull(base: Base): Promise<PullRequestHandle> {
    if (this.#open.length === BASES.length) throw new Refusal(422, "There are as many as there can be.");
    const title = `To ${base}`;
    const pull = await this.repository.openPullRequest(this.cast.alice, { head: HEAD, base, title });
    this.pulls.push(pull);
    return pull;
  }

  async #retarget(pull: PullRequestHandle): Promise<void> {
    const base = pull.baseRef === "main" ? "release/1" : "main";
    if (await this.#isTaken(base)) return;
    await pull.edit(this.cast.alice, { base });
  }

  /** GitHub does not reopen one whose head moved by force, or whose place another one has taken. */
  async #reopen(pull: PullRequestHandle): Promise<void> {
    if (pull.state !== "closed" || pull.headOid !== this.head || (await this.#isTaken(pull.baseRef))) return;
    await pull.reopen(this.cast.alice);
  }

  async #isTaken(base: string): Promise<boolean> {
    if (this.#open.some(({ baseRef }) => baseRef === base)) return true;
    return (await this.repository.repo.git.between(await this.repository.tip(base), this.head)).length === 0;
  }

  #switchProtection(base: Base): void {
    const state = this.bases[base];
    if (state.rule === null) state.rule = this.cast.protect(this.repository, base);
    else {
      this.repository.unprotect(state.rule);
      state.rule = null;
    }
  }

  async #setPolicy(base: Base, text: PolicyText): Promise<void> {
    const state = this.bases[base];
    if (state.policy === text) return;
    await this.cast.pushToBase(this.repository, { [POLICY]: this.#text(base, text) }, base);
    state.policy = text;
  }

  #text(base: Base, text: PolicyText): string {
    if (text === "broken") return `${this.cast.policy()}version: 2\n`;
    return (base === "main") === (text === "own") ? this.cast.policy() : lenient(this.cast);
  }
}

/** The policy without the demand for a result. */
const lenient = (cast: Cast): string => cast.policy().replace(/results:\n.*\n/, "");
