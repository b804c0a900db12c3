/** The least that two ways of doing the same took, by turns. Each says how long it took. */
export async function fastestByTurns(
  ours: () => Promise<number>,
  peer: () => Promise<number>,
  turns: number,
): Promise<{ ours: number; peer: number }> {
  const best = { ours: Infinity, peer: Infinity };
  for (let turn = 0; turn < turns; turn += 1) {
    best.ours = Math.min(best.ours, await ours());
    best.peer = Math.min(best.peer, await peer());
  }
  return best;
}

const WARM_UP_TURNS = 5;

export interface Race {
  /** Runs once over everything; the number of things done. */
  readonly ours: () => number;
  readonly peer: () => number;
  /** How long one turn lasts, in milliseconds. */
  readonly turn: number;
  readonly turns: number;
}

/**
 * Rates (things a second) of two ways of doing the same, by turns, so that whatever else the machine does falls on
 * both. The fastest turn of each counts: others were disturbed, none can be faster than the machine.
 */
export function race({ ours, peer, turn, turns }: Race): { ours: number; peer: number } {
  const best = { ours: 0, peer: 0 };
  // Not counted: code is compiled in several steps while it runs.
  rate(ours, turn * WARM_UP_TURNS);
  rate(peer, turn);
  for (let index = 0; index < turns; index += 1) {
    best.ours = Math.max(best.ours, rate(ours, turn));
    best.peer = Math.max(best.peer, rate(peer, turn));
  }
  return best;
}

/** In time of the processor, not of the clock: what others do on the same machine does not count. */
function rate(work: () => number, milliseconds: number): number {
  const start = process.cpuUsage();
  let done = 0;
  let spent = 0;
  while (spent < milliseconds * 1000) {
    done += work();
    const { user, system } = process.cpuUsage(start);
    spent = user + system;
  }
  return (done * 1e6) / spent;
}
