import { attribute, historyNeeded, oidsInQuestion } from "../../../src/breakglass/detect/attribute.js";
import { completed } from "../../../src/breakglass/detect/completed.js";
import type {
  Accounted,
  Attribution,
  Change,
  LineCommit,
  Look,
  MoveChange,
  Push,
  Reading,
} from "../../../src/breakglass/detect/look.js";
import { isOnRecord, type RecordedMove } from "../../../src/breakglass/detect/on-record.js";
import { changeKeys } from "../../../src/evidence/change-key.js";
import { known } from "../../../src/facts/facts.js";
import { account } from "../make.js";

export const MAIN = "main";

/** What one step did to the branch, as nobody but the model knows it. */
export interface Truth {
  readonly push: Push;
  readonly form: "push" | "force-push" | "re-created" | "deleted";
  /** The pull request that brought it; `null`: somebody pushed. */
  readonly pull: number | null;
  /** First-parent commits that the branch gained, the oldest first. */
  readonly oids: readonly string[];
  /** `before`, or the tip before the branch was deleted. */
  readonly from: string | null;
}

const START = Date.parse("2026-03-03T02:00:00Z");

/** A branch on a GitHub that never tells lies, and whose commits are numbered. */
export class BranchModel {
  readonly commits = new Map<string, LineCommit>();
  readonly truths: Truth[] = [];
  tip: string | null;
  lastTip: string;
  now = START;
  #count = 0;
  #pulls = 0;

  constructor() {
    this.tip = this.#commit(null);
    this.lastTip = this.tip;
    this.push(3);
    this.truths.length = 0;
  }

  /** Time goes on. */
  wait(ms: number): void {
    this.now += ms;
  }

  /** The first-parent line of a commit down to its root, the newest first. */
  lineOf(oid: string | null): string[] {
    const line: string[] = [];
    for (let at = oid; at !== null; at = this.commits.get(at)?.parents[0] ?? null) line.push(at);
    return line;
  }

  push(count: number, pusher = 1): Truth {
    const from = this.#standing();
    const oids = this.#commitsOn(from, count);
    return this.#moveTo(oids.at(-1) ?? from, { form: "push", pull: null, oids, pusher });
  }

  merge(kind: "merge" | "squash" | "rebase", count: number, baseRef = MAIN): Truth {
    const from = this.#standing();
    const number = (this.#pulls += 1);
    const oids = this.#commitsOn(from, kind === "rebase" ? count : 1);
    const tip = oids.at(-1) ?? from;
    const mergedPulls = [{ number, baseRef, mergeCommitOid: tip, commits: count }];
    for (const oid of oids) {
      const parents = [...this.#parentsOf(oid), ...(kind === "merge" ? [`side of ${oid}`] : [])];
      this.commits.set(oid, { oid, parents, mergedPulls });
    }
    const pull = baseRef === MAIN ? number : null;
    return this.#moveTo(tip, { form: "push", pull, oids, pusher: 2 });
  }

  /** Back by `depth` commits, and new ones on top of that. */
  force(depth: number, count: number, pusher = 1): Truth | null {
    const from = this.#standing();
    const target = this.lineOf(from)[depth];
    if (target === undefined) return null;
    const oids = this.#commitsOn(target, count);
    return this.#moveTo(oids.at(-1) ?? target, { form: "force-push", pull: null, oids, pusher });
  }

  delete(): Truth | null {
    if (this.tip === null) return null;
    return this.#moveTo(null, { form: "deleted", pull: null, oids: [], pusher: 1 });
  }

  create(depth: number, count: number): Truth | null {
    if (this.tip !== null) return null;
    const target = this.lineOf(this.lastTip)[depth] ?? this.lastTip;
    const oids = this.#commitsOn(target, count);
    return this.#moveTo(oids.at(-1) ?? target, { form: "re-created", pull: null, oids, pusher: 1 });
  }

  /** What GitHub shows. */
  read(until: string | null): Reading {
    const line = this.lineOf(this.tip);
    const end = until === null ? 1 : line.indexOf(until);
    const history = (end === -1 ? line : line.slice(0, end)).map((oid) => this.commit(oid));
    return { tip: this.tip, history, reached: until !== null && end !== -1, cut: false };
  }

  mergeBase(one: string | null, other: string | null): string | null {
    const line = new Set(this.lineOf(one));
    return this.lineOf(other).find((oid) => line.has(oid)) ?? null;
  }

  commit(oid: string): LineCommit {
    const commit = this.commits.get(oid);
    if (commit === undefined) throw new Error(`no commit ${oid}`);
    return commit;
  }

  #standing(): string {
    // What is done to a branch that is not there makes it first.
    if (this.tip === null) this.create(0, 0);
    return this.tip ?? this.lastTip;
  }

  #commit(parent: string | null): string {
    const oid = `c${(this.#count += 1)}`;
    this.commits.set(oid, { oid, parents: parent === null ? [] : [parent], mergedPulls: [] });
    return oid;
  }

  #commitsOn(parent: string, count: number): string[] {
    const oids: string[] = [];
    for (let index = 0; index < count; index += 1) oids.push(this.#commit(oids.at(-1) ?? parent));
    return oids;
  }

