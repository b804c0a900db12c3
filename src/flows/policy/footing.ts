import { type Footing, footingOf, oidsToAsk } from "../../breakglass/detect/footing.js";
import { CountersignError } from "../../errors.js";
import { gather, type GatheredChange } from "../../facts/gather.js";
import type { Installation } from "../../github/github.js";
import type { Doubt } from "../../policy/emergencies.js";
import type { PullRequestSubject } from "../../store/jobs.js";
import type { BranchKey, KnownBranch } from "../../store/ports/branch-store.js";
import type { StoreTransaction } from "../../store/store.js";
import { type FlowContext, gatherPorts } from "../context.js";
import { branchLock, isSame } from "../watch/known.js";

/** What the policy that judges a change is worth, and what of its branch that was told from. */
export type Standing = Footing & { readonly known: KnownBranch | null; readonly tip: string };

/** A change with the standing of its policy. */
export interface StandingChange extends GatheredChange {
  readonly standing: Standing;
}

/** A second look at once tells an answer that was old when it came from a branch that was moved meanwhile. */
const LOOKS = 2;
/** For this long an answer with the policy in force is taken for an old one, of which nothing is said. */
const LAG_MS = 10 * 60_000;
const RETRY_MS = 5_000;
/** Accounting for a branch has what waits for it judged again by itself; GitHub's catching up does not. */
const LOOK_AGAIN_MS = { unaccounted: 60_000, overtaken: RETRY_MS };

/**
 * Gathers the facts about an open pull request, by GitHub's newest answer. What shows its base branch where it no longer
 * stands is read again at once. Where that is to no avail, a policy that is not the one in force is in doubt, and what is
 * judged by it says so; one that is the same still judges nothing anew, and the job tries again.
 *
 * @throws CountersignError `github-unavailable` with the time of the next try; else as `gather` does
 */
export async function gatherStanding(
  context: FlowContext,
  installation: Installation,
  subject: PullRequestSubject,
): Promise<StandingChange> {
  const ports = gatherPorts(context, installation, subject.tenantId);
  for (let look = 1; ; look += 1) {
    const change = await gather(subject, ports);
    const standing = await readStanding(context, subject.tenantId, change);
    if (standing.kind !== "overtaken") return { ...change, standing };
    if (look < LOOKS) continue;
    await lookAtBase(context.store, subject.tenantId, change);
    const now = context.clock.now();
    const isLasting = now.getTime() - standing.since.getTime() >= LAG_MS;
    if (standing.differs || isLasting) return { ...change, standing };
    throw lagging(change, now);
  }
}

/** Of one that is not open, or by whose policy nothing passes anyway, nothing is asked. */
async function readStanding(
  { store }: Pick<FlowContext, "store">,
  tenantId: number,
  change: GatheredChange,
): Promise<Standing> {
  const { facts, policy } = change;
  const { controlFiles, pullRequest } = facts;
  const key = baseOf(tenantId, change);
  const tip = controlFiles.known ? controlFiles.value.commitOid : pullRequest.base.oid;
  if (pullRequest.state !== "OPEN" || policy.kind !== "usable")
    return { kind: "accounted", known: null, tip };
  const known = await store.findBranch(key.tenantId, key.repositoryId, key.branch);
  // Nobody accounts for a branch that is not controlled.
  if (known === null && !change.controlled) return { kind: "accounted", known, tip };
  const pushes = await store.unsettledPushes(key.tenantId, key.repositoryId, key.branch);
  const seen = { tip, digest: policy.identity.digest, at: new Date(facts.observedAt) };
  const used = known === null ? null : await store.newestRevision({ tenantId, of: key }, null);
  const covered = await store.coveredOids(key, oidsToAsk(seen, pushes));
  return { ...footingOf(seen, { known, inForce: used?.digest ?? null, pushes, covered }), known, tip };
}

/**
 * When a verdict by a doubtful policy is looked at again, though what it waits for had nothing judged again: the branch
 * may have been taken back meanwhile. `null`: the policy is in no doubt.
 */
export const lookAgainAt = ({ kind }: Standing, now: Date): Date | null =>
  kind === "accounted" ? null : new Date(now.getTime() + LOOK_AGAIN_MS[kind]);

/** What a standing says against the policy. */
export const doubtsOf = ({ kind, tip }: Standing): Doubt[] => (kind === "accounted" ? [] : [{ kind, tip }]);

/**
 * Whether what was said against a policy still holds; asked within the transaction that stores the verdict. Accounting for
 * the branch has the pull requests judged again that are known by then: with the branch's lock held, this one is.
 */
export async function stillHolds(tx: StoreTransaction, key: BranchKey, standing: Standing): Promise<boolean> {
  if (standing.kind === "accounted") return true;
  await tx.lock(branchLock(key));
  return isSame(await tx.findBranch(key.tenantId, key.repositoryId, key.branch), standing.known);
}

/** Has the base branch of a change accounted for, where no webhook may have said that it has to be. */
export async function lookAtBase(
  store: Pick<StoreTransaction, "enqueue">,
  tenantId: number,
  { facts: { repository, pullRequest } }: Pick<GatheredChange, "facts">,
): Promise<void> {
  const payload = { tenantId, repository, branch: pullRequest.base.ref };
  await store.enqueue({ task: "watch-branch", payload });
}

export const baseOf = (tenantId: number, { facts }: Pick<GatheredChange, "facts">): BranchKey => ({
  tenantId,
  repositoryId: facts.repository.id,
  branch: facts.pullRequest.base.ref,
});

function lagging({ facts: { pullRequest } }: GatheredChange, now: Date): CountersignError {
  return new CountersignError(
    "github-unavailable",
    `GitHub shows ${pullRequest.base.ref} at a commit from which it was moved on before: #${pullRequest.number} is not judged by what may be an older policy.`,
    { retryAt: new Date(now.getTime() + RETRY_MS) },
  );
}
