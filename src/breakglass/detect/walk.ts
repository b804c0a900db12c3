import type { Move, MoveForm } from "../../evidence/change-key.js";
import { Line } from "./line.js";
import type { Accounted, Attribution, Change, Look } from "./look.js";
import { changeOf, formOf, isOneChange, joined, NOT_TOLD, toldOf, withOpenEnd } from "./moves.js";
import { CLOCKS_DIFFER_MS } from "./on-record.js";
import type { Told } from "./order.js";

/** GitHub tells whole seconds. */
const SECOND_MS = 1000;

/** One walk through what happened, from the last tip that is accounted for. */
export class Walk {
  readonly #known: Accounted;
  readonly #covered: ReadonlySet<string>;
  readonly #reached: boolean;
  readonly #isFirstSight: boolean;
  readonly #onRecord: ReadonlySet<string>;
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
    this.#onRecord = look.onRecord;
    this.#line = new Line(look, known);
    this.#position = known.tip;
    this.#lastPosition = known.tip ?? known.lastTip ?? known.since;
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
      changes: withOpenEnd(this.#changes, this.#line.openEnd),
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
    else if (this.#wasAccounted(after)) this.#settle(push);
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
    if (this.#isOnRecord(push) || this.#isLateMaking(push)) {
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

  /** Found by an earlier comparison, or told before: that both of its ends have records would not say so. */
  #isOnRecord({ guids }: Told): boolean {
    return guids.some((guid) => this.#onRecord.has(guid));
  }

  /**
   * What made the branch and is told late was seen by the last look, unless it leads on from here: then the look cannot
   * have taken it in, or the branch is gone since.
   */
  #isLateMaking(push: Told): boolean {
    if (push.before !== null) return false;
    const isOld = this.#isOlder(push, push.after === this.#known.since ? CLOCKS_DIFFER_MS : -SECOND_MS);
    return isOld && !this.#leads(push) && this.#wasAccounted(push.after);
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
    const index = this.#changes.findIndex(
      (other) => other.kind === "move" && isOneChange(other, move, told.guids),
    );
    const other = this.#changes[index];
    if (other?.kind === "move") this.#changes[index] = joined(other, oids, told);
    else
      this.#changes.push({
        kind: "move",
        ...move,
        oids,
        vanished: this.#isVanished(move),
        readTo: null,
        ...told,
      });
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

  /** What nothing told of came before whatever is on top of it: so that a policy which it brought is seen to be its. */
  #takeRest(): void {
    for (const run of this.#line.takeRest()) {
      const [lowest] = run.oids;
      const isOnTop = (oid: string) => lowest !== undefined && this.#line.isAbove(oid, lowest);
      const later = this.#changes.findIndex(({ oids }) => oids.some(isOnTop));
      this.#changes.splice(later === -1 ? this.#changes.length : later, 0, changeOf(run));
    }
  }

  /** Whether the branch can have gone forward from there to where it is now. */
  #mayLieBehind(oid: string): boolean {
    if (this.#line.has(oid)) return true;
    // What has a record and is not known to lie above the last known tip may lie below it, where nothing was read.
    return this.#reached && this.#wasAccounted(oid) && !this.#above.has(oid);
  }

  #isVanished({ after }: Move): boolean {
    return after !== null && !this.#line.has(after);
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
