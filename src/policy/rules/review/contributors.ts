import type { Account, ChangeFacts, CommitFact, GitIdentity } from "../../../facts/facts.js";

/** How someone had a hand in the change; also the reason why their approval does not count. */
export type Role = "is-author" | "is-commit-author" | "is-committer" | "is-co-author" | "is-last-pusher";

/** Everyone who had a hand in the change, as far as GitHub knows them. */
export interface Contributors {
  /** The role of an account, or `null` if it had no hand in the change. */
  roleOf(account: Account): Role | null;
  /** E-mails in commits that lead to no GitHub account, sorted. */
  readonly unresolved: readonly string[];
}

/** Collects authors, committers and co-authors of `commits`, the pull request's author and its last pusher. */
export function contributorsOf(facts: ChangeFacts, commits: readonly CommitFact[]): Contributors {
  const people = commits.flatMap(peopleOf);
  const accounts = accountsByEmail(people.map(([, identity]) => identity));
  const roles = new Map<number, Role>();
  const logins = new Map<string, Role>();
  const unresolved = new Set<string>();
  const add = (id: number, role: Role): void => {
    if (!roles.has(id)) roles.set(id, role);
  };

  if (facts.pullRequest.author !== null) add(facts.pullRequest.author.id, "is-author");
  for (const [role, identity] of people) {
    const email = identity.email.toLowerCase();
    const noreply = noreplyAddress(email);
    const id = identity.account?.id ?? accounts.get(email) ?? noreply?.id;
    if (id !== undefined) add(id, role);
    else if (noreply !== null) logins.set(noreply.login, role);
    else unresolved.add(identity.email);
  }
  if (facts.lastPusher.known) add(facts.lastPusher.value.id, "is-last-pusher");
  return {
    roleOf: (account) => roles.get(account.id) ?? logins.get(account.login.toLowerCase()) ?? null,
    unresolved: [...unresolved].sort(),
  };
}

function peopleOf(commit: CommitFact): [Role, GitIdentity][] {
  return [
    ["is-commit-author", commit.author],
    ["is-committer", commit.committer],
    ...commit.authors.map((identity): [Role, GitIdentity] => ["is-co-author", identity]),
    ...coAuthorTrailers(commit.message).map((identity): [Role, GitIdentity] => ["is-co-author", identity]),
  ];
}

/** What one commit tells of an e-mail's account holds for its other mentions. */
function accountsByEmail(identities: readonly GitIdentity[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { email, account } of identities)
    if (account !== null) found.set(email.toLowerCase(), account.id);
  return found;
}

/**
 * `Co-authored-by: Name <email>` anywhere in the message. Git takes trailers at the end only; taking them anywhere
 * can but exclude one approver more.
 */
export function coAuthorTrailers(message: string): GitIdentity[] {
  return message.split(/\r\n|\n|\r/).flatMap((line) => {
    const text = line.trim();
    if (!text.toLowerCase().startsWith("co-authored-by:")) return [];
    const value = text.slice("co-authored-by:".length);
    const open = value.lastIndexOf("<");
    const close = value.lastIndexOf(">");
    const email = open >= 0 && close > open ? value.slice(open + 1, close) : value;
    const name = open >= 0 ? value.slice(0, open) : "";
    return [{ name: name.trim(), email: email.trim(), account: null }];
  });
}

/** GitHub's private addresses: `ID+login@users.noreply.github.com`, and without the id for old accounts. */
function noreplyAddress(email: string): { id: number | undefined; login: string } | null {
  const match = /^(?:(\d{1,15})\+)?([a-z0-9-]+(?:\[bot\])?)@users\.noreply\./.exec(email);
  const login = match?.[2];
  if (login === undefined) return null;
  return { id: match?.[1] === undefined ? undefined : Number(match[1]), login };
}
