import { z } from "zod";

/** More than this of anything is a mistake, and would be slow to judge by. */
export const LIST_LIMIT = 100;

/** GitHub's numeric id of an account, an app or a team: names can be renamed and taken over. */
export const accountId = z.int().positive();

/**
 * A bot, by the id of its account or by that of the app that acts as it. Never by a name: anybody can have an account that
 * is called like a bot, and write its e-mail into commits.
 */
const namedBot = z.union([accountId, z.strictObject({ app: accountId.describe("The id of a GitHub App.") })]);
export type NamedBot = z.output<typeof namedBot>;

/** Bots that may do something; nobody listed: none may. */
export const namedBots = z
  .array(namedBot)
  .max(LIST_LIMIT)
  .superRefine((bots, context) => {
    eachOnce(bots.map(botName), context);
  })
  .default([]);

/** How one is called in a sentence. */
export const botName = (bot: NamedBot): string =>
  typeof bot === "number" ? `account ${bot}` : `app ${bot.app}`;

export const name = z.string().min(1).max(255);

/**
 * Says what is wrong in one sentence and what mends it in another; `parsePolicy` shows both. Checks of what stands
 * around it are left out then: they rest on sound parts.
 */
export function complain(
  context: z.core.$RefinementCtx,
  path: (string | number)[],
  message: string,
  remedy: string,
): void {
  context.addIssue({ code: "custom", path, message, params: { remedy }, continue: false });
}

/** Refuses a list that says something twice: at best it is a slip, at worst one of the two was meant otherwise. */
export function eachOnce(values: readonly (string | number)[], context: z.core.$RefinementCtx): void {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index)
      complain(context, [index], `\`${value}\` is listed twice.`, "Keep one of them.");
  }
}

/** A text of one shape; `wanted` ends the sentence that asks for it. Nothing around a wrong one is checked either. */
export const shaped = (pattern: RegExp, wanted: string) =>
  z.string().regex(pattern, { error: `Write ${wanted}`, abort: true });
