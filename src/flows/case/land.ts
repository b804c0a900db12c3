import type { CaseEvent } from "../../breakglass/event.js";
import { caseIdOf, type CaseFile } from "../../breakglass/stored.js";
import { openCase } from "../../breakglass/transition.js";
import { CountersignError } from "../../errors.js";
import type { RepositoryRef } from "../../facts/facts.js";
import { handlingOf, termsOf } from "../../policy/break-glass.js";
import type { Decision } from "../../policy/finding.js";
import type { PolicySource } from "../../policy/resolve.js";
import type { StoreTransaction } from "../../store/store.js";
import { CaseDraft, type CasePlace } from "./core/draft.js";
import { storeDraft } from "./core/store-draft.js";
import { lockCase } from "./core/with-case.js";

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
 * Whether a bypass is chased. Under the built-in default nobody has said how emergencies are handled, so it is recorded
 * and shown; a policy that is there but cannot be used is one that somebody meant.
 */
export const isChased = ({ identity }: PolicySource): boolean => identity.source !== "built-in";

/**
 * Opens the case of a change that landed around its gates, or lets the declared one land: in the caller's transaction,
 * with the change's own record. However often and in whatever way a change is found, it has one case.
 */
export async function landCase(tx: StoreTransaction, landed: Landed): Promise<void> {
  const { tenantId, changeKey } = landed;
  const caseId = caseIdOf(changeKey);
  await lockCase(tx, tenantId, caseId);
  const stored = await tx.findCase(tenantId, caseId);
  const draft = stored === null ? opened(landed) : CaseDraft.of(stored);
  if (stored !== null) {
    draft.raise(landed.event);
    if (!draft.changed) return;
    const { how, decision, recordDigest } = landed;
    draft.note({ how, decision, changeRecordDigest: recordDigest });
  }
  await storeDraft(tx, draft);
  await tx.enqueue({ task: "follow-case", payload: { tenantId, caseId } });
}

function opened(landed: Landed): CaseDraft {
  const { changeKey, event } = landed;
  const opening = openCase(
    { id: caseIdOf(changeKey), change: changeKey, terms: termsOf(policyOf(landed)) },
    event,
  );
  if (!opening.ok)
    throw new CountersignError("invariant-broken", `A landing was refused: ${opening.refusal.rule}.`);
  return CaseDraft.opened(landed, fileOf(landed, opening.case), opening.step);
}

const policyOf = ({ policy }: Pick<Landed, "policy">) => (policy.kind === "usable" ? policy.policy : null);

function fileOf(landed: Landed, subject: CaseFile["case"]): CaseFile {
  const { repositoryUrl, how, policy, decision, recordDigest, appMayOpen } = landed;
  const handling = handlingOf(policyOf(landed));
  return {
    version: 1,
    case: subject,
    handling,
    policyDigest: policy.identity.digest,
    successor: null,
    repositoryUrl,
    how,
    decision,
    changeRecordDigest: recordDigest,
    offer: null,
    appOpens: appMayOpen && handling.retroactivePullRequest === "app" && landed.pullNumber === null,
  };
}
