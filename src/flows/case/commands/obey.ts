import type { Command } from "../../../breakglass/commands.js";
import type { CaseEvent } from "../../../breakglass/event.js";
import type { Actor } from "../../../breakglass/roles.js";
import type { Rule } from "../../../breakglass/rules.js";
import { readCaseFile } from "../../../breakglass/stored.js";
import type { Transition } from "../../../breakglass/transition.js";
import type { Installation } from "../../../github/github.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { CommandSubject } from "../../../store/jobs.js";
import { unknown } from "../../../facts/facts.js";
import type { Answer } from "../../../report/case/answer.js";
import type { CaseView } from "../../../report/case/view.js";
import type { FlowContext } from "../../context.js";
import { readActor } from "../actor.js";
import { asked } from "./asked.js";
import { followOffer } from "../follow/follow-offer.js";
import { followRevert } from "../follow/follow-revert.js";
import { readOffer, type OfferReading } from "../follow/offer.js";
import { refreshInvolvement } from "../follow/refresh.js";
import type { CaseDraft } from "../core/draft.js";
import { viewOf } from "../core/view.js";
import { wantReply } from "./reply.js";
import { withCase } from "../core/with-case.js";

/** A command about a case that is there already. */
export type CaseCommand = Extract<Command, { kind: "ack" | "retro" | "extend" | "close" | "reject" }>;

/** Takes a case through what someone asked for in a comment, and answers; the step and the answer are one transaction. */
export async function obey(
  context: FlowContext,
  installation: Installation,
  stored: StoredCase,
  subject: CommandSubject,
  command: CaseCommand,
): Promise<void> {
  const { tenantId, id: caseId } = stored;
  await refreshInvolvement(context, installation, stored);
  if (command.kind === "close") await lookOnceMore(context, installation, stored);
  const { case: known } = readCaseFile(stored.body, stored.digest);
  const by = await readActor(installation, stored.repository, subject.comment.author, known.terms);
  const offered =
    command.kind === "retro" && known.landing !== null
      ? await readOffer(installation, stored, known.landing, command.pullRequest)
      : null;
  await withCase(context, tenantId, caseId, async (draft, tx) => {
    const event = eventOf(command, subject, by, draft.case.landing === null, offered);
    if (!subject.onPullRequest) draft.answered.add(event.id);
    const taken = draft.raise(event);
    if (offered !== null) noteOffer(draft, offered, taken);
    await wantReply(tx, context, subject, answerTo(command, taken, offered, await viewOf(tx, draft)));
    await tx.enqueue({ task: "follow-case", payload: { tenantId, caseId } });
  });
}

/** A seal is for good: what GitHub has not told, or what waits its turn still, must not be missing from it. */
async function lookOnceMore(
  context: FlowContext,
  installation: Installation,
  stored: StoredCase,
): Promise<void> {
  if (stored.state === "closed") return;
  await followOffer(context, installation, stored);
  await followRevert(context, installation, stored);
}

/** Refused for what the pull request is, and not for who named it, or when. */
const OF_THE_OFFER: ReadonlySet<Rule> = new Set<Rule>([
  "already-documented",
  "diff-unknown",
  "diff-not-covered",
  "template-unfilled",
]);

/**
 * What was offered is followed from now on, so that it counts as soon as what it lacks is mended. Not by the word of
 * those who may not document: anybody can comment, and would take the place of what the team offers.
 */
function noteOffer(draft: CaseDraft, { offer: { number, url } }: OfferReading, taken: Transition): void {
  if (!taken.ok && !OF_THE_OFFER.has(taken.refusal.rule)) return;
  const verdict = taken.ok || taken.refusal.rule === "already-documented" ? null : taken.refusal.message;
  draft.note({ offer: { number, url, verdict } });
}

function answerTo(
  command: CaseCommand,
  taken: Transition,
  offered: OfferReading | null,
  view: CaseView,
): Answer {
  if (taken.ok) return { kind: "accepted", command, view };
  const { refusal } = taken;
  if (command.kind !== "retro" || offered === null) return { kind: "refused", refusal, view };
  const { differences, unfilled } = offered;
  return {
    kind: "offer-refused",
    refusal,
    view,
    pullRequest: command.pullRequest,
    differences: differences.known ? differences.value : [],
    unfilled,
  };
}

function eventOf(
  command: CaseCommand,
  subject: CommandSubject,
  by: Actor,
  onlyDeclared: boolean,
  offered: OfferReading | null,
): CaseEvent {
  switch (command.kind) {
    case "ack":
      return { ...asked(subject, command.note), kind: "acknowledged", by };
    case "extend":
      return { ...asked(subject, command.reason), kind: "extended", by, duration: command.duration };
    case "reject":
      return { ...asked(subject, command.reason), kind: "rejected", by };
    case "close":
      // What has not landed is not closed: its declaration is taken back.
      return { ...asked(subject, ""), kind: onlyDeclared ? "withdrawn" : "closed", by };
    case "retro":
      return documentedBy(command.pullRequest, subject, by, offered);
  }
}

function documentedBy(
  pullRequest: number,
  subject: CommandSubject,
  by: Actor,
  offered: OfferReading | null,
): CaseEvent<"documented"> {
  const missing = unknown(
    "not-found",
    `There is no pull request #${pullRequest} in the repository of the change.`,
    "Name one of that repository.",
  );
  return {
    ...asked(subject, ""),
    kind: "documented",
    by,
    pullRequest,
    headOid: offered?.offer.headOid ?? "",
    differences: offered?.differences ?? missing,
    unfilled: offered?.unfilled ?? [],
  };
}
