import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Clock } from "../../clock.js";
import { isCountersignError } from "../../errors.js";
import type { Account, AppRef, Fact, Unknown } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const botUser = z.object({ id: z.number(), type: z.string() });
const publicApp = z.object({ id: z.number(), slug: z.string() });

/** An app keeps its bot's account for good, so this only bounds how long an app that is gone is still known. */
const KNOWN_FOR_MS = 60 * 60_000;
/** Long enough that a storm of pull requests asks once; short enough that a re-run soon asks again. */
const UNKNOWN_FOR_MS = 60_000;
const MOST_KEPT = 1_000;

interface Kept {
  readonly app: Promise<Fact<AppRef>>;
  until: number;
}

/** Whose bots accounts are, as installations were told; nothing of one installation is seen by another. */
export class BotApps {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reads as an installation with its client: see `FactSource.readBotApp`. */
  of(installationId: number, client: Octokit): (account: Account) => Promise<Fact<AppRef>> {
    return (account) => this.#read(`${installationId} ${account.id} ${account.login}`, client, account);
  }

  #read(key: string, client: Octokit, account: Account): Promise<Fact<AppRef>> {
    const found = this.#kept.get(key);
    if (found !== undefined && this.#now() < found.until) return found.app;
    const kept: Kept = { app: readBotApp(client, account), until: Number.POSITIVE_INFINITY };
    this.#keep(key, kept);
    kept.app.then(
      ({ known: isKnown }) => {
        kept.until = this.#now() + (isKnown ? KNOWN_FOR_MS : UNKNOWN_FOR_MS);
      },
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key);
      },
    );
    return kept.app;
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

/**
 * GitHub tells no app by its id, nor the app of an account: only an app by its slug, and the slug is in the bot's login. A
 * slug can be given up and taken by another app, and then leads to that one. So the account that has the bot's login now
 * must be the very account that was asked for, and a bot's: a person may be called like an app, but nobody like its bot.
 *
 * https://docs.github.com/rest/apps/apps#get-an-app, https://docs.github.com/rest/users/users#get-a-user
 */
async function readBotApp(client: Octokit, account: Account): Promise<Fact<AppRef>> {
  const slug = account.login.replace(/\[bot\]$/, "");
  try {
    const user = await client.request("GET /users/{username}", { username: `${slug}[bot]` });
    const { id, type } = parseAnswer(botUser, user.data, "a bot's account");
    if (account.type !== "Bot" || type !== "Bot" || id !== account.id) return anotherBot(account);
    const answer = await client.request("GET /apps/{app_slug}", { app_slug: slug });
    const app = parseAnswer(publicApp, answer.data, "an app");
    return app.slug.toLowerCase() === slug.toLowerCase() ? known(app) : anotherBot(account);
  } catch (error) {
    if (!isCountersignError(error, "github-not-found", "github-forbidden")) throw error;
    return notShown(account);
  }
}

const byAccount = ({ id }: Account): string =>
  `Name the bot in the policy by the id of its account, ${id}, instead of by its app.`;

const anotherBot = (account: Account): Unknown =>
  unknown(
    "inconsistent",
    `The login ${account.login} does not lead to the bot's account ${account.id}, so whose bot that is cannot be told.`,
    byAccount(account),
  );

const notShown = (account: Account): Unknown =>
  unknown(
    "forbidden",
    `GitHub shows this app nothing of the app whose bot ${account.login} is: a private one is shown on its own account only.`,
    byAccount(account),
  );
