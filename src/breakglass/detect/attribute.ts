import type { Move, MoveForm } from "../../evidence/change-key.js";
import { Line, readUntil } from "./line.js";
import type { Accounted, Attribution, Change, Look, MoveChange, Push } from "./look.js";
import { inOrder, type Told } from "./order.js";

/**
 * Finds what happened to a branch since it was last accounted for. Pushes may have been lost, told twice, late or in
 * any order; what GitHub shows now may be ahead of them.
 *
 * 1. **Replay.** The pushes are gone through in the order of GitHub's time, from the last tip that is accounted for.
 *    A forward push gets the commits between its two ends; one that left the branch's history, made the branch anew or
 *    deleted it is a change of its own, also if it led back to a commit that has a record. A push whose commits are
 *    not in the history any more still brought its tip there.
 * 2. **Comparison.** Where the branch stands now is compared with where the replay ended. If the branch left its
 *    history on the way, an untold force-push is found; if it appeared or vanished, an untold re-creation or deletion.
 *    Commits that wait for a record even so came by untold pushes: one change for each unbroken run of them.
 * 3. **Pull requests** own their commits wherever these are found (`pullsOf`), and no push gets them.
 *
 * Every commit is taken by one change only. A push needs nothing if all that it brought has a record: that is how late
 * ones make no second change. A forced one needs nothing if it is older than the last look and both of its ends have
 * records; if one end has none, the branch stood where nothing else tells of, and it is a change however late. Where
 * the branch may just as well have gone forward (the last known tip is in the present history), nothing is inferred.
 *
 * The same move found twice, by a comparison and by a late push, bears the same key (`changeKeys`), so it cannot
 * become two records.
 */
export function attribute(look: Look): Attribution {
  const known = look.known ?? firstSight(look);
  if (known === null) {
    const settled = look.pushes.map(({ guid }) => guid);
    return { changes: [], settled, baseline: null, tip: null, lastTip: null };
  }
  const walk = new Walk(look, known);
  for (const push of inOrder(look.pushes, known.tip)) walk.hear(push);
  return { ...walk.compare(look.reading.tip), baseline: look.known === null ? known.since : null };
}

/**
 * The commit down to which the branch's history has to be read before it is looked at; `null`: its tip is enough, as
 * nothing is known of it yet.
 */
export function historyNeeded(known: Accounted | null, pushes: readonly Push[]): string | null {
  return known === null ? firstStand(pushes) : readUntil(known);
}

/** All commits of which it has to be known whether they have a record. */
export function oidsInQuestion({
  known,
  pushes,
  reading,
}: Pick<Look, "known" | "pushes" | "reading">): readonly string[] {
  const told = pushes.flatMap(({ before, after }) => [before, after]);
  const all = [known?.tip, known?.lastTip, known?.since, ...told, ...reading.history.map(({ oid }) => oid)];
  return [...new Set(all.filter((oid) => typeof oid === "string"))];
}

/** GitHub tells whole seconds. */
const SECOND_MS = 1000;
/** Its clock is not ours: the making of a branch may seem to be younger than our first look at it. */
const CLOCKS_DIFFER_MS = 60_000;

/** The push that made us see the branch is judged: the branch is accounted for up to the commit before it. */
function firstSight({ pushes, reading }: Look): Accounted | null {
  const since = firstStand(pushes) ?? reading.tip;
  return since === null ? null : { tip: since, lastTip: null, since, accountedAt: new Date(0) };
}

function firstStand(pushes: readonly Push[]): string | null {
  const [first] = inOrder(pushes, null);
  return first?.before ?? first?.after ?? null;
}

const NOT_TOLD = { pusher: null, at: null, guids: [] } as const;

/** One walk through what happened, from the last tip that is accounted for. */
class Walk {
  readonly #known: Accounted;
  readonly #covered: ReadonlySet<string>;
  readonly #reached: boolean;
  readonly #isFirstSight: boolean;
  readonly #line: Line;
  readonly #changes: Change[] = [];
  readonly #settled: string[] = [];
  /** Commits that are known to lie above the last tip that is accounted for. */
  readonly #above = new Set<string>();
  /** Where the branch stands at this point of the walk; `null`: deleted. */
  #position: string | null;
  #lastPosition: string;

  constructor(look: Look, known: Accounted) {
    this.#known = known;
    this.#covered = look.covered;
    this.#reached = look.reading.reached;
    this.#isFirstSight = look.known === null;
    this.#line = new Line(look, known);
    this.#position = known.tip;
    this.#lastPosition = readUntil(known);
  }

