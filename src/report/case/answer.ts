import type { Case } from "../../breakglass/case.js";
import type { Command } from "../../breakglass/commands.js";
import { deadlines } from "../../breakglass/clocks.js";
import type { Refusal } from "../../breakglass/rules.js";
import { formatDuration } from "../../breakglass/time/duration.js";
import { code } from "../escape.js";
import { fitText } from "../limits.js";
import { CLOCK_NAMES, link, prose, pullLink, shortOid, utc } from "./phrases.js";
import { fitLines, paragraphs, row, table } from "./sections/lines.js";
import { nextStepLine } from "./sections/next.js";
import type { CaseView } from "./view.js";

/** A command of a case; the others have answers of their own. */
export type CaseCommand = Exclude<Command, { readonly kind: "recheck" | "help" }>;

/** What came of a command. */
export type Answer =
  /** A step of a case was taken; `view` is as it is after it. */
  | { readonly kind: "accepted"; readonly command: CaseCommand; readonly view: CaseView }
  /** By a rule of the case, or because the line could not be read; `view` `null`: it belongs to no case. */
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly view: CaseView | null }
  /** The pull request that was named does not document the change. */
  | {
      readonly kind: "offer-refused";
      readonly refusal: Refusal;
      readonly view: CaseView;
      readonly pullRequest: number;
      /** Paths of which it does not show exactly what landed, each said as what is wrong. */
      readonly differences: readonly string[];
      /** Sections of the template that say nothing. */
      readonly unfilled: readonly string[];
    }
  /** No case belongs to this issue or pull request. */
  | { readonly kind: "not-here" }
  /** The pull request is looked at again. */
  | { readonly kind: "rechecked" }
  /** There is nothing that could be looked at again: it was asked on an issue. */
  | { readonly kind: "nothing-to-check" }
  | { readonly kind: "help" };

/**
 * The answer to a command, for flows to post where it was asked: Markdown without its marker. Mentions nobody, and
 * repeats nothing of the comment that could act. `docsUrl` is where `docs/break-glass.md` can be read; `null`: nowhere.
 */
export function answer(what: Answer, docsUrl: string | null): string {
  switch (what.kind) {
    case "accepted":
      return paragraphs([acceptedText(what.command, what.view), nextOf(what.view)]);
    case "refused":
      return paragraphs([...refusalText(what.refusal, docsUrl), what.view === null ? "" : nextOf(what.view)]);
    case "offer-refused":
      return offerText(what, docsUrl);
    case "not-here":
      return "No break-glass case belongs to this issue or pull request. On a pull request, `/break-glass <reason>` declares one; everything else is asked on the case's tracking issue or on the pull request that it is about.";
    case "rechecked":
      return "🔎 The pull request is looked at again; the check runs will say what came of it.";
    case "nothing-to-check":
      return "This is an issue, and only pull requests are checked: comment `/countersign recheck` on one.";
    case "help":
      return paragraphs([helpText(), docsLine("How it all works", docsUrl, "")]);
  }
}

function acceptedText(command: CaseCommand, view: CaseView): string {
  const { case: subject } = view;
  switch (command.kind) {
    case "declare":
      return declaredText(view);
    case "ack":
      return `✅ Acknowledged. ${owedText(subject)}`;
    case "retro":
      return `📄 ${capital(pullLink(view, command.pullRequest))} documents the change. ${owedText(subject)}`;
    case "extend":
      return `⏳ Extended by ${code(formatDuration(command.duration))}. ${owedText(subject)}`;
    case "reject":
      return `⛔ Rejected: the change must be reverted, and the case stays open until that has landed. ${owedText(subject)}`;
    case "close":
      return subject.state === "withdrawn"
        ? "⚪ The declaration is ended: the verdict of the gates holds again."
        : "🔒 The case is closed, and sealed by a record of the whole story.";
  }
}

