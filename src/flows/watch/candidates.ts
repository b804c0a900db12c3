import { isControlled } from "../../policy/document/branches.js";
import type { KnownRepository } from "../../store/ports/branch-store.js";
import type { Store } from "../../store/store.js";

/** Whether the default branch's policy, as it was last read, controls a branch. */
export const isListed = ({ controlled, defaultBranch }: KnownRepository, branch: string): boolean =>
  isControlled({ branches: [...controlled] }, branch, defaultBranch);

/**
 * Whether a push to this branch has to be looked at: the default branch, those that its policy lists, and those that
 * are watched already, whatever a policy says by now. Told from the database alone, for most pushes are to others.
 */
export async function mayBeControlled(
  store: Pick<Store, "findBranch">,
  repository: KnownRepository,
  branch: string,
): Promise<boolean> {
  if (branch === repository.defaultBranch || isListed(repository, branch)) return true;
  return (await store.findBranch(repository.tenantId, repository.repository.id, branch)) !== null;
}
