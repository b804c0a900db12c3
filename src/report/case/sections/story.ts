import type { Step } from "../../../breakglass/case.js";
import { code } from "../../escape.js";
import { nounOf, sourceOf, whoseStep } from "../happening.js";
import { prose, quoted, utcSeconds, who } from "../phrases.js";
import type { CaseView } from "../view.js";
import { fitEnds, row, table } from "./lines.js";

const HEADS = ["When", "Who", "What", "From", "What came of it"];

/** Every step as it happened, in at most about `room` bytes: the first and the newest stay, the records hold them all. */
export function storySection(view: CaseView, room: number): string {
  const { steps } = view.case;
  const rows = steps.map((step) => stepRow(view, step));
  const omitted = (count: number): string =>
    row(["…", "", `${count} steps left out here`, "", "see the records"]);
  const title = `### Every step (${steps.length})`;
  return `${title}\n\n${table(HEADS, fitEnds(rows, room, omitted))}`;
}

function stepRow(view: CaseView, step: Step): string {
  const by = whoseStep(step);
  const why = quoted(step.event.why);
  return row([
    utcSeconds(step.event.at),
    by === null ? "the app" : who(by),
    `${nounOf(view, step)}${why === "" ? "" : `: ${why}`}`,
    sourceOf(step),
    outcomeOf(step),
  ]);
}

function outcomeOf({ from, to, refusal }: Step): string {
  if (refusal !== null) return `❌ refused by ${code(refusal.rule)}: ${prose(refusal.message)}`;
  return from === to ? "taken" : `→ ${to}`;
}
