import type { CommitFact, Fact } from "../facts/facts.js";
import type { SignatureVerdict } from "../signatures/verdict.js";

/**
 * Commits as a record tells them: who made each by its own account, what GitHub says of its signature, and our verdict
 * (`null`: none of the verdicts is about it). What could not be read is in it as unknown, with its reason.
 */
export function signedCommits(
  commits: Fact<readonly CommitFact[]>,
  verdicts: Fact<readonly SignatureVerdict[]>,
) {
  if (!commits.known) return commits;
  const verdictOf = (oid: string) =>
    verdicts.known ? (verdicts.value.find((verdict) => verdict.oid === oid) ?? null) : verdicts;
  return {
    known: true,
    value: commits.value.map(({ oid, parents, author, committer, authors, signature }) => ({
      oid,
      parents,
      author,
      committer,
      authors,
      forge: signature === null ? null : signature.forge,
      signature: verdictOf(oid),
    })),
  };
}
