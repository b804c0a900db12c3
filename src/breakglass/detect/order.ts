import type { Push } from "./look.js";

/** One push, however often it was told. */
export interface Told extends Push {
  readonly guids: readonly string[];
}

/**
 * Pushes in the order in which they happened: by GitHub's time; within a second, by which leads on from which, from
 * `tip` on. One that is told late leads to where the branch does not stand any more. What was told twice is one.
 */
export function inOrder(pushes: readonly Push[], tip: string | null): Told[] {
  const waiting = once(pushes).sort((a, b) => a.pushedAt.getTime() - b.pushedAt.getTime());
  const ordered: Told[] = [];
  let [last, stood] = [tip, tip];
  for (;;) {
    const next = takeNext(waiting, [last, stood]);
    if (next === undefined) break;
    ordered.push(next);
    last = next.after;
    if (next.before === stood) stood = last;
  }
  return ordered;
}

function once(pushes: readonly Push[]): Told[] {
  const told = new Map<string, Told>();
  for (const push of pushes) {
    const { before, after, forced, pushedAt, guid } = push;
    const key = JSON.stringify([before, after, forced, pushedAt.getTime()]);
    told.set(key, { ...push, guids: [...(told.get(key)?.guids ?? []), guid] });
  }
  return [...told.values()];
}

/** From the first of these places from which one leads on. */
function takeNext(waiting: Told[], places: readonly (string | null)[]): Told | undefined {
  const [first] = waiting;
  if (first === undefined) return undefined;
  const sameSecond = waiting.filter(({ pushedAt }) => pushedAt.getTime() === first.pushedAt.getTime());
  const leading = places.map((place) => sameSecond.find(({ before }) => before === place));
  const next = leading.find((one) => one !== undefined) ?? first;
  waiting.splice(waiting.indexOf(next), 1);
  return next;
}
