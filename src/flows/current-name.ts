import type { RepositorySubject } from "../store/jobs.js";
import type { FlowContext } from "./context.js";

/**
 * What a job is about, by the name that its repository has now, as far as we heard. A job that waited names it as it was
 * called then, and meanwhile that name can have become another repository's.
 */
export async function byCurrentName<S extends RepositorySubject>(
  { store }: Pick<FlowContext, "store">,
  subject: S,
): Promise<S> {
  const known = await store.findRepository(subject.tenantId, subject.repository.id);
  return known === null ? subject : { ...subject, repository: known.repository };
}

/** A flow as one that goes by the name that the repository has now. */
export const named =
  <S extends RepositorySubject>(
    context: FlowContext,
    flow: (context: FlowContext, subject: S) => Promise<void>,
  ): ((subject: S) => Promise<void>) =>
  async (subject) => {
    await flow(context, await byCurrentName(context, subject));
  };
