import type { Hand, Involved, Involvement } from "../../breakglass/roles.js";
import type {
  Account,
  CommitFact,
  Fact,
  GitIdentity,
  PullRequestFact,
  ReviewFact,
} from "../../facts/facts.js";
import { unknown } from "../../facts/facts.js";

/** GitHub's own account, which commits what people merge on the web: it is nobody. */
const WEB_FLOW = "web-flow";

interface NamedHand {
  readonly identity: GitIdentity;
  readonly hand: "author" | "committer";
}

/** Who had a hand in a change, as far as its commits tell: authors, committers, co-authors. */
export function handsInCommits(commits: Fact<readonly CommitFact[]>): Involvement {
  if (!commits.known) return { people: [], unread: commits };
  const named: NamedHand[] = commits.value.flatMap(({ author, committer, authors }) => [
    ...[author, ...authors].map((identity) => ({ identity, hand: "author" as const })),
    { identity: committer, hand: "committer" as const },
  ]);
  const people = named.flatMap(({ identity, hand }) => involved(identity.account, hand));
  const [stranger] = named.filter(isStranger);
  return { people, unread: stranger === undefined ? null : unreadOf(stranger.identity) };
}

/** Who had a hand in a merged pull request: besides its commits, whoever opened, pushed, approved or merged it. */
export function handsInPull(
  pullRequest: PullRequestFact,
  facts: {
    readonly commits: Fact<readonly CommitFact[]>;
    readonly reviews: Fact<readonly ReviewFact[]>;
    readonly lastPusher: Fact<Account>;
  },
): Involvement {
  const ofCommits = handsInCommits(facts.commits);
  const { author, merge } = pullRequest;
  const people = [
    ...involved(author, "author"),
    ...involved(merge?.mergedBy ?? null, "approver"),
    ...(facts.lastPusher.known ? involved(facts.lastPusher.value, "pusher") : []),
    ...(facts.reviews.known ? approvers(facts.reviews.value, merge?.mergedAt ?? null) : []),
    ...ofCommits.people,
  ];
  const unread = [facts.lastPusher, facts.reviews].find((fact) => !fact.known);
  return { people, unread: ofCommits.unread ?? (unread?.known === false ? unread : null) };
}

/** Whoever approved before the merge let the bypass happen; an approval after it is its review. */
function approvers(reviews: readonly ReviewFact[], mergedAt: string | null): Involved[] {
  const before = reviews.filter(
    ({ state, submittedAt }) =>
      state === "APPROVED" && (mergedAt === null || submittedAt === null || submittedAt <= mergedAt),
  );
  return before.flatMap(({ author }) => involved(author, "approver"));
}

export function involved(account: Account | null, hand: Hand): Involved[] {
  return account === null || account.login === WEB_FLOW ? [] : [{ account, hand }];
}

/** GitHub's own address, which it commits with; it authors nothing. */
const FORGE_EMAIL = "noreply@github.com";

/**
 * Somebody whom no account stands for. Anyone can write GitHub's address into a commit: as its committer that hides
 * nobody who is not named as author or pusher, as its author it would.
 */
function isStranger({ identity: { account, email }, hand }: NamedHand): boolean {
  const isForge = account?.login === WEB_FLOW || email.toLowerCase() === FORGE_EMAIL;
  return isForge ? hand === "author" : account === null;
}

const unreadOf = ({ email }: GitIdentity) =>
  unknown(
    "not-found",
    `No account on GitHub has the e-mail ${email}, so whose commit it is is not known.`,
    "Add the address to the person's account, then ask again.",
  );
