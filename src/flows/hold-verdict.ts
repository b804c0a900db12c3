import type { KnownPullRequest, WantedCheck } from "../store/store.js";
import type { FlowContext } from "./context.js";
import { wantJoined } from "./want-checks.js";

/**
 * Takes a passing verdict off a commit as soon as we hear that it heads a pull request on which there is no decision: a
 * second one, or one that goes to another branch now. GitHub shows the commit's check runs to that one as well, and what
 * passed on the way to a lenient branch would let it into a strict one until it is judged. The evaluation puts it back.
 *
 * Where nothing passes there is nothing to borrow, and nothing is written. So an ordinary first evaluation costs nothing
 * more, and neither does an event that comes late: only where the pull request stands now, as far as we heard, counts.
 */
export async function holdVerdict(
  { store, clock, docsUrl }: Pick<FlowContext, "store" | "clock" | "docsUrl">,
  pull: KnownPullRequest,
): Promise<void> {
  const { tenantId, repository, number, baseRef, headOid: oid } = pull;
  const commit = { tenantId, repositoryId: repository.id, oid };
  await store.transaction(async (tx) => {
    await tx.lock(`checks:${tenantId}:${repository.id}:${oid}`);
    if (!(await tx.wantedChecks(commit)).some(passes)) return;
    const heads = await tx.openPullRequestsAt(commit);
    if (!heads.some((head) => head.number === number && head.baseRef === baseRef)) return;
    const observedAt = clock.now().toISOString();
    await wantJoined(tx, { docsUrl }, { tenantId, repository, oid }, { heads, more: [], observedAt });
  });
}

/** What GitHub lets through where the check is required. */
const passes = ({ content: { conclusion } }: WantedCheck): boolean =>
  conclusion === "success" || conclusion === "neutral";
