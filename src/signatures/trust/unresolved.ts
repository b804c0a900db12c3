import type { CommitFact, RegisteredKeys } from "../../facts/facts.js";
import type { SignatureVerdict } from "../verdict.js";

export interface KeysWanted {
  readonly login: string;
  readonly kind: RegisteredKeys["kind"];
}

const FORGE_LOGIN = "web-flow";
const FORGE_EMAIL = "noreply@github.com";

/**
 * Whose registered keys may tell more: the committers GitHub associates with signed commits whose key is unknown or
 * trusted under another address, and GitHub's own account where it made the commit. Each account once.
 */
export function unresolvedCommitters(
  verdicts: readonly SignatureVerdict[],
  commits: readonly CommitFact[],
): KeysWanted[] {
  const open = ({ reason, identity }: SignatureVerdict): boolean =>
    reason === "unknown-key" || identity === "other";
  const unresolved = new Set(verdicts.filter(open).map(({ oid }) => oid));
  const wanted = new Map<string, KeysWanted>();
  for (const { oid, committer } of commits) {
    if (!unresolved.has(oid)) continue;
    const forge = committer.email.toLowerCase() === FORGE_EMAIL || committer.account?.login === FORGE_LOGIN;
    const login = forge ? FORGE_LOGIN : committer.account?.login;
    if (login !== undefined) wanted.set(login, { login, kind: forge ? "forge" : "member" });
  }
  return [...wanted.values()];
}
