import { suiteCommit } from "../../render/commits.js";
import type { Account, PullRequest, QueuedGroup, Repo } from "../model.js";
import { Refusal } from "../refusal.js";
import { tell } from "../telling.js";
import type { World } from "../world.js";
import { refMoved } from "./changes.js";
import { makeCommits, type MergeMethod, settle } from "./merging.js";
import { appliedRules, checkState, mergeBlockers, QUEUE_REQUIRED, requirements } from "./protection.js";

/** How the queue of a branch works, as its rule says. */
export interface QueueSettings {
  readonly method: MergeMethod;
  /** Whether each group's own checks have to pass, and not only those of the last one that lands. */
  readonly allGreen: boolean;
}

/** `null`: the branch has no queue. */
export function queueSettings(repo: Repo, branch: string): QueueSettings | null {
  const rule = appliedRules(repo, branch).find((applied) => applied.rule.type === "merge_queue")?.rule;
  if (rule === undefined) return null;
  const { merge_method: method, grouping_strategy: strategy } = rule.parameters ?? {};
  const named = typeof method === "string" ? method.toLowerCase() : "merge";
  const known = named === "squash" || named === "rebase" ? named : "merge";
  return { method: known, allGreen: strategy !== "HEADGREEN" };
}

/**
 * Puts pull requests into the queue of their base, as one group on top of those that are there: makes its commits on a
 * branch of the queue's, asks for its checks, and lands it where there is nothing to wait for.
 *
 * @throws Refusal 405 for what may not be merged
 */
export async function enqueue(
  world: World,
  pulls: readonly PullRequest[],
  method?: MergeMethod,
): Promise<QueuedGroup> {
  await mayQueue(world, pulls);
  const group = await build(world, pulls, method);
  await progress(world, group.repo);
  return group;
}

/** Lands pull requests at once, as the queue does where nobody has to pass on their group. Gives the new tip. */
export async function mergeGroup(
  world: World,
  pulls: readonly PullRequest[],
  method?: MergeMethod,
): Promise<string> {
  await mayQueue(world, pulls);
  const group = await build(world, pulls, method);
  await land(world, [group]);
  return group.headOid;
}

async function mayQueue(world: World, pulls: readonly PullRequest[]): Promise<void> {
  const [first] = pulls;
  if (first === undefined) throw new Refusal(405, "The merge group is empty");
  for (const pull of pulls) {
    const blockers = (await mergeBlockers(world, pull)).filter((reason) => reason !== QUEUE_REQUIRED);
    const fits = pull.repo === first.repo && pull.baseRef === first.baseRef && !isQueued(pull);
    if (pull.state !== "open" || pull.draft || !fits || blockers.length > 0) {
      throw new Refusal(405, blockers.join(" "));
    }
  }
}

const isQueued = (pull: PullRequest): boolean =>
  pull.repo.queue.some(({ members }) => members.some((member) => member.pull === pull));

async function build(
  world: World,
  pulls: readonly PullRequest[],
  method?: MergeMethod,
): Promise<QueuedGroup> {
  const [first] = pulls;
  if (first === undefined) throw new Refusal(405, "The merge group is empty");
  const { repo, baseRef } = first;
  const baseOid = groupsInto(repo, baseRef).at(-1)?.headOid ?? (await repo.git.tip(`refs/heads/${baseRef}`));
  if (baseOid === null) throw new Refusal(405, "Base branch was deleted");
  const how = method ?? queueSettings(repo, baseRef)?.method ?? "merge";
  const members: QueuedGroup["members"][number][] = [];
  let tip = baseOid;
  for (const pull of pulls) {
    const before = tip;
    tip = await makeCommits(world, pull, pull.author, before, { method: how });
    members.push({ pull, baseOid: before, oid: tip });
  }
  const ref = `refs/heads/gh-readonly-queue/${baseRef}/pr-${pulls.at(-1)?.number ?? 0}-${baseOid}`;
  const group: QueuedGroup = {
    id: world.id(),
    repo,
    ref,
    baseRef,
    baseOid,
    headOid: tip,
    method: how,
    members,
  };
  repo.queue.push(group);
  await moveQueueBranch(world, group, tip);
  await tellGroup(world, group, "checks_requested");
  return group;
}

const groupsInto = (repo: Repo, baseRef: string): QueuedGroup[] =>
  repo.queue.filter((group) => group.baseRef === baseRef);

async function moveQueueBranch(
  world: World,
  { repo, ref }: QueuedGroup,
  after: string | null,
): Promise<void> {
  const before = await repo.git.tip(ref);
  await repo.git.setRef(ref, after);
  await refMoved(world, repo, { ref, before, after }, world.mergeQueue());
}

const TURNS = new WeakMap<Repo, Promise<void>>();

/** Lands what may land and takes out what cannot, for as long as that changes something; one after the other. */
export async function progress(world: World, repo: Repo): Promise<void> {
  const turn = (TURNS.get(repo) ?? Promise.resolve()).then(() => advance(world, repo));
  TURNS.set(
    repo,
    turn.catch(() => undefined),
  );
  await turn;
}

