import type { Store } from "../../store/store.js";

/**
 * Queues an audit of the branches that are watched: those of one repository, or of all of a tenant's where `repositoryId`
 * is `null`, as an organization's ruleset may protect any of them.
 */
export async function queueAudits(
  store: Pick<Store, "enqueue" | "listRepositories" | "listBranches">,
  tenantId: number,
  repositoryId: number | null,
): Promise<void> {
  const known = await store.listRepositories(tenantId);
  const concerned = known.filter(({ repository }) => repositoryId === null || repository.id === repositoryId);
  for (const { repository } of concerned) {
    for (const { branch } of await store.listBranches(tenantId, repository.id)) {
      await store.enqueue({ task: "audit-branch", payload: { tenantId, repository, branch } });
    }
  }
}
