import { deadlines } from "../../breakglass/clocks.js";
import { code, plain, visible } from "../escape.js";
import { fitText, TITLE_LIMIT } from "../limits.js";
import { CLOCK_NAMES, link, listed, utc } from "./phrases.js";
import type { CaseView } from "./view.js";

/** A break-glass that was declared for a commit and holds, for the check run on it. */
export interface Declared {
  /** The login of whoever declared it. */
  readonly by: string;
  /** When it ends by itself (ISO 8601, UTC). */
  readonly until: string;
  readonly caseId: string;
  readonly issueUrl: string | null;
}

/** The title of a check run that a declaration made neutral: plain text, at most 255 bytes. */
export const declaredTitle = ({ by, until }: Declared): string =>
  fitText(`Break-glass by ${fitText(visible(by).trim(), 60)} until ${utc(until)}: review owed`, TITLE_LIMIT);

/** What a check run's summary says of the declaration, as Markdown. */
export function declaredBlock({ by, until, caseId, issueUrl }: Declared): string {
  return [
    `The gates below have not passed. ${code(fitText(by, 60))} declared an emergency for this commit, so it may land all the same until **${utc(until)}**; then the verdict of the gates holds again.`,
    `What lands so is owed an acknowledgement, a documentation and an independent review. Case ${link(plain(caseId), issueUrl)} does not end before.`,
  ].join("\n\n");
}

/** A breached case that freezes its branch. */
export interface Frozen {
  readonly caseId: string;
  /** The clocks that were missed, by their names in `breakglass/case.ts`. */
  readonly clocks: readonly string[];
  readonly branch: string;
}

/** Why nothing passes on a branch, in one sentence of plain text that may hold what strangers wrote. */
export function freezeMessage({ caseId, clocks, branch }: Frozen): string {
  const missed = clocks.map((clock) => clockText(clock).toLowerCase());
  return `Break-glass case ${caseId} has missed its deadline for ${listed(missed)}, so nothing passes on ${branch} until that is done.`;
}

const clockText = (clock: string): string =>
  Object.entries(CLOCK_NAMES).find(([name]) => name === clock)?.[1] ?? clock;

/** What a tracking issue and the comment on a breach say of the freeze; empty where there is none. */
export function freezeNotice({ case: subject, handling, branch }: CaseView): string {
  // What was owed came late: the breach stays on record, and holds nobody up any more.
  const owed = deadlines(subject).filter(({ met, breached }) => breached && !met);
  if (!handling.freeze || owed.length === 0) return "";
  const message = freezeMessage({ caseId: subject.id, clocks: owed.map(({ clock }) => clock), branch });
  return `🧊 ${plain(message)} Its own revert and the pull request that documents it are spared.`;
}
