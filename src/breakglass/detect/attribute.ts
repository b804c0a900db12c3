import { readUntil } from "./line.js";
import type { Accounted, Attribution, Look, Push } from "./look.js";
import { inOrder } from "./order.js";
import { Walk } from "./walk.js";

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
 * ones make no second change. A forced one, and a deletion, needs nothing only if there is a record of that very move
 * (`onRecord`): that both of its ends have records does not say that it was seen, and so it is a change however late.
 * Where the branch may just as well have gone forward (the last known tip is in the present history), nothing is
 * inferred.
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

/** The push that made us see the branch is judged: the branch is accounted for up to the commit before it. */
function firstSight({ pushes, reading }: Look): Accounted | null {
  const since = firstStand(pushes) ?? reading.tip;
  return since === null ? null : { tip: since, lastTip: null, since, accountedAt: new Date(0) };
}

function firstStand(pushes: readonly Push[]): string | null {
  const [first] = inOrder(pushes, null);
  return first?.before ?? first?.after ?? null;
}
