import { type Gate, GATES, type Outcome } from "../policy/finding.js";
import { CHECK_NAME } from "../policy/document.js";
import { actionsOf, type CheckAction } from "./actions.js";
import { annotationsOf, type Annotation, placesBlock } from "./annotations.js";
import { type Block, block, fitBlocks, fitText, TITLE_LIMIT } from "./limits.js";
import { declaredTitle } from "./case/declared.js";
import { asideBlocks } from "./check/aside.js";
import { detailBlocks } from "./check/details.js";
import {
  declaredBlocks,
  gatesTable,
  headline,
  observedBlock,
  policyLine,
  pullsBlock,
} from "./check/summary.js";
import { lowered } from "./check/phrases.js";
import { titleOf } from "./check/title.js";
import { todoBlocks } from "./check/todo.js";
import {
  declarationsOver,
  findingsOver,
  outcomeOver,
  type PullDecision,
  type SharedFinding,
} from "./merged.js";
import { GATE_NAMES, OUTSIDE_TITLE, type Verdict } from "./words.js";

export type { PullDecision, PullReference } from "./merged.js";

/** What one check run shows: the `output` of GitHub's checks API, and its conclusion. */
export interface RenderedCheck {
  readonly name: string;
  /** `pending`: has not ended, which is said of merge groups only. `neutral`, which GitHub takes for passing: an emergency is declared, or the policy merely observes. */
  readonly conclusion: "success" | "failure" | "neutral" | "action_required" | "pending";
  /** At most 255 characters, of our own words and the login of who declared an emergency. */
  readonly title: string;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
  /** Markdown, at most 65,535 characters. */
  readonly text: string;
  /** All of them; GitHub takes 50 a request. */
  readonly annotations: readonly Annotation[];
  /** Its buttons. */
  readonly actions: readonly CheckAction[];
}

/** The name of a gate's own check run. */
export const gateCheckName = (gate: Gate): string => `${CHECK_NAME}/${gate}`;

/** The five check runs' names, the one to require first. */
export const CHECK_NAMES: readonly string[] = [CHECK_NAME, ...GATES.map(gateCheckName)];

/**
 * The check runs of one commit from the newest decision on each open pull request that has it as its head.
 *
 * Several pull requests: the strictest verdict counts for all, for GitHub shows one check run to each of them.
 * Where each that did not pass has a declared emergency, the one check to require is neutral; the gates' own checks
 * stay what they are. Without any decision there is nothing to show, and no check run. Says nothing that only time changes, so the same
 * verdicts always read the same.
 *
 * @param docsUrl the address of the folder `docs`, into which reasons are linked; `null`: it is not known
 */
export function renderChecks(
  decisions: readonly PullDecision[],
  docsUrl: string | null = null,
): RenderedCheck[] {
  if (decisions.length === 0) return [];
  const ordered = [...decisions].sort((a, b) => a.pull.number - b.pull.number);
  const checks = [overall(ordered, docsUrl), ...GATES.map((gate) => ofGate(gate, ordered, docsUrl))];
  return decisions.some(({ group }) => group !== undefined) ? checks.map(awaited) : checks;
}

/** A queue takes a group out as soon as a check has ended without success: what is waited for has not ended. */
const awaited = (check: RenderedCheck): RenderedCheck =>
  check.conclusion === "action_required" ? { ...check, conclusion: "pending" } : check;

function overall(decisions: readonly PullDecision[], docsUrl: string | null): RenderedCheck {
  const findings = findingsOver(decisions, GATES);
  const declared = declarationsOver(decisions);
  const [first] = declared;
  const outcome = outcomeOver(decisions);
  const judged = verdictOver(decisions, outcome);
  const verdict = first === undefined ? judged : "declared";
  const title = first === undefined ? titleOf(judged, outcome, findings) : declaredTitle(first.declared);
  const summary = [
    essential(headline(verdict, title)),
    ...observedBlock(verdict),
    ...declaredBlocks(declared, decisions.length > 1),
    ...pullsBlock(decisions),
    essential(gatesTable(decisions)),
    ...bodyOf(decisions, findings),
  ];
  const annotations = annotationsOf(findings);
  const whole = check(
    CHECK_NAME,
    verdict,
    title,
    [...summary, ...placesBlock(findings)],
    detailBlocks(decisions, GATES, docsUrl),
  );
  // On the one check only: GitHub would show each of them once for every check run.
  return { ...whole, annotations, actions: actionsOf(outcomeOver(decisions, "signatures") !== "passed") };
}

function ofGate(gate: Gate, decisions: readonly PullDecision[], docsUrl: string | null): RenderedCheck {
  const outcome = outcomeOver(decisions, gate);
  const findings = findingsOver(decisions, [gate]);
  const verdict = verdictOver(decisions, outcome);
  const title = titleOf(verdict, outcome, findings);
  const apart = verdict === "observed" || title === OUTSIDE_TITLE;
  const about = apart ? `${GATE_NAMES[gate]}: ` : `${GATE_NAMES[gate]} `;
  const summary = [
    essential(headline(verdict, `${about}${lowered(title)}`)),
    ...observedBlock(verdict),
    ...bodyOf(decisions, findings),
  ];
  const one = check(gateCheckName(gate), verdict, title, summary, detailBlocks(decisions, [gate], docsUrl));
  return { ...one, annotations: [], actions: actionsOf(gate === "signatures" && outcome !== "passed") };
}

/** What comes below the verdict: what to do, what else is to be seen, and by which policy. */
const bodyOf = (decisions: readonly PullDecision[], findings: readonly SharedFinding[]): Block[] => [
  ...todoBlocks(findings, decisions.length > 1),
  ...asideBlocks(findings, decisions.length > 1),
  essential(policyLine(decisions)),
];

const essential = (markdown: string): Block => ({ ...block(markdown), essential: true });

/** One pull request under a policy that stops what does not pass is enough for the commit to be judged so. */
const verdictOver = (decisions: readonly PullDecision[], outcome: Outcome): Exclude<Verdict, "declared"> =>
  decisions.every(({ decision }) => decision.policy.mode === "observe") ? "observed" : outcome;

function check(
  name: string,
  verdict: Verdict,
  title: string,
  summary: readonly Block[],
  text: readonly Block[],
): Omit<RenderedCheck, "actions" | "annotations"> {
  return {
    name,
    conclusion: conclusionOf(verdict),
    title: fitText(title, TITLE_LIMIT),
    summary: fitBlocks(summary),
    text: fitBlocks(text),
  };
}

function conclusionOf(verdict: Verdict): RenderedCheck["conclusion"] {
  switch (verdict) {
    case "passed":
      return "success";
    case "waiting":
      return "action_required";
    case "declared":
    case "observed":
      return "neutral";
    case "failed":
    case "unknown":
      return "failure";
  }
}
