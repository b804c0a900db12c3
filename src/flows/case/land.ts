import type { CaseEvent } from "../../breakglass/event.js";
import { type CaseFile, readCaseFile } from "../../breakglass/stored.js";
import { openCase } from "../../breakglass/transition.js";
import { CountersignError } from "../../errors.js";
import type { RepositoryRef } from "../../facts/facts.js";
import type { Decision } from "../../policy/finding.js";
import type { PolicySource } from "../../policy/resolve.js";
import type { StoredCase } from "../../store/ports/case-store.js";
import type { StoreTransaction } from "../../store/store.js";
import { type Basis, basisOf } from "./basis.js";
import { CaseDraft, type CasePlace } from "./core/draft.js";
import { storeDraft } from "./core/store-draft.js";
import { lockCaseOf } from "./core/with-case.js";

/** A change that landed around its gates. */
export interface Landed extends CasePlace {
  readonly repository: RepositoryRef;
  readonly repositoryUrl: string;
  readonly how: "merge" | "push" | "force-push" | "re-created";
  /** The policy that was in force before the change. */
  readonly policy: PolicySource;
  readonly decision: Decision;
  /** Of the change's own record. */
  readonly recordDigest: string;
  /** Whether the operator lets the app open retroactive pull requests. */
  readonly appMayOpen: boolean;
  readonly event: CaseEvent<"landed">;
}

/**
 * Opens the case of a change that landed around its gates, or lets the declared one land: in the caller's transaction,
 * with the change's own record. However often and in whatever way a change is found, it has one case; none where a
 * bypass is not chased (`basis.ts`).
 */
export async function landCase(tx: StoreTransaction, landed: Landed): Promise<void> {
  const { tenantId, repository, branch, changeKey } = landed;
  const { id: caseId, stored } = await lockCaseOf(tx, tenantId, changeKey);
  const basis = basisOf(await tx.openCases(tenantId, repository.id, branch), landed.policy);
  const draft = stored === null ? opened(caseId, landed, basis) : wentOn(stored, landed, basis);
  if (draft === null) return;
  await storeDraft(tx, draft);
  await tx.enqueue({ task: "follow-case", payload: { tenantId, caseId } });
}

/**
 * What was declared before, or is known already. Declared for another branch, or some time ago, it is judged by what
 * holds for this landing: else anyone could declare on a branch with a policy of their own, and merge into this one.
 */
function wentOn(stored: StoredCase, landed: Landed, basis: Basis | null): CaseDraft | null {
  const { branch, event, how, decision, recordDigest } = landed;
  const elsewhere = stored.branch !== branch;
  if (elsewhere && basis === null) return null;
  const anew = elsewhere || stored.state === "withdrawn" ? basis : null;
  const draft = new CaseDraft(landed, readCaseFile(stored.body, stored.digest), stored);
  draft.raise(anew === null ? event : { ...event, instead: { terms: anew.terms, elsewhere } });
  if (!draft.changed) return null;
  if (anew !== null)
    draft.note({ handling: anew.handling, policyDigest: anew.policyDigest, successor: null });
  draft.note({ how, decision, changeRecordDigest: recordDigest });
  return draft;
}

function opened(id: string, landed: Landed, basis: Basis | null): CaseDraft | null {
  const { changeKey, event } = landed;
  if (basis === null) return null;
  const opening = openCase({ id, change: changeKey, terms: basis.terms }, event);
  if (!opening.ok)
    throw new CountersignError("invariant-broken", `A landing was refused: ${opening.refusal.rule}.`);
  return CaseDraft.opened(landed, fileOf(landed, basis, opening.case), opening.step);
}

function fileOf(landed: Landed, { handling, policyDigest }: Basis, subject: CaseFile["case"]): CaseFile {
  const { repositoryUrl, how, decision, recordDigest, appMayOpen } = landed;
  return {
    version: 1,
    case: subject,
    handling,
    policyDigest,
    successor: null,
    repositoryUrl,
    how,
    decision,
    changeRecordDigest: recordDigest,
    offer: null,
    appOpens: appMayOpen && handling.retroactivePullRequest === "app" && landed.pullNumber === null,
  };
}
