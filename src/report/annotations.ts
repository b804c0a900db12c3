import type { Finding } from "../policy/finding.js";
import { phrasesOf, sentence } from "./check/phrases.js";
import { visible } from "./escape.js";
import { ANNOTATION_MESSAGE_LIMIT, ANNOTATION_TITLE_LIMIT, type Block, block, fitText } from "./limits.js";
import type { SharedFinding } from "./merged.js";

/** One annotation as GitHub's checks API takes it. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: "failure" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

/** Two requests; who has more to mend in files works from the details. */
const ANNOTATIONS = 100;

/**
 * The findings that have a place in a file, at that place; of very many the first. Shown by GitHub as they are, without
 * Markdown. A commit is no place: whichever line of it one chose, the line would be blamed for what the commit lacks.
 */
export const annotationsOf = (findings: readonly SharedFinding[]): Annotation[] =>
  placed(findings).slice(0, ANNOTATIONS);

/** Says how many of the findings that have a place are not shown there; empty where all are. */
export function placesBlock(findings: readonly SharedFinding[]): Block[] {
  const all = placed(findings).length;
  return all <= ANNOTATIONS
    ? []
    : [
        block(
          `_Of ${all} findings that have a place in a file, ${ANNOTATIONS} are shown there; the details hold all._`,
        ),
      ];
}

const placed = (findings: readonly SharedFinding[]): Annotation[] =>
  findings.flatMap(({ finding }) => annotationOf(finding) ?? []);

function annotationOf(finding: Finding): Annotation | null {
  if (finding.location === null || finding.status === "pass") return null;
  const line = Math.max(1, finding.location.line);
  const remedy = finding.remedy === null ? "" : ` ${finding.remedy.text}`;
  return {
    path: finding.location.path,
    start_line: line,
    end_line: line,
    annotation_level: levelOf(finding),
    title: fitText(visible(titleOf(finding)), ANNOTATION_TITLE_LIMIT),
    message: fitText(visible(`${finding.message}${remedy}`), ANNOTATION_MESSAGE_LIMIT),
  };
}

/** In words, and with the code by which `docs/policy.md` has it. */
function titleOf(finding: Finding): string {
  const { rule, reason, status } = finding;
  const said = status === "note" ? "Worth knowing" : sentence(phrasesOf([finding]).join(""));
  return `${said} (${rule}/${reason})`;
}

function levelOf(finding: Finding): Annotation["annotation_level"] {
  if (finding.status === "fail") return "failure";
  return finding.status === "note" ? "notice" : "warning";
}
