import { createHash } from "node:crypto";
import { CountersignError } from "../errors.js";

/** What JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The canonical JSON of `value` after RFC 8785: no white space, members in the order of their UTF-16 code units,
 * numbers and strings as ECMAScript writes them.
 *
 * Refuses what has no canonical form (`undefined`, functions, symbols, bigints, NaN, infinities, lone surrogates,
 * objects that are not plain) with `invariant-broken`: two parties that disagree about such a value would compute
 * different digests for what they both call the same record.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return canonicalString(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isPlainObject(value)) {
    const members = Object.keys(value).sort();
    return `{${members.map((key) => `${canonicalString(key)}:${canonicalJson(value[key])}`).join(",")}}`;
  }
  throw refused(`a value of type ${typeof value}`);
}

/** Lower-case hex SHA-256 of the UTF-8 bytes of `text`. */
export const sha256Hex = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** In Unicode mode a surrogate that is half of a pair does not match. */
const LONE_SURROGATE = /[\uD800-\uDFFF]/u;

function canonicalString(value: string): string {
  if (LONE_SURROGATE.test(value)) throw refused("a string with a lone surrogate");
  return JSON.stringify(value);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw refused("a number that is not finite");
  return JSON.stringify(value);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const refused = (what: string): CountersignError =>
  new CountersignError("invariant-broken", `Canonical JSON cannot carry ${what}.`);