async function advance(world: World, repo: Repo): Promise<void> {
  for (const baseRef of new Set(repo.queue.map((group) => group.baseRef))) {
    while (await step(world, repo, baseRef));
  }
}

async function step(world: World, repo: Repo, baseRef: string): Promise<boolean> {
  const groups = groupsInto(repo, baseRef);
  const tip = await repo.git.tip(`refs/heads/${baseRef}`);
  if (groups[0] !== undefined && groups[0].baseOid !== tip) {
    await rebuild(world, groups);
    return true;
  }
  const failed = groups.find((group) => stateOf(group) === "red");
  if (failed !== undefined) {
    await takeOut(world, failed);
    return true;
  }
  const ready = landable(groups, queueSettings(repo, baseRef)?.allGreen ?? true);
  if (ready.length === 0) return false;
  await land(world, ready);
  return true;
}

/** The groups at the front that have what they need. */
function landable(groups: readonly QueuedGroup[], allGreen: boolean): readonly QueuedGroup[] {
  if (!allGreen) return groups.slice(0, groups.findLastIndex((group) => stateOf(group) === "green") + 1);
  const waiting = groups.findIndex((group) => stateOf(group) !== "green");
  return waiting === -1 ? groups : groups.slice(0, waiting);
}

function stateOf({ repo, baseRef, headOid }: QueuedGroup): "green" | "red" | "open" {
  const states = requirements(repo, baseRef).checks.map((check) => checkState(repo, headOid, check));
  if (states.includes("red")) return "red";
  return states.every((state) => state === "green") ? "green" : "open";
}

/** The branch moves once for all that lands together. */
async function land(world: World, groups: readonly QueuedGroup[]): Promise<void> {
  const last = groups.at(-1);
  if (last === undefined) return;
  const { repo, baseRef } = last;
  const ref = `refs/heads/${baseRef}`;
  const bot = world.mergeQueue();
  leave(repo, groups);
  const before = await repo.git.tip(ref);
  for (const { members, method } of groups) {
    for (const { pull, baseOid, oid } of members) await settle(world, pull, bot, baseOid, oid, method);
  }
  await repo.git.setRef(ref, last.headOid);
  await refMoved(world, repo, { ref, before, after: last.headOid }, bot, "merge_queue_merge");
  for (const group of groups) await destroy(world, group, "merged");
}

/** Takes a group out; those behind it are made anew on what is left. */
async function takeOut(world: World, group: QueuedGroup): Promise<void> {
  const groups = groupsInto(group.repo, group.baseRef);
  const behind = groups.slice(groups.indexOf(group) + 1);
  leave(group.repo, [group]);
  await destroy(world, group, "dequeued");
  await rebuild(world, behind);
}

/** Makes groups anew on what is there now. */
async function rebuild(world: World, groups: readonly QueuedGroup[]): Promise<void> {
  const [first] = groups;
  if (first !== undefined) leave(first.repo, groups);
  for (const one of groups) await destroy(world, one, "invalidated");
  for (const { members, method } of groups) {
    await build(
      world,
      members.map(({ pull }) => pull),
      method,
    );
  }
}

/** Takes a pull request out of its queue; others of its group are made anew without it. */
export async function dequeue(world: World, pull: PullRequest): Promise<void> {
  const group = pull.repo.queue.find(({ members }) => members.some((member) => member.pull === pull));
  if (group === undefined) throw new Refusal(422, "The pull request is not in the merge queue");
  const rest = group.members.map((member) => member.pull).filter((other) => other !== pull);
  await takeOut(world, group);
  if (rest.length > 0) await build(world, rest, group.method);
  await progress(world, pull.repo);
}

function leave(repo: Repo, groups: readonly QueuedGroup[]): void {
  for (const group of groups) repo.queue.splice(repo.queue.indexOf(group), 1);
}

async function destroy(
  world: World,
  group: QueuedGroup,
  reason: "merged" | "dequeued" | "invalidated",
): Promise<void> {
  await moveQueueBranch(world, group, null);
  await tellGroup(world, group, "destroyed", reason);
}

/** Only who may read merge queues hears of their groups. */
async function tellGroup(
  world: World,
  { repo, ref, headOid, baseOid, baseRef }: QueuedGroup,
  action: "checks_requested" | "destroyed",
  reason?: string,
): Promise<void> {
  const group = {
    head_sha: headOid,
    head_ref: ref,
    base_sha: baseOid,
    base_ref: `refs/heads/${baseRef}`,
    head_commit: suiteCommit(await repo.git.commitObject(headOid)),
  };
  const sender: Account = world.mergeQueue();
  const details = { merge_group: group, ...(reason === undefined ? {} : { reason }) };
  tell(world, repo, sender, "merge_group", action, details, ["merge_queues"]);
}