  hear(push: Told): void {
    const { before, after, forced } = push;
    if (before === after || this.#madeTheBranch(push)) this.#settle(push);
    else if (before === null || after === null || forced) this.#hearMove(push, formOf(push));
    else this.#hearForward(push, before, after);
  }

  compare(tip: string | null): Omit<Attribution, "baseline"> {
    const position = this.#position;
    if (tip === null) {
      if (position !== null) this.#found({ form: "deleted", before: position, after: null }, [], null);
    } else if (position === null) {
      const move: Move = { form: "re-created", before: this.#lastPosition, after: tip };
      this.#found(move, this.#takeUpTo(tip), null);
    } else if (!this.#mayLieBehind(position)) this.#leap(position, tip);
    this.#takeRest();
    return {
      changes: this.#changes,
      settled: this.#settled,
      tip,
      lastTip: tip === null ? this.#lastPosition : null,
    };
  }

  #hearForward(push: Told, before: string, after: string): void {
    const leads = this.#leads(push);
    if (leads && (before === this.#known.tip || this.#above.has(before))) this.#above.add(after);
    if (!this.#line.has(after)) this.#hearVanished(push, before, after);
    else if (this.#mayLieBehind(before)) this.#hearOnLine(push, before, after);
    // The branch was not on the first-parent line of what it was moved to, whatever else leads there.
    else this.#hearMove(push, "force-push");
    if (leads) this.#standAt(after);
  }

  /** A push whose tip is not in the history any more: all that is known of what it brought is that tip. */
  #hearVanished(push: Told, before: string, after: string): void {
    const oids = this.#takeUpTo(after);
    if (oids.length === 0) this.#settle(push);
    else this.#found({ form: "push", before, after }, oids, push);
  }

  #hearOnLine(push: Told, before: string, after: string): void {
    const oids = this.#line.takeBetween(before, after);
    // The branch left its history for the commit that this push went on from.
    if (oids.length > 0 && this.#position !== null && !this.#mayLieBehind(this.#position))
      this.#leap(this.#position, before);
    this.#takePulls(after);
    if (oids.length === 0) this.#settle(push);
    else this.#found({ form: "push", before, after }, oids, push);
  }

  #hearMove(push: Told, form: MoveForm): void {
    if (this.#isLate(push)) {
      this.#settle(push);
      return;
    }
    const { after } = push;
    const before = push.before ?? this.#position ?? this.#lastPosition;
    this.#found({ form, before, after }, this.#takeUpTo(after), push);
  }

  #leap(before: string, after: string): void {
    this.#found({ form: "force-push", before, after }, this.#takeUpTo(after), null);
  }

  /** Whether the push goes on from where the branch stands at this point of the walk. */
  #leads({ before }: Told): boolean {
    return before === this.#position;
  }

  /** The last look took it in. One that leads on from here it cannot have, or the branch came back since. */
  #isLate(push: Told): boolean {
    const isOld =
      push.before === null ? this.#isOlder(push, CLOCKS_DIFFER_MS) : this.#isOlder(push, -SECOND_MS);
    return isOld && !this.#leads(push) && this.#wasAccounted(push.before) && this.#wasAccounted(push.after);
  }

  #isOlder({ pushedAt }: Told, byMs: number): boolean {
    return pushedAt.getTime() <= this.#known.accountedAt.getTime() + byMs;
  }

  /** What the push that made a branch brought counts as its initial history, where nobody had seen it before. */
  #madeTheBranch({ before, after }: Told): boolean {
    return this.#isFirstSight && before === null && after === this.#known.since;
  }

  /** `push` `null`: it was found by comparison. */
  #found(move: Move, oids: readonly string[], push: Told | null): void {
    const told = push === null ? NOT_TOLD : toldOf(push);
    const index = this.#changes.findIndex((other) => other.kind === "move" && isSameMove(other, move));
    const other = this.#changes[index];
    if (other?.kind === "move") this.#changes[index] = joined(other, oids, told);
    else this.#changes.push({ kind: "move", ...move, oids, ...told });
    // What is told late says where the branch stood, and not where it stands.
    if (push === null || this.#leads(push) || !this.#isOlder(push, -SECOND_MS)) this.#standAt(move.after);
  }

  /** Takes what came with a move to `after`: all that waits on the line up to it. */
  #takeUpTo(after: string | null): readonly string[] {
    if (after === null) return [];
    if (!this.#line.has(after)) return this.#wasAccounted(after) ? [] : this.#line.takeOne(after);
    this.#takePulls(after);
    return this.#line.takeBetween(null, after);
  }

  #takePulls(last: string): void {
    for (const { pull, oids } of this.#line.takePulls(last))
      if (pull !== null) this.#changes.push({ kind: "pull-request", number: pull, oids });
  }

  #takeRest(): void {
    for (const { pull, oids, before } of this.#line.takeRest())
      this.#changes.push(
        pull === null
          ? { kind: "move", form: "compared", before, after: oids.at(-1) ?? null, oids, ...NOT_TOLD }
          : { kind: "pull-request", number: pull, oids },
      );
  }

  /** Whether the branch can have gone forward from there to where it is now. */
  #mayLieBehind(oid: string): boolean {
    if (this.#line.has(oid)) return true;
    // What has a record and is not known to lie above the last known tip may lie below it, where nothing was read.
    return this.#reached && this.#wasAccounted(oid) && !this.#above.has(oid);
  }

  #wasAccounted(oid: string | null): boolean {
    const { tip, lastTip, since } = this.#known;
    return oid === null || this.#covered.has(oid) || [tip, lastTip, since].includes(oid);
  }

  #standAt(oid: string | null): void {
    this.#position = oid;
    if (oid !== null) this.#lastPosition = oid;
  }

  #settle({ guids }: Told): void {
    this.#settled.push(...guids);
  }
}

function formOf({ before, after }: Push): MoveForm {
  if (before === null) return "re-created";
  return after === null ? "deleted" : "force-push";
}

const isSameMove = (one: Move, other: Move): boolean =>
  one.form === other.form && one.before === other.before && one.after === other.after;

/** The same move once more. If others made it, it is nobody's in particular. */
function joined(
  move: MoveChange,
  oids: readonly string[],
  told: Pick<MoveChange, "pusher" | "guids">,
): MoveChange {
  const isByOne = move.pusher?.id === told.pusher?.id;
  return {
    ...move,
    oids: [...move.oids, ...oids],
    pusher: isByOne ? move.pusher : null,
    guids: [...move.guids, ...told.guids],
  };
}

const toldOf = ({ pusher, pushedAt, guids }: Told) => ({ pusher, at: pushedAt.toISOString(), guids });
