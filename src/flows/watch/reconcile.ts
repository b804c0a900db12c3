import { installationOf, type FlowContext } from "../context.js";
import { leave } from "./watch-repository.js";

/**
 * Looks for what no webhook told: has every repository of a tenant looked at, and notes which of those that were known
 * can no longer be seen.
 *
 * @throws CountersignError a `github-*` code
 */
export async function reconcile(
  context: FlowContext,
  { tenantId }: { readonly tenantId: number },
): Promise<void> {
  const installation = await installationOf(context, tenantId);
  if (installation === null) return;
  const repositories = await installation.branches.listRepositories();
  const seen = new Set(repositories.map(({ id }) => id));
  for (const known of await context.store.listRepositories(tenantId)) {
    if (!seen.has(known.repository.id)) await leave(context, known);
  }
  for (const repository of repositories) {
    await context.store.enqueue({ task: "watch-repository", payload: { tenantId, repository } });
  }
}
