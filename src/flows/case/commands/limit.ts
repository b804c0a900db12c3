import type { Installation } from "../../../github/github.js";
import type { CommandSubject } from "../../../store/jobs.js";
import type { FlowContext } from "../../context.js";

/** How many commands of one person on one issue or pull request are refused within this time before that is the answer. */
export const REFUSALS = 10;
const WITHIN_MS = 60 * 60_000;

/** `heard`: as any other. `warned`: it is refused, and told that the next ones are not answered. `silent`: one of those. */
export type Patience = "heard" | "warned" | "silent";

/**
 * Whether a command is heard at all. On a public repository anybody can comment: who was refused again and again is told
 * so once, and then neither answered nor recorded until an hour has passed, so that nobody can make the app talk and its
 * evidence grow without end. The deliveries keep every comment all the same.
 *
 * Whoever may write to the repository is always heard: in an emergency nobody is to be locked out by typing errors.
 */
export async function patienceFor(
  { store }: Pick<FlowContext, "store">,
  { people }: Pick<Installation, "people">,
  { tenantId, repository, number, comment }: CommandSubject,
): Promise<Patience> {
  const refused = await store.countRefusals({
    tenantId,
    repositoryId: repository.id,
    number,
    authorId: comment.author.id,
    since: new Date(Date.parse(comment.at) - WITHIN_MS),
    // A job that was cut off runs again: its own refusal is not another one.
    exceptUrl: comment.url,
  });
  if (refused < REFUSALS) return "heard";
  const mayWrite = await people.readCanPush(repository, comment.author);
  if (mayWrite.known && mayWrite.value) return "heard";
  return refused === REFUSALS ? "warned" : "silent";
}
