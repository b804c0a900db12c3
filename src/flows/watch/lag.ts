import { isLate } from "../../breakglass/detect/footing.js";
import type { Accounted, Change, Push } from "../../breakglass/detect/look.js";
import { inOrder } from "../../breakglass/detect/order.js";
import { CountersignError } from "../../errors.js";
import type { BranchActivity, BranchReading } from "../../facts/case-source.js";
import type { Fact, UnknownReason } from "../../facts/facts.js";

/** GitHub's answers may lag behind its webhooks and behind each other; for this long a gap is taken for lag. */
const LAG_MS = 10 * 60_000;
const RETRY_MS = 30_000;

/** Whether something that happened then may not show everywhere yet. */
const isYoung = (at: Date, now: Date): boolean => now.getTime() - at.getTime() < LAG_MS;

/** Has the job wait: what is missing now is thought to come. */
const lagging = (message: string, now: Date): CountersignError =>
  new CountersignError("github-unavailable", message, { retryAt: new Date(now.getTime() + RETRY_MS) });

/**
 * Puts the look off while GitHub does not show the branch where the last push, if it is young, left it. Judged from such an answer, the
 * branch would seem to have been moved away from what was just pushed.
 *
 * @throws CountersignError `github-unavailable` with the time of the next try
 */
export function awaitPushes(
  known: Accounted | null,
  pushes: readonly Push[],
  reading: BranchReading,
  covered: ReadonlySet<string>,
  now: Date,
): void {
  const last = inOrder(pushes, known?.tip ?? null).at(-1);
  if (last === undefined || !isYoung(last.pushedAt, now)) return;
  const shown = [reading.tip, ...reading.history.map(({ oid }) => oid)];
  if (shown.includes(last.after) || (known !== null && isLate(last, known, covered))) return;
  const where = last.after === null ? "as deleted" : `at ${last.after}`;
  throw lagging(`GitHub does not show the branch ${where} yet, as it told by webhook.`, now);
}

/**
 * Puts the look off while the branch seems to have been taken away from where we last saw it, though no push told of that
 * and its log still ends there: then it is the answer that is an old one. For as long as that was seen lately only: a log
 * can lag as well.
 *
 * @param activity the branch's log, the newest first
 * @throws CountersignError `github-unavailable` with the time of the next try
 */
export function awaitLog(
  known: Accounted | null,
  changes: readonly Change[],
  activity: readonly BranchActivity[],
  now: Date,
): void {
  if (known === null || !isYoung(known.accountedAt, now)) return;
  const { tip } = known;
  if (tip === null || activity[0]?.after !== tip) return;
  const isLeft = changes.some(
    (change) =>
      change.kind === "move" &&
      change.guids.length === 0 &&
      change.before === tip &&
      (change.form === "force-push" || change.form === "deleted"),
  );
  if (isLeft) throw lagging(`GitHub does not show the branch at ${tip}, where its log leaves it.`, now);
}

/** What GitHub writes in a branch's log for its own merges; https://docs.github.com/rest/repos/repos#list-repository-activities */
const QUEUE_MERGE = "merge_queue_merge";
const MERGES: ReadonlySet<string> = new Set(["pr_merge", QUEUE_MERGE]);

/**
 * Puts the look off while the branch's log says that GitHub itself merged a pull request, and the commit's own list of
 * pull requests does not yet: else a change that went through its gates would be taken for one that went around them.
 * A merge queue lands several at once, of which the log names the last: while it is young, any commit may be of its.
 *
 * @param oids commits of the branch that seem to be nobody's
 * @param attributed commits of the branch that pull requests made
 * @throws CountersignError `github-unavailable` with the time of the next try
 */
export function awaitAssociation(
  oids: readonly string[],
  attributed: readonly string[],
  activity: readonly BranchActivity[],
  now: Date,
): void {
  const merge = activity.find(({ kind, after, at }) => {
    const landed = kind === QUEUE_MERGE ? [...oids, ...attributed] : oids;
    return MERGES.has(kind) && landed.includes(after) && isYoung(new Date(at), now);
  });
  if (merge === undefined || oids.length === 0) return;
  throw lagging(`GitHub does not tell yet which pull request made ${merge.after}.`, now);
}

/** What the app may not read it will not be able to read later, and what a commit holds stays as it is. */
const LASTING: ReadonlySet<UnknownReason["code"]> = new Set(["forbidden", "malformed"]);

/**
 * Gives a fact back, unless it is unknown and may only not be known yet. What happened at a time that nobody tells is not
 * waited for.
 *
 * @throws CountersignError `github-unavailable` with the time of the next try
 */
export function awaitRead<F extends Fact<unknown>>(
  fact: F,
  { movedAt, now }: { readonly movedAt: Date | null; readonly now: Date },
): F {
  const mayCome = !fact.known && !LASTING.has(fact.reason.code);
  if (mayCome && movedAt !== null && isYoung(movedAt, now)) throw lagging(fact.reason.message, now);
  return fact;
}
