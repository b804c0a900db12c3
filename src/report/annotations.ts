import type { Finding } from "../policy/finding.js";
import { visible } from "./escape.js";
import { ANNOTATION_MESSAGE_LIMIT, ANNOTATION_TITLE_LIMIT, fitText } from "./limits.js";
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

/** The findings that have a place in a file, at that place. Shown by GitHub as they are, without Markdown. */
export function annotationsOf(findings: readonly SharedFinding[]): Annotation[] {
  return findings.flatMap(({ finding }) => annotationOf(finding) ?? []);
}

function annotationOf(finding: Finding): Annotation | null {
  if (finding.location === null || finding.status === "pass") return null;
  const line = Math.max(1, finding.location.line);
  const remedy = finding.remedy === null ? "" : ` ${finding.remedy.text}`;
  return {
    path: finding.location.path,
    start_line: line,
    end_line: line,
    annotation_level: levelOf(finding),
    title: fitText(visible(`${finding.rule}: ${finding.reason}`), ANNOTATION_TITLE_LIMIT),
    message: fitText(visible(`${finding.message}${remedy}`), ANNOTATION_MESSAGE_LIMIT),
  };
}

function levelOf(finding: Finding): Annotation["annotation_level"] {
  if (finding.status === "fail") return "failure";
  return finding.status === "note" ? "notice" : "warning";
}
