import { CountersignError } from "../errors.js";
import { canonicalJson, sha256Hex } from "../evidence/canonical.js";
import { wellFormed } from "../evidence/well-formed.js";
import type { Handling } from "../policy/break-glass.js";
import type { Decision } from "../policy/finding.js";
import type { Case } from "./case.js";

export { changeKeys } from "../evidence/change-key.js";

const VERSION = 1;

/** Everything that is kept of a case from one event to the next. */
export interface CaseFile {
  readonly version: typeof VERSION;
  readonly case: Case;
  /** Pinned with the case's terms, from before the change. */
  readonly handling: Handling;
  /** Of the policy that both are from; `null`: it could not be read. */
  readonly policyDigest: string | null;
  /** The policy whose authority holds now, where one that came through its gates has taken the place of the pinned one. */
  readonly successor: { readonly digest: string; readonly commitOid: string } | null;
  readonly repositoryUrl: string;
  /** How the change landed; `null`: it has not. */
  readonly how: "merge" | "push" | "force-push" | "re-created" | null;
  /** What the gates say of what landed; `null`: it was not judged yet. */
  readonly decision: Decision | null;
  /** Digest of the change's own record. */
  readonly changeRecordDigest: string | null;
  /** The pull request that was offered as documentation, and why it does not serve; `verdict` `null`: it does. */
  readonly offer: { readonly number: number; readonly url: string; readonly verdict: string | null } | null;
  /** Whether the app itself opens the retroactive pull request: the policy asks for it, and the operator allows it. */
  readonly appOpens: boolean;
}

/** The digest of the policy that says who may do what in a case: the pinned one, or what took its place. */
export const heldPolicy = ({ policyDigest, successor }: CaseFile): string | null =>
  successor?.digest ?? policyDigest;

/**
 * The id of the case of a change: `bg-` and ten hex digits. So short, two changes that have the same one can be made on
 * purpose: `attempt` gives the next that the case can have where an id is another change's.
 */
export const caseIdOf = (changeKey: string, attempt = 0): string =>
  `bg-${sha256Hex(attempt === 0 ? changeKey : `${changeKey}\n${attempt}`).slice(0, 10)}`;

/** A case's file as canonical JSON (RFC 8785), and its lower-case hex SHA-256. */
export function writeCaseFile(file: CaseFile): { readonly body: string; readonly digest: string } {
  const body = canonicalJson(wellFormed(file));
  return { body, digest: sha256Hex(body) };
}

/**
 * Reads back what `writeCaseFile` wrote.
 *
 * @throws CountersignError `invariant-broken` if the body is not the one that the digest was made of, or was written
 *   by another version: a case that cannot be read exactly as it was must not go on
 */
export function readCaseFile(body: string, digest: string): CaseFile {
  if (sha256Hex(body) !== digest) throw broken("does not fit its digest");
  const value: unknown = JSON.parse(body);
  if (!isCaseFile(value)) throw broken("is of a version that this one does not know");
  return value;
}

/** The digest has shown that these bytes were made of a `CaseFile`: which version's is all that is left to ask. */
const isCaseFile = (value: unknown): value is CaseFile =>
  typeof value === "object" && value !== null && "version" in value && value.version === VERSION;

const broken = (what: string): CountersignError =>
  new CountersignError("invariant-broken", `A stored break-glass case ${what}.`);
