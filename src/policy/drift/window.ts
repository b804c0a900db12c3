import type { Snapshot, ToldChange } from "./drift.js";
import { standingOf } from "./standing.js";

/** When something happened: after the first and not after the second of these instants (ISO 8601). */
export interface Between {
  readonly after: string;
  readonly until: string;
}

/** The time in which a branch's protection was less than the policy asks. */
export interface Window {
  /** `null`: it was so when the branch was first seen. */
  readonly opened: Between | null;
  /** `null`: it still is so. */
  readonly closed: Between | null;
}

/**
 * The times in which protection was less than the policy asks, as far as audits saw it, the oldest first. `snapshots` are
 * those of one branch in their order.
 *
 * A snapshot holds from some instant between the last look that saw another and the look that saw this one first. So a
 * window's ends are spans, and what landed in one of these may have landed in the window.
 */
export function windowsOf(snapshots: readonly Snapshot[]): Window[] {
  const windows: Window[] = [];
  let open: { opened: Between | null } | null = null;
  for (const [index, snapshot] of snapshots.entries()) {
    const missed = standingOf(snapshot.misses) === "missed";
    if (missed) open ??= { opened: changeInto(snapshots, index) };
    else if (open !== null) {
      windows.push({ ...open, closed: changeInto(snapshots, index) });
      open = null;
    }
  }
  return open === null ? windows : [...windows, { ...open, closed: null }];
}

function changeInto(snapshots: readonly Snapshot[], index: number): Between | null {
  const { unchangedUntil, observedAt } = snapshots[index] ?? {};
  return index === 0 || observedAt === undefined
    ? null
    : { after: unchangedUntil ?? observedAt, until: observedAt };
}

/** When a merge was let in, landed, and had its facts read (ISO 8601). */
export interface MergeTimes {
  /** When the verdict that let it in was last observed; `null`: there was none. */
  readonly verdictAt: string | null;
  readonly landedAt: string;
  /** When the facts of its record were read; protection was seen then. */
  readonly observedAt: string;
}

/**
 * The windows that a merge may have landed in, though its verdict before and its record after both saw protection as the
 * policy asks it. What they saw is an observation like an audit's: a window that was over when the verdict saw protection,
 * or began after the record saw it, is none of this merge's.
 */
export function windowsAround(windows: readonly Window[], merge: MergeTimes): Window[] {
  const verdict = merge.verdictAt === null ? EVER : Date.parse(merge.verdictAt);
  const landed = Date.parse(merge.landedAt);
  const observed = Date.parse(merge.observedAt);
  return windows.filter(({ opened, closed }) => {
    const first = opened === null ? EVER : Date.parse(opened.after);
    const seen = opened === null ? EVER : Date.parse(opened.until);
    const lastSeen = closed === null ? NEVER : Date.parse(closed.after);
    const over = closed === null ? NEVER : Date.parse(closed.until);
    return first < landed && landed < over && seen <= observed && verdict <= lastSeen;
  });
}

const EVER = Number.NEGATIVE_INFINITY;
const NEVER = Number.POSITIVE_INFINITY;

/** Those of some changes that happened from the verdict that let a merge in until its record saw protection. */
export function changesAround(changes: readonly ToldChange[], merge: MergeTimes): ToldChange[] {
  const from = Date.parse(merge.verdictAt ?? merge.landedAt);
  const until = Date.parse(merge.observedAt);
  return changes.filter(({ at }) => from <= Date.parse(at) && Date.parse(at) <= until);
}
