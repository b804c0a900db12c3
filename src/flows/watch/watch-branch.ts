import type { Change, MoveChange } from "../../breakglass/detect/look.js";
import { CountersignError, isCountersignError } from "../../errors.js";
import type { Installation } from "../../github/github.js";
import type { StoredCase } from "../../store/ports/case-store.js";
import type { BranchSubject } from "../../store/jobs.js";
import { doubtOf } from "../case/basis.js";
import { installationOf, type FlowContext } from "../context.js";
import { readTipPolicy } from "../policy/account.js";
import { atFirstSight } from "./first-sight.js";
import { judgeMove, type JudgedMove, type Occasion } from "./move/judge-move.js";
import { awaitAssociation, awaitLog } from "./lag.js";
import { type BranchLook, lookAt, sinceOf } from "./look.js";
import { dismiss, type Found, settle } from "./settle.js";

/** How often a branch that someone else accounts for meanwhile is looked at before the job is put off. */
const ATTEMPTS = 3;
const GONE_RETRY_MS = 5 * 60_000;

/**
 * Accounts for what happened to a branch since the last look: merges get their records, and whatever else moved the
 * branch is judged, recorded, and where it went around the gates of a policy, becomes a break-glass case.
 *
 * @throws CountersignError `github-unavailable` while GitHub does not show all of it yet, `store-conflict` if others
 *   keep accounting for it at the same time, or a `github-*` code
 */
export async function watchBranch(context: FlowContext, subject: BranchSubject): Promise<void> {
  const installation = await installationOf(context, subject.tenantId);
  if (installation === null) return;
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (await accountFor(context, installation, subject)) return;
    }
  } catch (error) {
    if (!isCountersignError(error, "github-not-found")) throw error;
    await seekRepository(context, subject);
    return;
  }
  throw new CountersignError(
    "store-conflict",
    `${subject.branch} is accounted for by others at the same time.`,
  );
}

/** Renamed, given away or gone: which of these, the list of repositories tells. */
async function seekRepository({ store, clock }: FlowContext, { tenantId }: BranchSubject): Promise<void> {
  const runAt = new Date(clock.now().getTime() + GONE_RETRY_MS);
  await store.enqueue({ task: "reconcile", payload: { tenantId } }, { runAt });
}

async function accountFor(
  context: FlowContext,
  installation: Installation,
  subject: BranchSubject,
): Promise<boolean> {
  const seen = await lookAt(context, installation, subject);
  const look = seen.known === null ? await atFirstSight(installation, seen) : seen;
  if (look === null) {
    await dismiss(context, seen);
    return true;
  }
  const found = await judge(context, installation, look);
  return settle(context, look, found, await readTipPolicy(installation, look));
}

/** Judges the moves that a look found, one after the other; merges have a job of their own. */
async function judge(
  context: FlowContext,
  installation: Installation,
  look: BranchLook,
): Promise<readonly Found[]> {
  const { changes } = look.attribution;
  const moves = changes.filter(isMove);
  if (moves.length === 0) return changes.filter(isPull);
  const { tenantId, repository, branch } = look.subject;
  const open = await context.store.openCases(tenantId, repository.id, branch);
  const found: Found[] = [];
  const occasion = await occasionOf(context, installation, look, { found, open });
  if (occasion.activity.known) {
    const oids = moves.flatMap((move) => move.oids);
    const attributed = changes.filter(isPull).flatMap((pull) => pull.oids);
    const now = context.clock.now();
    awaitLog(look.known, moves, occasion.activity.value, now);
    awaitAssociation(oids, attributed, occasion.activity.value, now);
  }
  for (const change of changes) {
    if (isPull(change)) found.push(change);
    else {
      const judged = await judgeMove(installation, occasion, change);
      if (judged.controlled || isWatched(open, found)) found.push(judged);
    }
  }
  return found;
}

const isMove = (change: Change): change is MoveChange => change.kind === "move";
const isPull = (change: Change): change is Exclude<Change, MoveChange> => change.kind === "pull-request";

/** `found` grows as changes are judged: what one of them covers the next does not. */
async function occasionOf(
  { store, verifier }: FlowContext,
  { branches }: Installation,
  look: BranchLook,
  { found, open }: { readonly found: readonly Found[]; readonly open: readonly StoredCase[] },
): Promise<Occasion> {
  const { known, attribution, at } = look;
  const { tenantId, repository, branch } = look.subject;
  const key = { tenantId, repositoryId: repository.id, branch };
  const pulls = attribution.changes.filter(isPull);
  return {
    repository: await branches.readRepository(repository),
    branch,
    verifier,
    activity: await branches.readActivity(repository, branch),
    isDoubted: (policy) =>
      doubtOf(open, policy) !== null ||
      found.filter(isBypass).some((one) => one.policy.identity.digest !== policy.identity.digest),
    stood: known?.tip ?? known?.lastTip ?? sinceOf(look),
    taken: async (oids) => {
      const inThisLook = [...pulls, ...found].flatMap((one) =>
        "record" in one ? one.change.oids : one.oids,
      );
      return new Set([...(await store.coveredOids(key, oids)), ...inThisLook]);
    },
    at,
  };
}

/**
 * Whether a move counts though the policy before it took the branch off the list: while a case of the branch is open, or
 * will be by what this look found, as the policy that freed the branch may be the very thing that came around the gates.
 */
const isWatched = (open: readonly StoredCase[], found: readonly Found[]): boolean =>
  open.length > 0 || found.some(isBypass);

/** That it was under no policy is no case, and puts nothing in doubt. */
const isBypass = (one: Found): one is JudgedMove =>
  "record" in one && one.record.bypass && one.policy.identity.source !== "built-in";
