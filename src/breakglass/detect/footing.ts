import type { Accounted, Push } from "./look.js";
import { inOrder } from "./order.js";

/**
 * What a branch's policy is worth that was read at its tip. `unaccounted`: what brought it has no record yet, so it may
 * have come around the gates. `overtaken`: the branch was moved on from there before it was read, so GitHub's answer is an
 * old one, or somebody took the branch back; `since` is when we last learned where it went, `differs` whether the policy is
 * another one than that in force.
 */
export type Footing =
  | { readonly kind: "accounted" }
  | { readonly kind: "unaccounted" }
  | { readonly kind: "overtaken"; readonly since: Date; readonly differs: boolean };

/** A push with the instant at which we heard of it. */
export interface HeardPush extends Push {
  readonly receivedAt: Date;
}

/** A policy as it was read at the tip of a branch. */
export interface PolicySeen {
  readonly tip: string;
  readonly digest: string | null;
  /** The instant at which reading began: the answer owes what was known of the branch by then. */
  readonly at: Date;
}

/** What is known of a branch and its policy. */
export interface BranchBook {
  /** `null`: the branch was never looked at, as a controlled one. */
  readonly known: Accounted | null;
  /** Digest of the policy that was last accounted for; `null`: none was yet. */
  readonly inForce: string | null;
  /** Those that were not accounted for yet. */
  readonly pushes: readonly HeardPush[];
  /** Those of `oidsToAsk` that have a record on this branch. */
  readonly covered: ReadonlySet<string>;
}

/**
 * Whether a policy may judge what goes to its branch.
 *
 * Before a branch was first looked at, there is nothing to compare with: what it says then is where its account begins,
 * unless we have heard of a push since. From then on another policy than the one in force has to be accounted for first.
 * The commit alone decides nothing there: each merge brings another, and most of them the same policy.
 */
export function footingOf(seen: PolicySeen, book: BranchBook): Footing {
  const { known, inForce } = book;
  const news = newsOf(book);
  if (known === null) return news.length === 0 ? ACCOUNTED : UNACCOUNTED;
  const since = overtakenSince(seen, known, book, news);
  if (since !== null) return { kind: "overtaken", since, differs: seen.digest !== inForce };
  if (seen.digest === inForce) return ACCOUNTED;
  // A branch that an earlier version of the app has looked at: its policies were not kept then.
  if (inForce === null && seen.tip === known.tip) return ACCOUNTED;
  return UNACCOUNTED;
}

const ACCOUNTED: Footing = { kind: "accounted" };
const UNACCOUNTED: Footing = { kind: "unaccounted" };

/** All commits of which it has to be known whether they have a record. */
export const oidsToAsk = ({ tip }: PolicySeen, pushes: readonly Push[]): readonly string[] => [
  ...new Set([tip, ...pushes.flatMap(({ after }) => after ?? [])]),
];

/** Whether the last look took in what a push brought: it does not have to show any more. */
export const isLate = ({ after, pushedAt }: Push, known: Accounted, covered: ReadonlySet<string>): boolean =>
  pushedAt < known.accountedAt && (after === null || after === known.tip || covered.has(after));

/** The pushes that tell more than the last look saw, in their order. */
function newsOf({ known, pushes, covered }: BranchBook): readonly HeardPush[] {
  const told = inOrder(pushes, known?.tip ?? null);
  const heard = new Map(pushes.map((push) => [push.guid, push]));
  return told
    .flatMap(({ guids: [guid = ""] }) => heard.get(guid) ?? [])
    .filter((push) => known === null || !isLate(push, known, covered));
}

/** When we learned that the branch had left the commit at which it was read; `null`: as far as we know it is there. */
function overtakenSince(
  { tip, at }: PolicySeen,
  known: Accounted,
  { covered }: BranchBook,
  news: readonly HeardPush[],
): Date | null {
  const owed = news.filter(({ receivedAt }) => receivedAt < at);
  const last = owed.at(-1);
  if (tip === (last === undefined ? known.tip : last.after)) return null;
  const wasThere =
    covered.has(tip) ||
    [known.tip, known.lastTip, known.since].includes(tip) ||
    owed.some(({ before, after }) => before === tip || after === tip);
  const cameBack = news.some((push) => push.after === tip && !owed.includes(push));
  // What nobody had told of by then lies ahead of what was told.
  if (!wasThere || cameBack) return null;
  return last?.receivedAt ?? known.accountedAt;
}
