import { installationOf, type FlowContext } from "../context.js";
import { leave } from "./watch-repository.js";

/**
 * Looks for what no webhook told: has every repository of a tenant looked at, its open pull requests, and every open case, and notes which of the
 * repositories that were known can no longer be seen.
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
    await context.store.enqueue({ task: "sweep-repository", payload: { tenantId, repository } });
  }
  await context.store.enqueue({ task: "read-audit-log", payload: { tenantId } });
  await lookAtCases(context, tenantId);
}

/** What a case waits for may have been told by a webhook that was lost, or be behind a job that was given up. */
async function lookAtCases({ store }: FlowContext, tenantId: number): Promise<void> {
  for (const { id: caseId } of await store.allOpenCases(tenantId)) {
    await store.enqueue({ task: "follow-case", payload: { tenantId, caseId } }, { urgency: "bulk" });
    await store.enqueue({ task: "publish-case", payload: { tenantId, caseId } }, { urgency: "bulk" });
  }
}
