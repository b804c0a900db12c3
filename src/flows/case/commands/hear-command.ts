import { type Command, parseCommand } from "../../../breakglass/commands.js";
import { type Refusal, refuse } from "../../../breakglass/rules.js";
import type { Installation } from "../../../github/github.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { CommandSubject } from "../../../store/jobs.js";
import { type FlowContext, installationOf } from "../../context.js";
import { declare } from "./declare.js";
import { patienceFor } from "./limit.js";
import { obey } from "./obey.js";
import { refuseAlone, wantReply } from "./reply.js";

/**
 * Hears a command in a comment, as it was when it was made, and answers it. A refused one says by which rule, and is on
 * record: as a step of its case, or by itself where it belongs to none.
 */
export async function hearCommand(context: FlowContext, subject: CommandSubject): Promise<void> {
  const parsed = parseCommand(subject.comment.line);
  if (parsed === null) return;
  const installation = await installationOf(context, subject.tenantId);
  if (installation === null) return;
  const patience = await patienceFor(context, installation, subject);
  if (patience === "silent") {
    const { author, url } = subject.comment;
    context.logger.info({ by: author.login, url }, "A command beyond the limit is not answered");
    return;
  }
  if (patience === "warned") {
    await context.store.transaction((tx) => refuseAlone(tx, context, subject, refuse("too-many-refused")));
    return;
  }
  const refusal = parsed.ok ? refuseSpeaker(subject) : parsed.refusal;
  if (refusal !== null || !parsed.ok) {
    await context.store.transaction((tx) =>
      refuseAlone(tx, context, subject, refusal ?? refuse("unknown-command")),
    );
    return;
  }
  await carryOut(context, installation, subject, parsed.command);
}

/** A comment that an app made in someone's name may say what that person never read. */
function refuseSpeaker({ comment: { author, viaApp } }: CommandSubject): Refusal | null {
  if (viaApp !== null) return refuse("not-a-person", `It was posted through the app ${viaApp}.`);
  return author.type === "User" ? null : refuse("not-a-person", `${author.login} is of type ${author.type}.`);
}

async function carryOut(
  context: FlowContext,
  installation: Installation,
  subject: CommandSubject,
  command: Command,
): Promise<void> {
  const { store } = context;
  switch (command.kind) {
    case "help":
      return store.transaction((tx) => wantReply(tx, context, subject, { kind: "help" }));
    case "recheck":
      return recheck(context, subject);
    case "declare":
      return subject.onPullRequest
        ? declare(context, installation, subject, command)
        : store.transaction((tx) => wantReply(tx, context, subject, { kind: "not-here" }));
    default: {
      const stored = await findCase(context, subject);
      return stored === null
        ? store.transaction((tx) => wantReply(tx, context, subject, { kind: "not-here" }))
        : obey(context, installation, stored, subject, command);
    }
  }
}

async function recheck(context: FlowContext, subject: CommandSubject): Promise<void> {
  const { tenantId, repository, number, onPullRequest } = subject;
  await context.store.transaction(async (tx) => {
    if (onPullRequest)
      await tx.enqueue({ task: "evaluate-pull-request", payload: { tenantId, repository, number } });
    await wantReply(tx, context, subject, { kind: onPullRequest ? "rechecked" : "nothing-to-check" });
  });
}

/** On an issue: the case that it tracks. On a pull request: the one it is the change of, else the one it documents. */
async function findCase({ store }: FlowContext, subject: CommandSubject): Promise<StoredCase | null> {
  const { tenantId, repository, number, onPullRequest } = subject;
  if (!onPullRequest) return store.findCaseOfIssue(tenantId, repository.id, number);
  const cases = await store.findCasesOfPullRequest(tenantId, repository.id, number);
  return cases.find(({ pullNumber }) => pullNumber === number) ?? cases.at(-1) ?? null;
}
