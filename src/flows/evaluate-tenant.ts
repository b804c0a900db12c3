import type { PayloadOf } from "../store/jobs.js";
import { installationOf, type FlowContext } from "./context.js";

/**
 * Has every open pull request of a tenant evaluated: those that GitHub lists, whether or not we ever heard of them, and
 * those that we take for open. Archived repositories are left out, for nothing can be merged or posted there.
 *
 * @throws CountersignError a `github-*` code
 */
export async function evaluateTenant(
  context: FlowContext,
  { tenantId }: PayloadOf<"evaluate-tenant">,
): Promise<void> {
  const { store } = context;
  const tenant = await store.findTenant(tenantId);
  const installation = await installationOf(context, tenantId);
  if (tenant === null || installation === null) return;
  const listed = await installation.everyOpenPullRequest(tenant.login);
  const within = new Set(listed.map(({ repository }) => repository.id));
  const known = (await store.openPullRequests(tenantId)).filter(({ repository }) =>
    within.has(repository.id),
  );
  const wanted = [
    ...known,
    ...listed.flatMap(({ repository, numbers }) => numbers.map((number) => ({ repository, number }))),
  ];
  // By its name of today, where both know of it.
  const unique = new Map(wanted.map((pull) => [`${pull.repository.id}#${pull.number}`, pull]));
  for (const { repository, number } of unique.values()) {
    const payload = { tenantId, repository, number };
    await store.enqueue({ task: "evaluate-pull-request", payload }, { urgency: "bulk" });
  }
}
