import { bytes, fitText, TEXT_LIMIT } from "../limits.js";
import { caseMarker } from "./markers.js";
import { branchText, CLOCK_NAMES, landingText, listed, STATE_LINES } from "./phrases.js";
import { alertsSection } from "./sections/alerts.js";
import { clocksSection } from "./sections/clocks.js";
import { documentingSection, revertSection } from "./sections/documenting.js";
import { closingSummary } from "./sections/evidence.js";
import { freezeNotice } from "./declared.js";
import { gatesSection } from "./sections/gates.js";
import { landedSection } from "./sections/landed.js";
import { paragraphs } from "./sections/lines.js";
import { nextStep } from "./sections/next.js";
import { peopleSection } from "./sections/people.js";
import { storySection } from "./sections/story.js";
import type { CaseView } from "./view.js";

/** GitHub takes 256 characters. */
const TITLE_LIMIT = 250;

const FOOTER =
  "<sub>This text is written by the app from its records; editing it changes nothing. The rules: `docs/break-glass.md` of Countersign.</sub>";

/** The title of a case's tracking issue, for the outbox: plain text, at most 256 characters. */
export const issueTitle = (view: CaseView): string =>
  fitText(`Break-glass ${view.case.id}: ${landingText(view)} ${branchText(view.branch)}`, TITLE_LIMIT);

/**
 * The body of a case's tracking issue, for the outbox: Markdown, at most 65,535 bytes, and never the source of truth.
 * Says nothing that only time changes, so that the same view gives the same text and only news is posted.
 */
export function issueBody(view: CaseView): string {
  const fixed = paragraphs([
    caseMarker(view.case.id),
    standing(view),
    nextStep(view),
    revertSection(view),
    view.case.state === "closed" ? closingSummary(view) : "",
    clocksSection(view),
    landedSection(view),
    gatesSection(view),
    documentingSection(view),
    peopleSection(view),
    alertsSection(view),
  ]);
  // The story alone grows without end, so it gets the room that everything else leaves.
  const room = TEXT_LIMIT - bytes(fixed) - bytes(FOOTER) - STORY_FRAME;
  return [fixed, storySection(view, room), FOOTER].join("\n\n");
}

/** The story's own title, the heads of its table, and the empty lines around. */
const STORY_FRAME = 250;

function standing(view: CaseView): string {
  const { state, breaches } = view.case;
  const missed = breaches.map(({ clock }) => CLOCK_NAMES[clock].toLowerCase());
  return paragraphs([
    `## ${STATE_LINES[state]}`,
    missed.length === 0 ? "" : `**Deadlines that were missed:** ${listed(missed)}.`,
    freezeNotice(view),
  ]);
}