  #parentsOf(oid: string): readonly string[] {
    return this.commit(oid).parents;
  }

  #moveTo(after: string | null, what: Omit<Truth, "push" | "from"> & { pusher: number }): Truth {
    const { pusher, ...rest } = what;
    const push: Push = {
      guid: `push ${this.truths.length} at ${this.now}`,
      before: this.tip,
      after,
      forced: rest.form === "force-push",
      pusher: account(pusher, `pusher-${pusher}`),
      pushedAt: new Date(Math.floor(this.now / 1000) * 1000),
    };
    const truth = { ...rest, push, from: this.tip ?? this.lastTip };
    this.tip = after;
    if (after !== null) this.lastTip = after;
    this.truths.push(truth);
    return truth;
  }
}

interface MoveRecord extends RecordedMove {
  readonly guids: readonly string[];
}

/** What is kept of the branch from look to look, as the database keeps it. */
export class Watcher {
  readonly model: BranchModel;
  known: Accounted | null = null;
  readonly covered = new Map<string, string>();
  /** What was found, by key: a record that is there already stays as it is. */
  readonly records = new Map<string, Change>();
  /** Every record of a move: a branch can be moved the same way again. */
  readonly moves: MoveRecord[] = [];
  /** Every commit that any change was said to have brought, in order. */
  readonly taken: string[] = [];
  readonly accountedGuids: string[] = [];
  /** Commits that nothing told of, and that were found only after something on top of them. */
  readonly misplaced: string[] = [];
  readonly heard: Push[] = [];

  constructor(model: BranchModel) {
    this.model = model;
  }

  hear(push: Push): void {
    this.heard.push(push);
  }

  /** The record of a merge is written by another job, which may be first. */
  recordMerge({ oids, pull }: Truth): void {
    if (pull === null) return;
    for (const oid of oids) this.covered.set(oid, changeKeys.pullRequest(1, pull));
  }

  look(): Attribution {
    const pushes = this.heard.splice(0);
    this.#awaitRecords(pushes);
    const until = historyNeeded(this.known, pushes);
    const reading = this.model.read(until);
    const inQuestion = oidsInQuestion({ known: this.known, pushes, reading });
    const look: Look = {
      branch: MAIN,
      known: this.known,
      pushes,
      reading,
      covered: new Set(inQuestion.filter((oid) => this.covered.has(oid))),
      onRecord: new Set(pushes.filter((push) => isOnRecord(push, this.moves)).map(({ guid }) => guid)),
      mergeBase: this.model.mergeBase(until, reading.tip),
    };
    const result = attribute(look);
    this.misplaced.push(...misplacedIn(result, reading));
    this.#keep(result);
    return result;
  }

  /** A merge that is not in the history any more is told by GitHub's log: its record is waited for. */
  #awaitRecords(pushes: readonly Push[]): void {
    const line = this.model.lineOf(this.model.tip);
    const gone = pushes.filter(({ after }) => after !== null && !line.includes(after));
    for (const truth of this.model.truths)
      if (gone.some(({ after, before }) => after === truth.push.after && before === truth.push.before))
        this.recordMerge(truth);
  }

  /** As GitHub compares two commits: all that the one has and the other has not. */
  #complete(change: MoveChange, pulled: readonly string[]): MoveChange {
    const old = new Set(this.model.lineOf(change.before));
    const commits = this.model.lineOf(change.after).filter((oid) => !old.has(oid));
    const read = known(commits.map((oid) => this.model.commit(oid)));
    return completed(change, read, (oid) => this.covered.has(oid) || pulled.includes(oid));
  }

  #record({ form, before, after, at, guids }: MoveChange): void {
    const recordedAt = new Date(this.model.now);
    const occurredAt = at === null ? recordedAt : new Date(at);
    this.moves.push({ form, before, after, told: guids.length > 0, occurredAt, recordedAt, guids });
  }

  #keep(result: Attribution): void {
    const pulled = result.changes.flatMap((one) => (one.kind === "move" ? [] : one.oids));
    for (const found of result.changes) {
      const change = found.kind === "move" ? this.#complete(found, pulled) : found;
      const key = keyOf(change);
      if (!this.records.has(key)) this.records.set(key, change);
      if (change.kind === "move") this.#record(change);
      this.taken.push(...change.oids);
      for (const oid of change.oids) this.covered.set(oid, key);
      if (change.kind === "move") this.accountedGuids.push(...change.guids);
    }
    this.accountedGuids.push(...result.settled);
    const since = this.known?.since ?? result.baseline;
    if (since === null) return;
    const { tip, lastTip } = result;
    this.known = { tip, lastTip, since, accountedAt: new Date(this.model.now) };
  }
}

/** The history is the newest first. */
function misplacedIn({ changes }: Attribution, { history }: Reading): string[] {
  const line = history.map(({ oid }) => oid);
  return changes.flatMap((change, index) => {
    if (change.kind !== "move" || change.form !== "compared") return [];
    const above = line.slice(0, line.indexOf(change.oids.at(-1) ?? ""));
    return changes.slice(0, index).flatMap(({ oids }) => oids.filter((oid) => above.includes(oid)));
  });
}

export const keyOf = (change: Change): string =>
  change.kind === "pull-request"
    ? changeKeys.pullRequest(1, change.number)
    : changeKeys.ofMove(1, MAIN, change);

/** The key that a true step's change must have. */
export const keyOfTruth = ({ form, from, pull, push }: Truth): string =>
  pull === null
    ? changeKeys.ofMove(1, MAIN, { form, before: from, after: push.after })
    : changeKeys.pullRequest(1, pull);
