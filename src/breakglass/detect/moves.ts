import { changeKeys, type Move, type MoveForm } from "../../evidence/change-key.js";
import type { Run } from "./line.js";
import type { Change, MoveChange, Push } from "./look.js";
import type { Told } from "./order.js";

/** What is known of a move that was found by comparison. */
export const NOT_TOLD = { pusher: null, at: null, guids: [] } as const;

/**
 * The same changes, one of which says down to which commit (`lowest`) the history was read: the move that brought that
 * commit; where a pull request did, the first move. `null`: all of it was read, and none says so.
 */
export function withOpenEnd(changes: readonly Change[], lowest: string | null): readonly Change[] {
  if (lowest === null) return changes;
  const moves = changes.filter((change) => change.kind === "move");
  const lowestMove = moves.find(({ oids }) => oids.includes(lowest)) ?? moves[0];
  return changes.map((change) =>
    lowestMove !== undefined && change === lowestMove ? { ...lowestMove, readTo: lowest } : change,
  );
}

/** What brought a run of commits of which no push tells. */
export function changeOf({ pull, oids, before }: Run): Change {
  if (pull !== null) return { kind: "pull-request", number: pull, oids };
  const after = oids.at(-1) ?? null;
  return { kind: "move", form: "compared", before, after, oids, vanished: false, readTo: null, ...NOT_TOLD };
}

/** What a push did that took the branch off its history. */
export function formOf({ before, after }: Push): MoveForm {
  if (before === null) return "re-created";
  return after === null ? "deleted" : "force-push";
}

/** Whether a move that is told by these deliveries is the change that was found before. */
export const isOneChange = (found: MoveChange, move: Move, guids: readonly string[]): boolean =>
  isSameMove(found, move) && mayBeOne(found, guids);

/** Whether two moves of a branch go the same way. */
const isSameMove = (one: Move, other: Move): boolean =>
  changeKeys.ofMove(0, "", one) === changeKeys.ofMove(0, "", other) &&
  (one.form === other.form || isForward(one));

/** The same commits come once, so they are one change; off its history a branch is moved once a push. */
const mayBeOne = (move: MoveChange, guids: readonly string[]): boolean =>
  isForward(move) || move.guids.length === 0 || guids.length === 0;

const isForward = ({ form }: Move): boolean => form === "push" || form === "compared";

/** The same move once more: as it is told, if it is. If others brought the same commits, they are nobody's in particular. */
export function joined(
  move: MoveChange,
  oids: readonly string[],
  told: ReturnType<typeof toldOf>,
): MoveChange {
  const all = { ...move, oids: [...move.oids, ...oids] };
  if (told.guids.length === 0) return all;
  if (move.guids.length === 0) return { ...all, ...told };
  const pusher = move.pusher?.id === told.pusher?.id ? move.pusher : null;
  return { ...all, pusher, guids: [...move.guids, ...told.guids] };
}

/** What a push says of the move that it tells of. */
export const toldOf = ({ pusher, pushedAt, guids }: Told): Pick<MoveChange, "pusher" | "at" | "guids"> => ({
  pusher,
  at: pushedAt.toISOString(),
  guids,
});
