import { sha256Hex } from "../../evidence/canonical.js";
import { type Fact, type OrganizationReading, type UnknownReason, unknown } from "../../facts/facts.js";
import type { PolicyProblem } from "../file/yaml.js";
import type { OrganizationIdentity } from "../finding.js";
import { ORGANIZATION_POLICY_PATH } from "../paths.js";
import { type OrganizationPolicy, parseOrganizationPolicy } from "./parse.js";

/** Why the account's policy lets nothing pass. */
export type Refusal =
  | { readonly kind: "invalid"; readonly problems: readonly PolicyProblem[] }
  /** A later revision has judged, or another file of the same: someone brought an older one back. */
  | { readonly kind: "older" | "rewritten"; readonly read: Revision; readonly used: Revision }
  /** It and the repository's own make no policy together. */
  | { readonly kind: "conflict"; readonly problem: string };

export interface Revision {
  readonly revision: number;
  readonly digest: string;
  readonly commitOid: string;
}

/** What the account's policy is worth now. */
export type Standing =
  | { readonly kind: "none" }
  | { readonly kind: "usable"; readonly identity: OrganizationIdentity; readonly policy: OrganizationPolicy }
  | { readonly kind: "refused"; readonly identity: OrganizationIdentity; readonly refusal: Refusal }
  | { readonly kind: "unreadable"; readonly reason: UnknownReason };

/**
 * What the account's policy is worth, from its file and from what is known to have judged before.
 *
 * GitHub answers alike where there is no file and where the app may not see it. So none applies only as long as none ever
 * did: from then on its absence is not known to be meant, and nothing passes.
 */
export function standingOf(reading: Fact<OrganizationReading>): Standing {
  if (!reading.known) return { kind: "unreadable", reason: reading.reason };
  const { file, used, place } = reading.value;
  if (file === null) {
    return used === null ? { kind: "none" } : { kind: "unreadable", reason: vanished(place, used) };
  }
  const { commitOid, text } = file;
  const parsed = parseOrganizationPolicy(text);
  if (!parsed.ok) {
    const identity = { place, revision: null, digest: sha256Hex(text), commitOid };
    return { kind: "refused", identity, refusal: { kind: "invalid", problems: parsed.problems } };
  }
  const { revision, digest } = parsed.policy;
  const identity = { place, revision, digest, commitOid };
  const replayed = replayOf({ revision, digest, commitOid }, used);
  if (replayed === null) return { kind: "usable", identity, policy: parsed.policy };
  return { kind: "refused", identity, refusal: replayed };
}

/** Why a revision may not judge after `used` did; `null`: it may. */
export function replayOf(read: Revision, used: Revision | null): Refusal | null {
  if (used === null || read.revision > used.revision) return null;
  if (read.revision < used.revision) return { kind: "older", read, used };
  return read.digest === used.digest ? null : { kind: "rewritten", read, used };
}

function vanished(place: string, { revision, commitOid }: Revision): UnknownReason {
  return unknown(
    "not-found",
    `Revision ${revision} of ${ORGANIZATION_POLICY_PATH} in ${place} (commit ${commitOid.slice(0, 10)}) has judged before, and GitHub shows the app no such file there now.`,
    `Restore the file, or install the app on ${place}. To have it ask for nothing, raise its \`revision\` and leave \`defaults\` and \`enforced\` out.`,
  ).reason;
}
