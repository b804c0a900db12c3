import { isCountersignError } from "../../errors.js";
import { canonicalJson, sha256Hex } from "../../evidence/canonical.js";
import { wellFormed } from "../../evidence/well-formed.js";
import type { BaseReading } from "../../facts/base-branch.js";
import type { Installation } from "../../github/github.js";
import { isControlledBranch } from "../../policy/controlled.js";
import { missesOf } from "../../policy/drift/standing.js";
import { type PolicySource, resolvePolicy } from "../../policy/resolve.js";
import { baseDigest } from "../../policy/verdict/seen.js";
import type { BranchSubject } from "../../store/jobs.js";
import { installationOf, type FlowContext } from "../context.js";
import { noteLogged } from "./read-audit-log.js";
import { type Audit, settleAudit } from "./settle-audit.js";

/**
 * Audits what protects a controlled branch: compares it with what the last audit saw and with the policy, and has what
 * drifted recorded and told. Open pull requests that were judged while the branch asked something else are looked at
 * again, whatever webhook about it was lost. Where no webhook told who changed it, the audit log is asked, if it may be.
 *
 * @throws CountersignError a `github-*` code
 */
export async function auditBranch(context: FlowContext, subject: BranchSubject): Promise<void> {
  const installation = await installationOf(context, subject.tenantId);
  if (installation === null) return;
  // Before anything is read: what is changed meanwhile is the next audit's.
  const at = context.clock.now();
  const reading = await readOrNull(installation, subject);
  if (reading === null) return;
  const policy = resolvePolicy(reading.controlFiles, reading.tip);
  if (!isControlledBranch(reading.controlFiles, policy, subject.branch)) return;
  await judgeAgain(context, subject, reading);
  const audit = auditOf(context, subject, { reading, policy, at });
  if ((await settleAudit(context, subject, audit, true)) === "settled") return;
  await askLog(context, installation, subject.tenantId);
  await settleAudit(context, subject, audit);
}

/** A drift is not kept waiting for a name: what the log cannot tell now it tells at the next hourly look. */
async function askLog(context: FlowContext, installation: Installation, tenantId: number): Promise<void> {
  try {
    await noteLogged(context, installation, tenantId);
  } catch (error) {
    if (!isCountersignError(error, "github-unavailable", "github-rate-limited", "github-rejected"))
      throw error;
    context.logger.warn({ tenantId, err: error }, "The audit log could not be read");
  }
}

/** `null`: the branch or its repository is gone, which those who watch them find. */
async function readOrNull(
  installation: Installation,
  { repository, branch }: BranchSubject,
): Promise<BaseReading | null> {
  try {
    return await installation.readBase(repository, branch);
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return null;
    throw error;
  }
}

async function judgeAgain(
  { store }: FlowContext,
  { tenantId, repository, branch }: BranchSubject,
  { protection, controlFiles }: BaseReading,
): Promise<void> {
  const key = { tenantId, repositoryId: repository.id, branch };
  for (const number of await store.judgedByAnother(key, baseDigest(protection, controlFiles))) {
    await store.enqueue({ task: "evaluate-pull-request", payload: { tenantId, repository, number } });
  }
}

function auditOf(
  { appId }: FlowContext,
  { branch }: BranchSubject,
  {
    reading,
    policy,
    at,
  }: { readonly reading: BaseReading; readonly policy: PolicySource; readonly at: Date },
): Audit {
  const { protection, identities, url: repositoryUrl, tip } = reading;
  const read = canonicalJson(wellFormed({ protection, identities }));
  return {
    at,
    tip,
    repositoryUrl,
    policy,
    protection: read,
    digest: sha256Hex(read),
    misses: missesOf({ appId, branch, repositoryUrl, protection, policy }, at),
  };
}
