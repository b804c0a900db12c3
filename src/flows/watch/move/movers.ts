import type { MoveChange } from "../../../breakglass/detect/look.js";
import type { BranchActivity } from "../../../facts/case-source.js";
import type { Account, Fact, Unknown } from "../../../facts/facts.js";
import { unknown } from "../../../facts/facts.js";

/** From where to where a branch was moved, and what the push that told of it says. */
export type Moved = Pick<MoveChange, "before" | "after" | "pusher" | "at">;

/** Who moved a branch, and when. */
export interface Movers {
  readonly accounts: readonly Account[];
  /** Whoever led it to where it then was, as far as that is told. */
  readonly last: Account | null;
  /** Why the list may lack someone; `null`: it is complete. */
  readonly unread: Unknown | null;
  /** When GitHub took it (ISO 8601, UTC), if that is told. */
  readonly at: string | null;
}

/**
 * Who made a move: whoever the push names, else those that the branch's log names for each step on the way. Commits can
 * come by several pushes that we heard nothing of, and each of them had someone's hand in it.
 */
export function moversOf(change: Moved, activity: Fact<readonly BranchActivity[]>): Movers {
  if (change.pusher !== null) {
    return { accounts: [change.pusher], last: change.pusher, unread: null, at: change.at };
  }
  if (!activity.known) return { accounts: [], last: null, unread: activity, at: change.at };
  const steps = stepsOf(change, activity.value);
  const accounts = steps.flatMap(({ actor }) => actor ?? []);
  const arrived = steps.at(-1)?.before === (change.before ?? NO_COMMIT);
  const isComplete = arrived && accounts.length === steps.length;
  return {
    accounts,
    last: steps[0]?.actor ?? null,
    unread: isComplete ? null : NOT_TOLD,
    at: change.at ?? steps[0]?.at ?? null,
  };
}

/** Git's way to say "no commit", as the log has it. */
const NO_COMMIT = "0".repeat(40);

const NOT_TOLD = unknown(
  "not-found",
  "GitHub's log of the branch does not name everyone who moved it.",
  "Let the app read the log (Contents: read); it is read again with every command.",
);

/** The log's entries from where the move ended back to where it began, the newest first. */
function stepsOf({ before, after }: Moved, activity: readonly BranchActivity[]): BranchActivity[] {
  const steps: BranchActivity[] = [];
  let position = after ?? NO_COMMIT;
  for (const entry of activity) {
    if (entry.after !== position) continue;
    steps.push(entry);
    position = entry.before;
    if (position === (before ?? NO_COMMIT)) break;
  }
  return steps;
}
