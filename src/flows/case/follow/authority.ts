import { type CaseFile, heldPolicy, readCaseFile } from "../../../breakglass/stored.js";
import type { Installation } from "../../../github/github.js";
import { termsOf } from "../../../policy/break-glass.js";
import { resolvePolicy } from "../../../policy/resolve.js";
import type { StoredCase } from "../../../store/ports/case-store.js";
import type { StoredRecord } from "../../../store/store.js";
import type { FlowContext } from "../../context.js";
import { isOrphaned } from "../basis.js";
import { withCase } from "../core/with-case.js";
import { currentUrl } from "../issue-url.js";

/**
 * Lets a new policy say who may do what, if it came through its gates: so a case can end whose people have left, or
 * that opened while nobody was authorised.
 *
 * The merge that brought it must have been judged by the very policy that holds for the case now. What the emergency
 * itself pushed never judged anything before, so nobody can push their own authority along with the change and have a
 * harmless merge carry it in. Only where nobody at all is authorised any gated merge will do: there is nobody to ask.
 */
export async function followAuthority(
  { store, clock }: FlowContext,
  installation: Installation,
  stored: StoredCase,
): Promise<void> {
  const { tenantId, repository, branch, openedAt } = stored;
  const file = readCaseFile(stored.body, stored.digest);
  const merges = await store.gatedMerges({ tenantId, repositoryId: repository.id, branch }, openedAt);
  const merge = successorOf(file, merges);
  if (merge === null) return;
  const files = await installation.facts.readControlFiles(repository, merge.commitOid);
  const policy = resolvePolicy(files, merge.commitOid);
  // A commit that cannot be read looks like one without a policy: that is no word on who may end this case.
  if (policy.kind !== "usable" || policy.identity.source !== "repository") return;
  if (policy.identity.digest === null) return;
  const { digest } = policy.identity;
  if (digest === heldPolicy(file)) return;
  const at = clock.now().toISOString();
  await withCase({ store }, tenantId, stored.id, (draft) => {
    draft.raise({
      kind: "authority-replaced",
      id: `authority:${digest}@${merge.commitOid}`,
      at,
      why: `The policy was changed through its gates, with ${merge.commitOid.slice(0, 12)}.`,
      source: {
        kind: "policy",
        url: `${currentUrl(file.repositoryUrl, stored.repository)}/commit/${merge.commitOid}`,
      },
      by: null,
      authority: termsOf(policy.policy).authority,
    });
    draft.note({ successor: { digest, commitOid: merge.commitOid } });
  });
}

/** The newest merge whose outcome may hold: judged by the policy that holds, or by any where nobody is authorised. */
function successorOf(file: CaseFile, merges: readonly StoredRecord[]): StoredRecord | null {
  const orphaned = isOrphaned(file);
  const eligible = merges.filter(({ policyDigest }) => orphaned || policyDigest === heldPolicy(file));
  return eligible.at(-1) ?? null;
}
