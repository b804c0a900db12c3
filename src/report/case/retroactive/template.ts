import { linkTarget } from "../../escape.js";
import { branchText } from "../phrases.js";
import type { CaseView } from "../view.js";

/** What a retroactive pull request has to say, each with the question that stands in its place until it is answered. */
export const SECTIONS = [
  { name: "What was changed", hint: "Which parts of the system are different now?" },
  { name: "Why", hint: "What was the emergency, and why could it not wait for the gates?" },
  {
    name: "Impact",
    hint: "Who and what was affected, by the emergency and by the change? What is the risk now?",
  },
  { name: "Follow-up", hint: "What is still to be done, by whom and by when?" },
] as const;

/** The title of a retroactive pull request: plain text of one line, at most 256 characters. */
export const retroactiveTitle = ({ case: { id }, branch }: CaseView): string =>
  `Break-glass ${id}: what landed on ${branchText(branch)}`;

/**
 * The description of a retroactive pull request, to be filled in: Markdown, for the pull request that the app opens and
 * for people to copy. `unfilledSections` reads it back.
 */
export function retroactiveTemplate({ case: { id }, issueUrl }: CaseView): string {
  const target = linkTarget(issueUrl);
  const intro = `This documents break-glass case ${target === null ? id : `[${id}](${target})`}. It shows what landed already, and is not to be merged.`;
  const sections = SECTIONS.map(({ name, hint }) => `## ${name}\n\n<!-- ${hint} -->`);
  return `${[intro, ...sections].join("\n\n")}\n`;
}