function declaredText(view: CaseView): string {
  const { declaration } = view.case;
  if (declaration === null) return "🟠 Declared.";
  const { headOid, endsAt } = declaration;
  return `🟠 Break-glass declared for ${shortOid(headOid)} until **${utc(endsAt)}**. Stakeholders are alerted first; then the check turns neutral, and the change may land. A new commit, or the end of that time, ends it. What lands is owed an acknowledgement, a documentation and an independent review.`;
}

function owedText(subject: Case): string {
  const owed = deadlines(subject).filter(({ met }) => !met);
  if (owed.length === 0) return "No deadline is left.";
  const due = owed.map(({ clock, dueAt }) => `${CLOCK_NAMES[clock].toLowerCase()} by ${utc(dueAt)}`);
  return `Still owed: ${due.join(", ")}.`;
}

const capital = (text: string): string => text.replace(/[a-z]/, (letter) => letter.toUpperCase());

/** Where to go on. A case that was not announced yet has no issue to link to. */
function nextOf(view: CaseView): string {
  const issue = link("The tracking issue", view.issueUrl);
  return paragraphs([nextStepLine(view), view.issueUrl === null ? "" : `${issue} shows the whole case.`]);
}

function refusalText({ rule, message, remedy }: Refusal, docsUrl: string | null): string[] {
  return [
    `❌ Refused by ${code(rule)}: ${prose(message, 1_000)}`,
    `**What helps:** ${prose(remedy, 1_000)}`,
    docsLine("All rules", docsUrl, "#why-something-is-refused"),
  ];
}

const docsLine = (what: string, docsUrl: string | null, section: string): string =>
  docsUrl === null ? "" : `<sub>${link(what, `${docsUrl}${section}`)}</sub>`;

const LISTED = 20;
const PATHS_ROOM = 12_000;

function offerText(what: Extract<Answer, { kind: "offer-refused" }>, docsUrl: string | null): string {
  const { view, refusal, pullRequest, differences, unfilled } = what;
  const shown = differences.slice(0, LISTED).map((difference) => `- ${code(fitText(difference, 300))}`);
  const left = differences.length - shown.length;
  const paths = left === 0 ? shown : [...shown, `- and ${left} more`];
  const omitted = (count: number): string => `- and ${count} more`;
  return paragraphs([
    `${capital(pullLink(view, pullRequest))} was looked at.`,
    ...refusalText(refusal, docsUrl),
    differences.length === 0
      ? ""
      : `What it does not show as it landed:\n\n${fitLines(paths, PATHS_ROOM, omitted).join("\n")}`,
    unfilled.length === 0 ? "" : `Sections that say nothing yet: ${unfilled.map(code).join(", ")}`,
    nextOf(view),
  ]);
}

const AUTHORISED = "whom the policy authorises for it, who had no hand in the change";

/** Every command, what it does, and who is heard. `docs/break-glass.md` says the same. */
export const COMMANDS: readonly (readonly [command: string, does: string, needs: string])[] = [
  [
    "/break-glass <reason>",
    "declares an emergency on a pull request",
    "whom the policy authorises to declare",
  ],
  ["/break-glass ack [note]", "acknowledges", AUTHORISED],
  ["/break-glass retro #N", "names the retroactive pull request", "write access"],
  ["/break-glass extend <duration> <reason>", "extends the clocks that are running", AUTHORISED],
  ["/break-glass close", "closes the case; on one that is only declared, withdraws it", AUTHORISED],
  ["/break-glass reject <reason>", "says that the change must be reverted", AUTHORISED],
  ["/break-glass help", "lists the commands", "anybody"],
  ["/countersign recheck", "looks at the pull request again", "anybody, on a pull request"],
  ["/countersign help", "lists the commands", "anybody"],
];

/** The commands as a table, for whoever asks for help. */
const helpText = (): string =>
  [
    "A command stands in the first line of a comment, and every one is answered:",
    table(
      ["Command", "What it does", "Who is heard"],
      COMMANDS.map(([command, does, needs]) => row([code(command), does, needs])),
    ),
  ].join("\n\n");
