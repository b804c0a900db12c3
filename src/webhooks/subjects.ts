import { CountersignError } from "../errors.js";
import type { Urgency } from "../urgency.js";
import type { Account, RepositoryRef } from "../facts/facts.js";
import { keepsOrganizationPolicy } from "../policy/paths.js";
import type { CommitKey } from "../store/store.js";
import type { PullRequestSubject } from "../store/jobs.js";
import { installationOf, type FlowContext } from "../flows/context.js";

/** The repository part that all of GitHub's repository events share. */
export interface RepositoryPayload {
  readonly repository: {
    readonly id: number;
    readonly name: string;
    readonly owner: { readonly id: number; readonly login: string } | null;
  };
}

export interface Place {
  readonly tenantId: number;
  readonly repository: RepositoryRef;
}

/**
 * Where an event happened.
 * @throws CountersignError `delivery-malformed` if the repository has no owner
 */
export function placeOf({ repository: { id, name, owner } }: RepositoryPayload): Place {
  if (owner === null) throw new CountersignError("delivery-malformed", `Repository ${id} has no owner.`);
  return { tenantId: owner.id, repository: { id, owner: owner.login, name } };
}

/** A webhook's account in our words; `null` for what is not an account. */
export function accountOf(
  user: { id: number; login: string; type?: string } | null | undefined,
): Account | null {
  if (!user) return null;
  const { id, login, type = "User" } = user;
  return type === "User" || type === "Bot" || type === "Mannequin" || type === "Organization"
    ? { id, login, type }
    : null;
}

/** Queues an evaluation of each pull request. */
export async function evaluate(
  { store }: Pick<FlowContext, "store">,
  place: Place,
  numbers: readonly number[],
  urgency: Urgency = "ordinary",
): Promise<void> {
  for (const number of new Set(numbers)) {
    const subject: PullRequestSubject = { ...place, number };
    await store.enqueue({ task: "evaluate-pull-request", payload: subject }, { urgency });
  }
}

/** Queues an evaluation of every open pull request and merge group that has this head commit, as far as we heard. */
export async function evaluateAtCommit(
  { store }: Pick<FlowContext, "store">,
  place: Place,
  oid: string,
): Promise<void> {
  const key: CommitKey = { tenantId: place.tenantId, repositoryId: place.repository.id, oid };
  const open = await store.openPullRequestsAt(key);
  await evaluate(
    { store },
    place,
    open.map(({ number }) => number),
  );
  if ((await store.findMergeGroup(key)) !== null) {
    await store.enqueue({ task: "evaluate-merge-group", payload: { ...place, oid } });
  }
}

/** Queues an evaluation of every open pull request, those into `base` where it is given, after what is more urgent. */
export async function evaluateOpen(context: FlowContext, place: Place, base: string | null): Promise<void> {
  const installation = await installationOf(context, place.tenantId);
  if (installation === null) return;
  const open = await installation.openPullRequests(place.repository, base);
  await evaluate(context, place, open, "bulk");
}

/**
 * Has every open pull request of a tenant evaluated, heard of or not. A job of its own, of which one waits at most: what
 * concerns all repositories may come a hundred times in a minute, as when people are moved between teams.
 */
export async function evaluateTenant({ store }: Pick<FlowContext, "store">, tenantId: number): Promise<void> {
  await store.enqueue({ task: "evaluate-tenant", payload: { tenantId } });
}

/**
 * What holds for all repositories of an account may be another now: which branches are controlled, and every verdict.
 * Does nothing where `names` are of other repositories than the one that keeps the account's policy.
 */
export async function lookAtOrganizationPolicy(
  { store }: Pick<FlowContext, "store">,
  tenantId: number,
  names: readonly string[],
): Promise<void> {
  if (!names.some((name) => keepsOrganizationPolicy({ name }))) return;
  await store.enqueue({ task: "reconcile", payload: { tenantId } });
  await evaluateTenant({ store }, tenantId);
}

/** Has the break-glass cases looked at again that a pull request is the change of, or the documentation. */
export async function followCases(
  { store }: Pick<FlowContext, "store">,
  { tenantId, repository }: Place,
  number: number,
): Promise<void> {
  for (const { id } of await store.findCasesOfPullRequest(tenantId, repository.id, number)) {
    await store.enqueue({ task: "follow-case", payload: { tenantId, caseId: id } });
  }
}
