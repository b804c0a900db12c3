import type { ControlId } from "../policy/controls.js";
import type { Decision } from "../policy/finding.js";
import { canonicalJson, sha256Hex } from "./canonical.js";
import { wellFormed } from "./well-formed.js";

/** What the database keeps beside a record's body, to find and count it by. */
export interface RecordHead {
  /** With the record's kind it is unique: one record for one thing, however often and in whatever order we hear of it. */
  readonly changeKey: string;
  /** The record is of a change whose gates had not passed when it landed. Each bypass is counted by one record only. */
  readonly bypass: boolean;
  readonly outcome: string;
  readonly controls: readonly ControlId[];
}

/** A record's content: RFC 8785 canonical JSON, its lower-case hex SHA-256, and what it is found by. */
export interface RecordContent extends RecordHead {
  readonly body: string;
  readonly digest: string;
}

/** Whether the policy that judged merely observes, so that nothing of it is a bypass. */
export const isObserved = ({ policy }: Decision): boolean => policy.mode === "observe";

/**
 * Writes a record: `said` in canonical form, with its digest.
 *
 * @throws CountersignError `invariant-broken` if `said` holds what JSON cannot carry
 */
export function recordOf(head: RecordHead, said: Readonly<Record<string, unknown>>): RecordContent {
  const body = canonicalJson(wellFormed(said));
  return { ...head, body, digest: sha256Hex(body) };
}
