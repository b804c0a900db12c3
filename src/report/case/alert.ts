import { deadlines } from "../../breakglass/clocks.js";
import type { Handling, Route } from "../../policy/break-glass.js";
import { visible } from "../escape.js";
import { fitText } from "../limits.js";
import { branchText, CLOCK_NAMES, landingText, utc, whoText } from "./phrases.js";
import { nextStepText } from "./sections/next.js";
import type { CaseView, TimerView } from "./view.js";

/** The occasions on which stakeholders are told of a case. */
export type CaseAlertKind =
  "opened" | "reminder" | "breach" | "escalation" | "closed" | "budget" | "withdrawn" | "rejected";

/** What stakeholders are told, whatever the channel. Plain text: each channel escapes it in its own way. */
export interface Alert {
  /** Stable over every attempt to send it. */
  readonly id: string;
  readonly kind: CaseAlertKind | "protection-weakened" | "protection-restored";
  readonly severity: "info" | "warning" | "critical";
  /** One line. */
  readonly title: string;
  /** What happened, and what is owed: one sentence each. */
  readonly lines: readonly string[];
  /** Labelled facts in their order: repository, branch, commit, who, deadlines. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Where to look and act; `null` where there is no issue yet. */
  readonly url: string | null;
  /** Ties the alerts of one case, or of one branch's protection, together (PagerDuty: one incident). */
  readonly caseId: string;
  /** When the thing happened (ISO 8601, UTC). */
  readonly at: string;
  /** Who is meant by name: logins and teams. */
  readonly mentions: readonly string[];
}

/** What an alert is about. */
export type Occasion =
  | { readonly kind: "opened" | "closed" | "withdrawn" | "rejected"; readonly at: string }
  | { readonly kind: "reminder" | "breach" | "escalation"; readonly timer: TimerView }
  | {
      readonly kind: "budget";
      readonly at: string;
      /** Over the budget's days: every change of the tenant, and those of them that went around the gates. */
      readonly changes: number;
      readonly bypasses: number;
    };

/**
 * Whom an occasion is told to: the first route, after a breach the second, and so on; the last one from then on.
 * `null`: the policy names none.
 */
export function routeFor({ routes }: Handling, kind: CaseAlertKind, level = 0): Route | null {
  const step = kind === "breach" ? 1 : kind === "escalation" ? 1 + level : 0;
  return routes[Math.min(step, routes.length - 1)] ?? null;
}

/**
 * What the stakeholders of a case are told on an occasion, for flows to send to each channel of `routeFor` under an
 * id of their own.
 */
export function alertFor(view: CaseView, occasion: Occasion): Omit<Alert, "id"> {
  const route = routeFor(view.handling, occasion.kind, "timer" in occasion ? occasion.timer.level : 0);
  return {
    kind: occasion.kind,
    severity: severityOf(view, occasion.kind),
    title: fitText(`Break-glass ${view.case.id}: ${headlineText(view, occasion)}`, 250),
    lines: linesOf(view, occasion),
    facts: factsOf(view),
    url: view.issueUrl,
    caseId: view.case.id,
    at: "timer" in occasion ? occasion.timer.at : occasion.at,
    mentions: route?.mention ?? [],
  };
}

function severityOf({ case: { landing } }: CaseView, kind: CaseAlertKind): Alert["severity"] {
  switch (kind) {
    case "opened":
      // What nobody asked for may be an intrusion; what was declared is an emergency under way.
      return landing !== null && !landing.sanctioned ? "critical" : "warning";
    case "breach":
    case "escalation":
      return "critical";
    case "reminder":
    case "rejected":
    case "budget":
      return "warning";
    case "closed":
    case "withdrawn":
      return "info";
  }
}

function headlineText(view: CaseView, occasion: Occasion): string {
  const change = `${landingText(view)} ${branchText(view.branch)}`;
  switch (occasion.kind) {
    case "opened":
      return change;
    case "reminder":
      return `${timerName(occasion.timer)} is due by ${dueText(view, occasion.timer)}`;
    case "breach":
      return `${timerName(occasion.timer)} was due by ${dueText(view, occasion.timer)}`;
    case "escalation":
      return `${timerName(occasion.timer)} is still owed (escalation ${occasion.timer.level})`;
    case "rejected":
      return `rejected, and to be reverted: ${change}`;
    case "closed":
      return `closed: ${change}`;
    case "withdrawn":
      return `withdrawn: ${change}`;
    case "budget":
      return "emergencies are more than the policy's budget";
  }
}

const timerName = ({ clock }: TimerView): string =>
  Object.entries(CLOCK_NAMES).find(([name]) => name === clock)?.[1] ?? visible(clock);

function dueText({ case: subject }: CaseView, { clock, at }: TimerView): string {
  return utc(deadlines(subject).find((deadline) => deadline.clock === clock)?.dueAt ?? at);
}

function linesOf(view: CaseView, occasion: Occasion): string[] {
  const next = nextStepText(view);
  if (occasion.kind !== "budget") return [...storyLines(view), ...(next === null ? [] : [next])];
  const { percent, days } = view.handling.budget;
  return [
    `${occasion.bypasses} of ${occasion.changes} changes in ${days} days went around the gates.`,
    `The policy's budget is ${percent}%.`,
  ];
}

function storyLines({ case: { declaration, landing, rejection } }: CaseView): string[] {
  const reason = (why: string): string => (why.trim() === "" ? "" : `: ${fitText(visible(why).trim(), 300)}`);
  const lines: string[] = [];
  if (declaration !== null)
    lines.push(
      `Declared by ${whoText(declaration.by)} until ${utc(declaration.endsAt)}${reason(declaration.why)}`,
    );
  if (landing !== null)
    lines.push(
      landing.sanctioned ? "It landed as declared." : "It landed around the gates without being declared.",
    );
  if (rejection !== null) lines.push(`Rejected by ${whoText(rejection.by)}${reason(rejection.why)}`);
  return lines;
}

function factsOf(view: CaseView): (readonly [string, string])[] {
  const { case: subject, repository, branch } = view;
  const { landing, declaration } = subject;
  const commit = landing?.afterOid ?? declaration?.headOid ?? null;
  const owed = deadlines(subject).filter(({ met }) => !met);
  return [
    ["Repository", visible(`${repository.owner}/${repository.name}`)],
    ["Branch", branchText(branch)],
    ...(view.pullNumber === null ? [] : [["Pull request", `${view.pullNumber}`] as const]),
    ...(commit === null ? [] : [["Commit", visible(commit)] as const]),
    ...(landing === null
      ? []
      : ([
          ["Landed by", whoText(landing.by)],
          ["Landed at", utc(landing.landedAt)],
        ] as const)),
    ...(subject.state === "closed" || subject.state === "withdrawn"
      ? []
      : owed.map(({ clock, dueAt }) => [`${CLOCK_NAMES[clock]} due`, utc(dueAt)] as const)),
  ];
}
