import { type Account, type BotApp, type Fact, known } from "../../../facts/facts.js";
import { isNamed } from "../../document/bots.js";
import type { Policy } from "../../document.js";

/** Who brought the head commit of a change to its branch. */
export interface HeadPush {
  readonly head: { readonly oid: string };
  /** From a fork: who pushed there GitHub does not always tell, and who opened the pull request may stand for it. */
  readonly crossRepository: boolean;
  readonly lastPusher: Fact<Account>;
  readonly bots: readonly BotApp[];
}

/**
 * The bot that pushed a commit, if the policy names it; `null`: none that it names did. What GitHub writes into a commit
 * that it makes for an app is an e-mail, which anybody can bring about: a bot's pull request that is squashed into some
 * other branch gives a commit of GitHub's, in the bot's name, with whatever was pushed to it before. So it is GitHub's own
 * account of who led the branch to exactly this commit that counts, by the account's id. It tells that of the head only.
 */
export function namedBotOf(oid: string, push: HeadPush | null, policy: Policy): Fact<Account | null> {
  if (push === null || push.crossRepository || push.head.oid !== oid) return known(null);
  const pusher = push.lastPusher.known ? push.lastPusher.value : null;
  if (pusher?.type !== "Bot") return known(null);
  const named = isNamed(policy.signatures.bots, pusher, push.bots);
  return named.known ? known(named.value ? pusher : null) : named;
}
