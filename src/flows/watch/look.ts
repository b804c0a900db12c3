import { attribute, historyNeeded, oidsInQuestion } from "../../breakglass/detect/attribute.js";
import type { Attribution } from "../../breakglass/detect/look.js";
import { CountersignError } from "../../errors.js";
import type { Installation } from "../../github/github.js";
import type { KnownBranch, NewPush } from "../../store/ports/branch-store.js";
import type { BranchSubject } from "../../store/jobs.js";
import type { FlowContext } from "../context.js";
import { readHistory } from "./history.js";
import { awaitPushes } from "./lag.js";
import { pushesOnRecord } from "./move/on-record.js";

/** One look at a branch: what we knew of it, what we heard, and what follows. */
export interface BranchLook {
  readonly subject: BranchSubject;
  /** When it began. */
  readonly at: Date;
  /** `null`: the branch was never seen before, as a controlled one. */
  readonly known: KnownBranch | null;
  readonly pushes: readonly NewPush[];
  readonly attribution: Attribution;
}

/**
 * Compares where a branch stands on GitHub with what is accounted for.
 *
 * The pushes are read first, the branch after them: so the branch shows at least what they brought, and whatever comes
 * meanwhile has a job of its own.
 *
 * @throws CountersignError `github-unavailable` while GitHub does not show yet what it told us, or a `github-*` code
 */
export async function lookAt(
  { store, clock }: Pick<FlowContext, "store" | "clock">,
  installation: Installation,
  subject: BranchSubject,
): Promise<BranchLook> {
  const { tenantId, repository, branch } = subject;
  const at = clock.now();
  const known = await store.findBranch(tenantId, repository.id, branch);
  const pushes = await store.unsettledPushes(tenantId, repository.id, branch);
  const until = historyNeeded(known, pushes);
  const { reading, mergeBase } = await readHistory(installation, subject, until);
  const key = { tenantId, repositoryId: repository.id, branch };
  const covered = await store.coveredOids(key, oidsInQuestion({ known, pushes, reading }));
  awaitPushes(known, pushes, reading, covered, clock.now());
  const onRecord = await pushesOnRecord(store, key, pushes);
  const attribution = attribute({ branch, known, pushes, reading, covered, onRecord, mergeBase });
  return { subject, at, known, pushes, attribution };
}

/**
 * The commit from which on a branch is accounted for.
 *
 * @throws CountersignError `invariant-broken` of a branch that was never there
 */
export function sinceOf({ known, attribution, subject }: BranchLook): string {
  const since = known?.since ?? attribution.baseline;
  if (since !== null) return since;
  throw new CountersignError("invariant-broken", `${subject.branch} was never seen with a commit.`);
}
