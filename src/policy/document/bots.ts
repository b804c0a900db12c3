import type { Account, BotApp, Fact } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import type { NamedBot } from "./common.js";

/**
 * Whether a list of a policy names an account: by the account's id, or by the app whose bot it is. Unknown where it names
 * apps and nobody knows whose bot this one is: then it may be one that is named, and nothing may count that rests on it.
 *
 * @param bots what was looked up of the accounts that `botsToAskOf` gave
 */
export function isNamed(list: readonly NamedBot[], account: Account, bots: readonly BotApp[]): Fact<boolean> {
  if (list.includes(account.id)) return known(true);
  const apps = appsIn(list);
  if (account.type !== "Bot" || apps.length === 0) return known(false);
  const app = bots.find((bot) => bot.account === account.id)?.app ?? notAsked(account);
  return app.known ? known(apps.includes(app.value.id)) : app;
}

/** Those of some accounts of which a list can tell only by their app whether it names them; each once. */
export function botsToAskOf(list: readonly NamedBot[], accounts: readonly Account[]): Account[] {
  if (appsIn(list).length === 0) return [];
  const asked = accounts.filter(({ type, id }) => type === "Bot" && !list.includes(id));
  return [...new Map(asked.map((account) => [account.id, account])).values()];
}

const appsIn = (list: readonly NamedBot[]): number[] =>
  list.flatMap((named) => (typeof named === "number" ? [] : named.app));

const notAsked = ({ id, login }: Account) =>
  unknown(
    "unavailable",
    `Whose bot ${login} is was not looked up.`,
    `Re-run this check, or name the bot in the policy by the id of its account, ${id}.`,
  );
