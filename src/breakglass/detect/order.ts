import type { Push } from "./look.js";

/** One push, however often it was told. */
export interface Told extends Push {
  readonly guids: readonly string[];
}

/**
 * Pushes in the order in which they happened: by GitHub's time; within a second, by which leads on from which, from
 * `tip` on. What was told twice is one.
 */
export function inOrder(pushes: readonly Push[], tip: string | null): Told[] {
  const waiting = once(pushes).sort((a, b) => a.pushedAt.getTime() - b.pushedAt.getTime());
  const ordered: Told[] = [];
  let position = tip;
  for (let next = takeNext(waiting, position); next !== undefined; next = takeNext(waiting, position)) {
    ordered.push(next);
    position = next.after;
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

function takeNext(waiting: Told[], position: string | null): Told | undefined {
  const [first] = waiting;
  if (first === undefined) return undefined;
  const sameSecond = waiting.filter(({ pushedAt }) => pushedAt.getTime() === first.pushedAt.getTime());
  const next = sameSecond.find(({ before }) => before === position) ?? first;
  waiting.splice(waiting.indexOf(next), 1);
  return next;
}
