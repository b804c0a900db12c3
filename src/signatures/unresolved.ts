import type { CommitFact, RegisteredKeys } from "../facts/facts.js";
import type { SignatureVerdict } from "./verdict.js";

export interface KeysWanted {
  readonly login: string;
  readonly kind: RegisteredKeys["kind"];
}

const FORGE_LOGIN = "web-flow";
const FORGE_EMAIL = "noreply@github.com";

/**
 * Whose registered keys may turn an unknown key into a known one: the committers GitHub associates with signed
 * commits whose key is unknown, and GitHub's own account where it made the commit. Each account once.
 */
export function unresolvedCommitters(
  verdicts: readonly SignatureVerdict[],
  commits: readonly CommitFact[],
): KeysWanted[] {
  const unknown = new Set(verdicts.filter(({ reason }) => reason === "unknown-key").map(({ oid }) => oid));
  const wanted = new Map<string, KeysWanted>();
  for (const { oid, committer } of commits) {
    if (!unknown.has(oid)) continue;
    const forge = committer.email.toLowerCase() === FORGE_EMAIL || committer.account?.login === FORGE_LOGIN;
    const login = forge ? FORGE_LOGIN : committer.account?.login;
    if (login !== undefined) wanted.set(login, { login, kind: forge ? "forge" : "member" });
  }
  return [...wanted.values()];
}
