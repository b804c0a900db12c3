import { botsToAskOf } from "../policy/document/bots.js";
import type { PolicySource } from "../policy/resolve.js";
import type { Account, BotApp, Fact, ReviewFact } from "./facts.js";
import type { FactSource } from "./source.js";

/** What of a change bots can have done. */
export interface BotActs {
  readonly lastPusher: Fact<Account>;
  readonly reviews: Fact<readonly ReviewFact[]>;
}

/** The apps of those bots that pushed a change or have an opinion on it, as far as the policy turns on their apps. */
export function readBots(
  source: Pick<FactSource, "readBotApp">,
  policy: PolicySource,
  { lastPusher, reviews }: BotActs,
): Promise<BotApp[]> {
  if (policy.kind !== "usable") return Promise.resolve([]);
  const { signatures, review } = policy.policy;
  const opinions = reviews.known ? reviews.value.filter(isOpinion) : [];
  return readBotApps(source, [
    ...botsToAskOf(signatures.bots, lastPusher.known ? [lastPusher.value] : []),
    ...botsToAskOf(
      review.bots,
      opinions.flatMap(({ author }) => author ?? []),
    ),
  ]);
}

/** The app of each account, each asked for once. */
export function readBotApps(
  source: Pick<FactSource, "readBotApp">,
  accounts: readonly Account[],
): Promise<BotApp[]> {
  const each = new Map(accounts.map((account) => [account.id, account]));
  return Promise.all(
    [...each.values()].map(async (account) => ({
      account: account.id,
      app: await source.readBotApp(account),
    })),
  );
}

const isOpinion = ({ state }: ReviewFact): boolean => state === "APPROVED" || state === "CHANGES_REQUESTED";
