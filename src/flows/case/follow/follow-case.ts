import type { StoredCase } from "../../../store/ports/case-store.js";
import type { CaseSubject } from "../../../store/jobs.js";
import { installationOf, type FlowContext } from "../../context.js";
import { followAuthority } from "./authority.js";
import { watchBudget } from "./budget.js";
import { followOffer } from "./follow-offer.js";
import { followRevert } from "./follow-revert.js";
import { openRetroactive } from "./open-retroactive.js";
import { refreshInvolvement } from "./refresh.js";

/**
 * Looks at what a case waits for on GitHub, as it stands now: who was involved, the pull request that documents it with
 * its reviews, and whether a rejected change was reverted. It compares states and not events, so it may come at any
 * time and any number of times.
 */
export async function followCase(context: FlowContext, subject: CaseSubject): Promise<void> {
  const { tenantId, caseId } = subject;
  const installation = await installationOf(context, tenantId);
  if (installation === null) return;
  for (const follow of [
    refreshInvolvement,
    followAuthority,
    watchBudget,
    openRetroactive,
    followOffer,
    followRevert,
  ]) {
    const stored = await context.store.findCase(tenantId, caseId);
    if (stored === null || stored.state === "closed") return;
    if (stored.state === "declared") return settle(context, stored);
    await follow(context, installation, stored);
  }
}

/** A declaration ends with what becomes of its pull request, which its evaluation finds out. */
async function settle(
  { store }: FlowContext,
  { tenantId, repository, pullNumber }: StoredCase,
): Promise<void> {
  if (pullNumber === null) return;
  await store.enqueue({
    task: "evaluate-pull-request",
    payload: { tenantId, repository, number: pullNumber },
  });
}
