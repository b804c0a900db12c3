import type { CommitFact } from "../../../facts/facts.js";
import type { SignatureVerdict } from "../../../signatures/verdict.js";
import type { Finding } from "../../finding.js";
import { advice, failed, noted } from "../build.js";
import { shortOid } from "../repository.js";

/** GitHub could not look just now: says nothing about the signature. */
const TRANSIENT: ReadonlySet<string> = new Set([
  "GPGVERIFY_UNAVAILABLE",
  "GPGVERIFY_ERROR",
  "OCSP_PENDING",
  "OCSP_ERROR",
]);

/** GitHub does not know the key or its owner, which is usual for keys that live in the repository's trust files. */
const NOT_KNOWN_TO_FORGE: ReadonlySet<string> = new Set([
  "UNKNOWN_KEY",
  "NO_USER",
  "UNVERIFIED_EMAIL",
  "UNKNOWN_SIG_TYPE",
]);

/**
 * Compares GitHub's opinion of a commit's signature with our verdict: `null` where they agree.
 *
 * It can only make the outcome worse. Where we found a signature good and GitHub calls it invalid, expired or
 * revoked, one of the two is wrong, and until someone has looked the commit does not pass.
 */
export function forgeOpinion(commit: CommitFact, verdict: SignatureVerdict | undefined): Finding | null {
  if (commit.signature === null || verdict === undefined) return null;
  const { verified, state } = commit.signature.forge;
  const about = { subject: shortOid(commit.oid) };
  if (verdict.verdict === "good") {
    if (verified) return null;
    if (TRANSIENT.has(state)) {
      const message = `GitHub could not verify the signature itself just now (${state}); ours is good.`;
      return noted("forge-opinion", { ...about, reason: "forge-unavailable", message });
    }
    if (NOT_KNOWN_TO_FORGE.has(state)) {
      const message = `GitHub does not know the key or its owner (${state}); our trust files do.`;
      return noted("forge-opinion", { ...about, reason: "forge-does-not-know", message });
    }
    const message = `We found the signature good, GitHub does not (${state}).`;
    return failed("forge-opinion", {
      ...about,
      reason: "forge-disagrees",
      message,
      remedy: remedyFor(state),
    });
  }
  if (!verified) return null;
  const message = `GitHub calls the signature verified; we found: ${verdict.reason}. Our verdict counts.`;
  return noted("forge-opinion", { ...about, reason: "forge-verified-only", message });
}

const remedyFor = (state: string) =>
  state === "EXPIRED_KEY" || state === "BAD_EMAIL" || state === "NOT_SIGNING_KEY"
    ? advice(
        "Upload the key as it is now (renewed, with the committer's e-mail) to your GitHub account, then push a new commit.",
        [],
        "https://docs.github.com/authentication/managing-commit-signature-verification",
      )
    : advice(
        "Find out which of the two is wrong: look at the commit on GitHub, and sign it again with a sound key.",
      );
