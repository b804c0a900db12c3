import type { Move } from "../../evidence/change-key.js";
import type { Push } from "./look.js";

/** GitHub's clock is not ours: what we saw may by its account be younger than our look. */
export const CLOCKS_DIFFER_MS = 60_000;

/** What a record of a branch says of the move that it is of. */
export interface RecordedMove extends Move {
  /** A push told of it; otherwise it was found by comparison. */
  readonly told: boolean;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

/** Whether a push tells of something that may be on record without covering a commit. */
export const mayCoverNothing = ({ before, after, forced }: Push): boolean =>
  forced || before === null || after === null;

/**
 * Whether one of these records is of the very move that a push tells of. A branch can be moved the same way again: a
 * record that was told of is of its own push, and one that was found by comparison of a move before it was written.
 */
export const isOnRecord = (push: Push, records: readonly RecordedMove[]): boolean =>
  records.some(
    (record) =>
      isSameWay(push, record) &&
      (record.told
        ? record.occurredAt.getTime() === push.pushedAt.getTime()
        : push.pushedAt.getTime() <= record.recordedAt.getTime() + CLOCKS_DIFFER_MS),
  );

/** Where a branch stood before it was made anew its push does not tell. */
function isSameWay({ before, after }: Push, { form, ...move }: RecordedMove): boolean {
  if (form !== "re-created" && form !== "deleted" && form !== "force-push") return false;
  if ((form === "re-created") !== (before === null)) return false;
  return after === move.after && (before === null || before === move.before);
}
