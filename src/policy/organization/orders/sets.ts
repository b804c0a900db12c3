import { canonicalJson } from "../../../evidence/canonical.js";
import type { Order } from "./order.js";

/** How an item of a list is called in a sentence. */
type Naming<T> = (item: T) => string;

const same = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);
const has = <T>(list: readonly T[], item: T): boolean => list.some((one) => same(one, item));
const listed = (names: readonly string[]): string => names.join(", ");

/** `null` if the first has all of the second. */
export function missing<T>(own: readonly T[], least: readonly T[], naming: Naming<T>): string | null {
  const absent = least.filter((item) => !has(own, item));
  return absent.length === 0 ? null : `lacks ${listed(absent.map(naming))}`;
}

/** `null` if the second has all of the first. */
export function beyond<T>(own: readonly T[], least: readonly T[], naming: Naming<T>): string | null {
  const more = own.filter((item) => !has(least, item));
  return more.length === 0 ? null : `permits ${listed(more.map(naming))}, which is not permitted`;
}

export const union = <T>(own: readonly T[], least: readonly T[]): T[] => [
  ...own,
  ...least.filter((item) => !has(own, item)),
];

export const common = <T>(own: readonly T[], least: readonly T[]): T[] =>
  own.filter((item) => has(least, item));

/** What is asked for: the repository may ask for more. `most`: how many the list may have. */
export function mayAdd<T>(naming: Naming<T>, most = Number.POSITIVE_INFINITY): Order<T[]> {
  return {
    words: "may add, not take away",
    lack: (own, least) => missing(own, least, naming),
    join: (own, least) => {
      const joined = union(own, least);
      return joined.length <= most ? joined : least;
    },
  };
}

/** Who or what is permitted: the repository may permit less. */
export function mayOnly<T>(naming: Naming<T>): Order<T[]> {
  return {
    words: "may take away, not add",
    lack: (own, least) => beyond(own, least, naming),
    join: (own, least) => common(own, least),
  };
}

/** As `mayOnly`, where to say nothing permits everyone and an empty list cannot be said. */
export function mayOnlyOfAll<T>(naming: Naming<T>): Order<T[] | undefined> {
  return {
    words: "left out permits all; may take away, not add",
    lack: (own, least) => {
      if (least === undefined) return null;
      return own === undefined ? "is left out, which permits all" : beyond(own, least, naming);
    },
    join: (own, least) => {
      if (own === undefined || least === undefined) return own ?? least;
      const both = common(own, least);
      return both.length > 0 ? both : least;
    },
  };
}

/**
 * Demands of which each has something tighter: one is met by a demand that is as tight. What is missing is added beside
 * what is there, for both have to be met.
 */
export function demands<T>(naming: Naming<T>, covers: (own: T, least: T) => boolean): Order<T[]> {
  const uncovered = (own: readonly T[], least: readonly T[]): T[] =>
    least.filter((item) => !own.some((one) => covers(one, item)));
  return {
    words: "may add and tighten, not take away",
    lack: (own, least) => {
      const absent = uncovered(own, least);
      return absent.length === 0 ? null : `lacks ${listed(absent.map(naming))}, or asks less of it`;
    },
    join: (own, least) => [...own, ...uncovered(own, least)],
  };
}

/** What has no tighter and no looser: it must be what is enforced. */
export function equal<T>(): Order<T> {
  return {
    words: "must be the same",
    lack: (own, least) => (sameOrAbsent(own, least) ? null : "is not what is enforced"),
    join: (_own, least) => least,
  };
}

const sameOrAbsent = (own: unknown, least: unknown): boolean =>
  own === undefined || least === undefined ? own === least : same(own, least);
