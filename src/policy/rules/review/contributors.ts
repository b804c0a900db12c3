import type { Account, ChangeFacts, CommitFact, GitIdentity } from "../../../facts/facts.js";
import { originUrl } from "../repository.js";

/** How someone had a hand in the change; also the reason why their approval does not count. */
export type Role = "is-author" | "is-commit-author" | "is-committer" | "is-co-author" | "is-last-pusher";

/** Everyone who had a hand in the change, as far as GitHub knows them. */
export interface Contributors {
  /** The role of an account, or `null` if it had no hand in the change. */
  roleOf(account: Account): Role | null;
  /** E-mails of authors and committers that lead to no GitHub account: it could be anybody's. Sorted. */
  readonly unknown: readonly string[];
  /** E-mails that only name a co-author and lead to no GitHub account, sorted. */
  readonly unresolved: readonly string[];
}

type Person = readonly [role: Role, identity: GitIdentity];

/** Collects authors, committers and co-authors of `commits`, the pull request's author and its last pusher. */
export function contributorsOf(facts: ChangeFacts, commits: readonly CommitFact[]): Contributors {
  const people = commits.flatMap(peopleOf);
  const accounts = accountsByEmail(people.map(([, identity]) => identity));
  const nameless = people.filter(
    ([, { email }]) => !accounts.has(email.toLowerCase()) && !isBotAddress(email.toLowerCase(), facts),
  );
  const unknown = emailsOf(nameless.filter(([role]) => role !== "is-co-author"));
  const coAuthors = emailsOf(
    nameless.filter(([, { email }]) => noreplyAddress(email.toLowerCase()) === null),
  );
  return {
    roleOf: rolesOf(facts, people, accounts),
    unknown: [...unknown.values()].sort(),
    unresolved: [...coAuthors].flatMap(([email, spelt]) => (unknown.has(email) ? [] : [spelt])).sort(),
  };
}

/** Whoever an address seems to name is kept from approving, also where GitHub does not know it. */
function rolesOf(
  { pullRequest, lastPusher }: ChangeFacts,
  people: readonly Person[],
  accounts: ReadonlyMap<string, number>,
): Contributors["roleOf"] {
  const roles = new Map<number, Role>();
  const logins = new Map<string, Role>();
  const add = (id: number, role: Role): void => {
    if (!roles.has(id)) roles.set(id, role);
  };
  if (pullRequest.author !== null) add(pullRequest.author.id, "is-author");
  for (const [role, identity] of people) {
    const email = identity.email.toLowerCase();
    const noreply = noreplyAddress(email);
    const id = identity.account?.id ?? accounts.get(email) ?? noreply?.id;
    if (id !== undefined) add(id, role);
    else if (noreply !== null) logins.set(noreply.login, role);
  }
  if (lastPusher.known) add(lastPusher.value.id, "is-last-pusher");
  return (account) => roles.get(account.id) ?? logins.get(account.login.toLowerCase()) ?? null;
}

/** The e-mails of some people as they spell them, by their lower case: one each. */
const emailsOf = (people: readonly Person[]): Map<string, string> =>
  new Map(people.map(([, { email }]) => [email.toLowerCase(), email]));

/**
 * The private address of an app on this GitHub, with its id. GitHub leads the addresses of people to their accounts;
 * of apps it may not. The host has to be GitHub's: `1+a[bot]@users.noreply.example` is anybody's.
 */
function isBotAddress(email: string, facts: ChangeFacts): boolean {
  const at = email.lastIndexOf("@");
  const host = originUrl(facts)
    .replace(/^https?:\/\//, "")
    .toLowerCase();
  return (
    /^\d{1,15}\+[a-z0-9-]+\[bot\]$/.test(email.slice(0, at)) &&
    email.slice(at + 1) === `users.noreply.${host}`
  );
}

function peopleOf(commit: CommitFact): Person[] {
  return [
    ["is-commit-author", commit.author],
    ["is-committer", commit.committer],
    ...commit.authors.map((identity): Person => ["is-co-author", identity]),
    ...coAuthorTrailers(commit.message).map((identity): Person => ["is-co-author", identity]),
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
