import { isCountersignError } from "../../errors.js";
import type { Installation } from "../../github/github.js";
import type { OpenPullState } from "../../github/pull-requests/open-states.js";
import { stateDigest } from "../../policy/verdict/seen.js";
import type { SeenPullRequest, ShownCheck } from "../../store/ports/healing-store.js";
import type { RepositorySubject } from "../../store/jobs.js";
import { installationOf, type FlowContext } from "../context.js";
import { externalIdOf } from "../publish-checks.js";

/** What a list cannot show (who may write, whose keys are registered, open alerts) is looked at once a day. */
const LONGEST_UNSEEN_MS = 24 * 3_600_000;
/** What was posted so shortly before may not show in every answer yet. */
const LAG_MS = 60_000;

/**
 * Looks for pull requests whose verdict is older than their state, whatever webhook was lost: compares what GitHub lists
 * with what the last look at each saw, and the check runs with what was posted. One that is as it was costs nothing more.
 * What is taken for open and is listed no more is looked at as well, which gives it its end.
 *
 * @throws CountersignError a `github-*` code
 */
export async function sweepRepository(context: FlowContext, subject: RepositorySubject): Promise<void> {
  const { store, clock, logger } = context;
  const { tenantId, repository } = subject;
  const installation = await installationOf(context, tenantId);
  if (installation === null) return;
  const known = await store.seenPullRequests(tenantId, repository.id);
  const began = clock.now();
  const listed = await readOrNull(installation, subject);
  if (listed === null) return;
  const stale = staleOf(listed, known, { appId: context.appId, now: began });
  for (const number of stale) {
    const payload = { tenantId, repository, number };
    await store.enqueue({ task: "evaluate-pull-request", payload }, { urgency: "bulk" });
  }
  const restored = await restoreChecks(context, subject, listed, began);
  if (stale.length + restored > 0) {
    const where = `${repository.owner}/${repository.name}`;
    logger.info(
      { repository: where, stale, restored },
      "Found verdicts that are older than what they are on",
    );
  }
}

/** `null`: archived, or gone, which the list of repositories tells. */
async function readOrNull(
  installation: Installation,
  { repository }: RepositorySubject,
): Promise<readonly OpenPullState[] | null> {
  try {
    return await installation.openStates(repository);
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return null;
    throw error;
  }
}

function staleOf(
  listed: readonly OpenPullState[],
  known: readonly SeenPullRequest[],
  { appId, now }: { readonly appId: number; readonly now: Date },
): number[] {
  const seen = new Map(known.map((one) => [one.number, one]));
  const isCurrent = (pull: OpenPullState): boolean => {
    const { state = null, evaluatedAt = null } = seen.get(pull.number) ?? {};
    const isRecent = evaluatedAt !== null && now.getTime() - evaluatedAt.getTime() < LONGEST_UNSEEN_MS;
    return isRecent && state === stateDigest(pull, appId);
  };
  const open = new Set(listed.map(({ number }) => number));
  return [
    ...listed.filter((pull) => !isCurrent(pull)).map(({ number }) => number),
    ...known.map(({ number }) => number).filter((number) => !open.has(number)),
  ];
}

/** Has posted again what GitHub does not show as it was posted, and posted what never was. How many commits that are. */
async function restoreChecks(
  { store }: FlowContext,
  { tenantId, repository }: RepositorySubject,
  listed: readonly OpenPullState[],
  began: Date,
): Promise<number> {
  const byHead = new Map(listed.map((pull) => [pull.headOid, pull]));
  const wanted = await store.shownChecks(tenantId, repository.id, [...byHead.keys()]);
  const unposted = new Set<string>();
  const altered = new Set<string>();
  for (const check of wanted) {
    if (check.postedRevision < check.revision) unposted.add(check.oid);
    else if (!isShown(check, byHead.get(check.oid), began)) altered.add(check.oid);
  }
  for (const oid of altered) await store.renewChecks({ tenantId, repositoryId: repository.id, oid });
  const oids = new Set([...unposted, ...altered]);
  for (const oid of oids) {
    await store.enqueue({ task: "publish-checks", payload: { tenantId, repository, oid } });
  }
  return oids.size;
}

function isShown(check: ShownCheck, pull: OpenPullState | undefined, began: Date): boolean {
  // Results that cannot be listed do not show that a check run is missing.
  if (pull?.results.known !== true) return true;
  if (check.postedAt !== null && began.getTime() - check.postedAt.getTime() < LAG_MS) return true;
  const externalId = externalIdOf(check);
  return pull.posted.some(
    (one) => one.name === check.name && one.externalId === externalId && one.conclusion === check.conclusion,
  );
}
