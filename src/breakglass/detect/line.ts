import type { Accounted, LineCommit, Look } from "./look.js";
import { pullsOf } from "./pulls.js";

/** A run of commits of the line that belong together: `pull` `null`: to no pull request. */
export interface Run {
  readonly pull: number | null;
  readonly oids: readonly string[];
  /** The commit below the run; `null`: it begins with a root commit. */
  readonly before: string | null;
}

/**
 * The first-parent history that was read, the oldest first, and which of its commits still wait for a record. Each is
 * taken once, so no two changes can share one.
 */
export class Line {
  /** The lowest commit that was read, where commits below it may wait for a record as well. */
  readonly openEnd: string | null;
  readonly #commits: readonly LineCommit[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #pulls: ReadonlyMap<string, number>;
  /** The commits from here on are newly on the branch. */
  readonly #floor: number;
  readonly #taken: Set<string>;

  constructor({ branch, pushes, reading, covered, mergeBase }: Look, known: Accounted) {
    this.#commits = reading.history.toReversed();
    const positions = new Map(this.#commits.map(({ oid }, index) => [oid, index]));
    const until = readUntil(known);
    if (reading.reached) positions.set(until, -1);
    this.#positions = positions;
    const stood = pushes.flatMap(({ before, after }) => [before, after]).filter((oid) => oid !== null);
    this.#pulls = pullsOf(this.#commits, branch, new Set([...stood, until]));
    // Above the baseline every commit needs a record; where the line does not lead there, what was shared is old.
    const old = positions.get(known.since) ?? (mergeBase === null ? undefined : positions.get(mergeBase));
    this.#floor = (old ?? -1) + 1;
    this.#taken = new Set(covered);
    const [lowest] = this.#commits;
    const isOpen = reading.cut && this.#floor === 0 && lowest !== undefined && !covered.has(lowest.oid);
    this.openEnd = isOpen ? lowest.oid : null;
  }

  /** Whether the commit is on the line, or is the one that it was read until. */
  has(oid: string): boolean {
    return this.#positions.has(oid);
  }

  /** Whether both are on the line, and the first was on the branch only with or after the other. */
  isAbove(oid: string, other: string): boolean {
    const [place, below] = [this.#positions.get(oid), this.#positions.get(other)];
    return place !== undefined && below !== undefined && place > below;
  }

  /** Takes a commit that need not be on the line: itself, or nothing if it has a record. */
  takeOne(oid: string): readonly string[] {
    if (this.#taken.has(oid)) return [];
    this.#taken.add(oid);
    return [oid];
  }

  /** Takes the commits of pull requests that wait up to `last`. */
  takePulls(last: string): Run[] {
    return this.#runs(this.#floor, this.#place(last))
      .filter(({ pull }) => pull !== null)
      .map((run) => this.#take(run));
  }

  /** Takes the commits of no pull request that wait above `first` (from the lowest on where it is `null`), up to `last`. */
  takeBetween(first: string | null, last: string): readonly string[] {
    const above = first === null ? undefined : this.#positions.get(first);
    const lowest = Math.max(this.#floor, (above ?? -1) + 1);
    return this.#runs(lowest, this.#place(last))
      .filter(({ pull }) => pull === null)
      .flatMap((run) => this.#take(run).oids);
  }

  /** Takes all that waits, in its runs. */
  takeRest(): Run[] {
    return this.#runs(this.#floor, this.#commits.length - 1).map((run) => this.#take(run));
  }

  #place(oid: string): number {
    return this.#positions.get(oid) ?? -1;
  }

  #take(run: Run): Run {
    for (const oid of run.oids) this.#taken.add(oid);
    return run;
  }

  #runs(lowest: number, highest: number): Run[] {
    const runs: { pull: number | null; oids: string[]; before: string | null }[] = [];
    let open = false;
    this.#commits.slice(lowest, highest + 1).forEach(({ oid, parents }) => {
      const pull = this.#pulls.get(oid) ?? null;
      const last = runs.at(-1);
      if (this.#taken.has(oid)) open = false;
      else if (open && last?.pull === pull) last.oids.push(oid);
      else {
        runs.push({ pull, oids: [oid], before: parents[0] ?? null });
        open = true;
      }
    });
    return runs;
  }
}

/**
 * The commit down to which a branch's history is to be read. Of a deleted branch nothing was ever shown after what its
 * last pushes brought, so it is gone through from its baseline on.
 */
export const readUntil = ({ tip, since }: Accounted): string => tip ?? since;
