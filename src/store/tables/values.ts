import { CountersignError } from "../../errors.js";
import type { Account, RepositoryRef } from "../../facts/facts.js";
import { toBigInt, toNumber } from "../numbers.js";

/**
 * `value` as one of a closed set of words. The set is a map so that the compiler sees that no word is missing.
 *
 * @throws CountersignError `invariant-broken` for a word that this version does not know
 */
export function oneOf<T extends string>(words: Readonly<Record<T, true>>, value: string, what: string): T {
  if (isOneOf(words, value)) return value;
  throw new CountersignError("invariant-broken", `"${value}" is no ${what} that this version knows`);
}

function isOneOf<T extends string>(words: Readonly<Record<T, true>>, value: string): value is T {
  return Object.hasOwn(words, value);
}

const ACCOUNT_TYPES: Readonly<Record<Account["type"], true>> = {
  User: true,
  Bot: true,
  Mannequin: true,
  Organization: true,
};

/** An account as its three columns have it; `null` where they are empty. */
export function toAccount(id: bigint | null, login: string | null, type: string | null): Account | null {
  if (id === null || login === null || type === null) return null;
  return { id: toNumber(id), login, type: oneOf(ACCOUNT_TYPES, type, "type of account") };
}

interface RepositoryColumns {
  readonly repositoryId: bigint;
  readonly repositoryOwner: string;
  readonly repositoryName: string;
}

/** A repository as its three columns have it. */
export function toRepository(row: RepositoryColumns): RepositoryRef {
  return { id: toNumber(row.repositoryId), owner: row.repositoryOwner, name: row.repositoryName };
}

/** A number as a nullable column of 64 bits takes it. */
export function toNullableBigInt(value: number | null): bigint | null {
  return value === null ? null : toBigInt(value);
}
