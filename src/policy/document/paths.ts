import { z } from "zod";
import { complain, LIST_LIMIT, name } from "./common.js";

/** Gates every change, whatever it touches. */
const EVERYTHING = "**";

const path = name.superRefine((pattern, context) => {
  const [message, remedy] = mistakeIn(pattern);
  if (message !== undefined && remedy !== undefined) complain(context, [], message, remedy);
});

/** What would never match as its author means it, and what mends it. */
function mistakeIn(pattern: string): [message?: string, remedy?: string] {
  if (pattern.startsWith("!"))
    return ["Nothing can be taken out of `paths`.", "List what is gated, without a `!`."];
  if (pattern.startsWith("/") || pattern.startsWith("./"))
    return ["No path begins so.", "Write it from the repository's root on: `clusters/**`."];
  if (pattern.endsWith("/"))
    return ["No file has such a path.", `Write \`${pattern}**\` for all that is in it.`];
  return [];
}

/** Which files of a controlled branch its reconciler reads. */
export const paths = z
  .array(path)
  .min(1)
  .max(LIST_LIMIT)
  .default([EVERYTHING])
  .describe(
    "What the reconciler reads: paths or globs as in branches. A change that touches nothing of it is outside and needs nothing.",
  );

/** Whether no change can be outside, so that nobody has to look at what it touches. */
export const gatesEverything = ({ paths: patterns }: { readonly paths: readonly string[] }): boolean =>
  patterns.includes(EVERYTHING);
