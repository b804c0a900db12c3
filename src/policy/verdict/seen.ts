import { canonicalJson, sha256Hex } from "../../evidence/canonical.js";
import { wellFormed } from "../../evidence/well-formed.js";
import type { ChangeFacts, ControlFiles, Fact, ProtectionFact, ResultFact } from "../../facts/facts.js";

/** What of a pull request's own state a verdict depends on and a list of pull requests shows. */
export interface PullState {
  readonly headOid: string;
  readonly baseRef: string;
  /** When anything was last done to it, by GitHub's clock (ISO 8601). */
  readonly updatedAt: string;
  /** On its head commit. */
  readonly results: Fact<readonly ResultFact[]>;
}

/** The state of a pull request as an evaluation saw it. */
export const stateOf = ({ pullRequest, results }: ChangeFacts): PullState => ({
  headOid: pullRequest.head.oid,
  baseRef: pullRequest.base.ref,
  updatedAt: pullRequest.updatedAt,
  results,
});

/**
 * A digest (SHA-256, lower-case hex) that is another one when a pull request has to be looked at again. Compared for
 * equality, never by time, so that clocks which differ change nothing. The app's own check runs are left out: posting
 * a verdict is no reason to judge anew.
 */
export function stateDigest({ headOid, baseRef, updatedAt, results }: PullState, appId: number): string {
  const of = results.known
    ? results.value
        .filter((result) => !isOurs(result, appId))
        .map(keyOf)
        .sort()
    : results.reason.code;
  return digestOf({ headOid, baseRef, updatedAt, results: of });
}

const isOurs = (result: ResultFact, appId: number): boolean =>
  result.kind === "check-run" && result.app?.id === appId;

/** In one order, whichever GitHub lists them in. */
const keyOf = (result: ResultFact): string => canonicalJson(wellFormed(result));

/**
 * A digest of what a base branch asks of every pull request into it: its protection, its policy and that of its account,
 * whose keys it trusts.
 * The commit that the files were read from is left out: each merge makes another.
 */
export function baseDigest(protection: Fact<ProtectionFact>, controlFiles: Fact<ControlFiles>): string {
  return digestOf({ protection, files: controlFiles.known ? oidsOf(controlFiles.value) : controlFiles });
}

function oidsOf(files: ControlFiles) {
  const { defaultBranch, defaultPolicy, policy, organization } = files;
  const { allowedSigners, revokedKeys, keyring, x509 } = files;
  const folders = [keyring, x509.roots, x509.timestampAuthorities, x509.transparencyLogs];
  return {
    defaultBranch,
    defaultPolicy: defaultPolicy?.oid ?? null,
    organization: organization.known ? (organization.value.file?.oid ?? null) : organization.reason.code,
    files: [policy, allowedSigners, revokedKeys, ...folders.flat()]
      .flatMap((file) => (file === null ? [] : [`${file.path} ${file.oid}`]))
      .sort(),
  };
}

const digestOf = (value: unknown): string => sha256Hex(canonicalJson(wellFormed(value)));
