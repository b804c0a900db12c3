import { CountersignError } from "../errors.js";

/**
 * GitHub's ids are 64-bit in the database and JavaScript numbers in the code. Both directions go through here, and an
 * integer that a number cannot hold exactly is refused rather than rounded to another account's id.
 */
export function toBigInt(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw unsafe(value);
  return BigInt(value);
}

/** @throws CountersignError `invariant-broken` for an integer beyond 2^53 - 1. */
export function toNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw unsafe(value);
  return number;
}

function unsafe(value: number | bigint): CountersignError {
  return new CountersignError("invariant-broken", `${value} is not an integer that can be kept exactly`);
}
