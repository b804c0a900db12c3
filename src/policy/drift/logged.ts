import type { ToldChange } from "./drift.js";

/** A webhook is sent when the log is written, and by our clock may come before it. */
const EARLIER_MS = 60_000;
/** How much later it is heard of where it was not lost. */
const LATER_MS = 5 * 60_000;

/** The span in which a webhook tells of what the log has at an instant. */
export const heardAround = (at: Date): readonly [from: Date, until: Date] => [
  new Date(at.getTime() - EARLIER_MS),
  new Date(at.getTime() + LATER_MS),
];

/**
 * Whether a webhook told of a change that the audit log has: the same was done to the same rule by the same person at
 * about that time. One saving of a rule is one webhook, and an entry for each of its settings.
 *
 * @param told changes of the same repository, or of the organization where it is the organization's
 */
export function isTold(
  { at, kind, action, name, by }: Omit<ToldChange, "source">,
  told: readonly ToldChange[],
): boolean {
  const [from, until] = heardAround(new Date(at));
  return told.some(
    (change) =>
      change.source === "webhook" &&
      change.kind === kind &&
      change.action === action &&
      change.name === name &&
      change.by?.id === by?.id &&
      Date.parse(change.at) >= from.getTime() &&
      Date.parse(change.at) <= until.getTime(),
  );
}

/**
 * Those of some changes that concern a branch's audits by their time: the log goes back further than a branch is known,
 * and what was done before it was first seen is no drift.
 *
 * @param firstSeen when the branch's protection was first seen (ISO 8601)
 */
export const sinceSeen = <T extends Pick<ToldChange, "at" | "source">>(
  changes: readonly T[],
  firstSeen: string,
): T[] => changes.filter(({ at, source }) => source === "webhook" || Date.parse(at) > Date.parse(firstSeen));
