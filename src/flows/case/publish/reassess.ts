import { type CaseFile, heldPolicy, readCaseFile } from "../../../breakglass/stored.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { CaseSubject } from "../../../store/jobs.js";
import type { KnownPullRequest } from "../../../store/store.js";
import type { FlowContext } from "../../context.js";

/**
 * Has the pull requests looked at again whose verdict a case may turn: its own while it is only declared, those into its
 * branch that another policy than the one that held before it has judged, and all of them where it freezes the branch.
 */
export async function reassess(context: FlowContext, { tenantId, caseId }: CaseSubject): Promise<void> {
  const { store } = context;
  const stored = await store.findCase(tenantId, caseId);
  if (stored === null) return;
  const { repository, branch, pullNumber, state } = stored;
  const file = readCaseFile(stored.body, stored.digest);
  const numbers = new Set<number>();
  if (pullNumber !== null && (state === "declared" || state === "withdrawn")) numbers.add(pullNumber);
  for (const pull of await store.openPullRequests(tenantId)) {
    const here = pull.repository.id === repository.id && pull.baseRef === branch;
    if (here && (await mayTurn(context, stored, file, pull))) numbers.add(pull.number);
  }
  for (const number of numbers) {
    const payload = { tenantId, repository, number };
    await store.enqueue({ task: "evaluate-pull-request", payload }, { urgency: "bulk" });
  }
}

async function mayTurn(
  { store }: FlowContext,
  { tenantId, repository, breached }: StoredCase,
  file: CaseFile,
  { number, headOid }: KnownPullRequest,
): Promise<boolean> {
  if ((file.handling.freeze && breached) || file.successor !== null) return true;
  if (file.case.landing === null) return false;
  const decisions = await store.latestDecisions({ tenantId, repositoryId: repository.id, oid: headOid });
  const decision = decisions.find(({ pullNumber }) => pullNumber === number);
  return decision !== undefined && decision.policyDigest !== heldPolicy(file);
}
