import type { Case, State } from "../../../breakglass/case.js";
import { countingApprovals } from "../../../breakglass/standing.js";
import { code, commandBlock } from "../../escape.js";
import { pullLink, utc } from "../phrases.js";
import type { CaseView } from "../view.js";

/** The one next thing to do. */
interface NextStep {
  /** A whole sentence; what is in braces is a pull request's number. */
  readonly says: string;
  /** What to comment; `null` where no comment does it. */
  readonly command: string | null;
}

const INDEPENDENT = "Someone whom the policy authorises and who had no hand in the change";

const UNDOCUMENTING = "who had no hand in the change and did not document it";

type StepMaker = (view: CaseView) => NextStep | null;

const STEPS: Readonly<Record<State, StepMaker>> = {
  declared: ({ case: { declaration }, pullNumber }) => ({
    says: `Merge ${pullNumber === null ? "the change" : `{${pullNumber}}`} before ${utc(declaration?.endsAt ?? "")}, or end the declaration by a comment:`,
    command: "/break-glass close",
  }),
  landed: () => ({ says: `${INDEPENDENT} acknowledges it by a comment:`, command: "/break-glass ack" }),
  acknowledged: toDocument,
  documented: ({ case: subject }) => {
    const missing = missingApprovals(subject);
    const number = subject.documentation?.pullRequest;
    const what = number === undefined ? "its documentation" : `{${number}}`;
    const approvers =
      missing === 1
        ? `Someone ${UNDOCUMENTING} approves ${what}`
        : `${missing} more people ${UNDOCUMENTING} approve ${what}`;
    return {
      says: `${approvers} as it is now, or one of them rejects the change by \`/break-glass reject <reason>\`.`,
      command: null,
    };
  },
  reviewed: () => ({ says: `${INDEPENDENT} closes the case by a comment:`, command: "/break-glass close" }),
  rejected: () => ({
    says: "Land a change that takes back what landed; the commands are below, and the app finds it by itself.",
    command: null,
  }),
  closed: () => null,
  withdrawn: () => null,
};

function toDocument({ pullNumber, offer, appOpens }: CaseView): NextStep {
  const number = offer?.number ?? pullNumber;
  const command = `/break-glass retro #${number ?? "N"}`;
  if (number !== null && offer !== null && offer.verdict !== null)
    return { says: `Mend {${number}} as it is said below, or open another one, then comment:`, command };
  if (number !== null)
    return {
      says: `Fill in what was changed, why, impact and follow-up in the description of {${number}}, then comment:`,
      command,
    };
  return appOpens
    ? { says: "The app opens the retroactive pull request; then fill in its description.", command: null }
    : {
        says: "Open the retroactive pull request as shown below and fill in its description, then comment with its number:",
        command,
      };
}

const missingApprovals = (subject: Case): number =>
  Math.max(1, Math.max(1, subject.terms.approvals) - countingApprovals(subject).length);

/** The next thing to do and its exact command, as Markdown; empty where nothing is owed any more. */
export function nextStep(view: CaseView): string {
  const step = STEPS[view.case.state](view);
  if (step === null) return "";
  const says = filled(step.says, (number) => pullLink(view, number));
  return `**Next:** ${says}${step.command === null ? "" : `\n\n${commandBlock([step.command])}`}`;
}

/** The same in one line of plain text. */
export function nextStepText(view: CaseView): string | null {
  const step = STEPS[view.case.state](view);
  if (step === null) return null;
  const says = filled(step.says, (number) => `pull request ${number}`).replaceAll("`", "");
  return `Next: ${says}${step.command === null ? "" : ` ${step.command}`}`;
}

/** The same in one line of Markdown. */
export function nextStepLine(view: CaseView): string {
  const step = STEPS[view.case.state](view);
  if (step === null) return "";
  const says = filled(step.says, (number) => pullLink(view, number));
  return `Next: ${says}${step.command === null ? "" : ` ${code(step.command)}`}`;
}

const filled = (says: string, show: (number: number) => string): string =>
  says.replace(/\{(\d+)\}/g, (_all, number: string) => show(Number(number)));
