import type { FlowContext } from "../flows/context.js";
import { mayBeControlled } from "../flows/watch/candidates.js";
import { ORGANIZATION_POLICY_PATH, POLICY_PATH, TRUST_FOLDER } from "../policy/document.js";
import type { NewPush } from "../store/ports/branch-store.js";
import {
  accountOf,
  evaluateOpen,
  lookAtOrganizationPolicy,
  type Place,
  placeOf,
  type RepositoryPayload,
} from "./subjects.js";

const HEADS = "refs/heads/";
/** Git's way to say "no commit". */
const NO_COMMIT = /^0+$/;

/** The part of a push's payload that is looked at. */
interface PushPayload extends RepositoryPayload {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly forced: boolean;
  readonly deleted: boolean;
  readonly commits: readonly PushedCommit[];
  readonly repository: RepositoryPayload["repository"] & {
    readonly default_branch?: string;
    /** Seconds since 1970 in a push, ISO 8601 in other events. */
    readonly pushed_at?: number | string | null;
  };
  readonly sender?: Parameters<typeof accountOf>[0];
}

interface PushedCommit {
  readonly added?: readonly string[];
  readonly modified?: readonly string[];
  readonly removed?: readonly string[];
}

/** A push: who moved which branch to where, and what has to be looked at because of it. `guid` is the delivery's. */
export async function hearPush(context: FlowContext, guid: string, payload: PushPayload): Promise<void> {
  if (!payload.ref.startsWith(HEADS)) return;
  const place = placeOf(payload);
  const branch = payload.ref.slice(HEADS.length);
  await notePusher(context, place, branch, payload);
  const onControlFiles = mayTouch(payload, isControlFile);
  const isDefault = branch === payload.repository.default_branch;
  if (isDefault && mayTouch(payload, (path) => path === ORGANIZATION_POLICY_PATH))
    await lookAtOrganizationPolicy(context, place.tenantId, [place.repository.name]);
  await watch(context, newPush(context, guid, place, branch, payload), onControlFiles);
  if (!onControlFiles) return;
  // The default branch's policy says which branches are controlled, so it concerns pull requests into any.
  if (isDefault) await context.store.enqueue({ task: "watch-repository", payload: place });
  await evaluateOpen(context, place, isDefault ? null : branch);
}

async function notePusher(
  { store, clock }: FlowContext,
  { tenantId, repository }: Place,
  branch: string,
  payload: PushPayload,
): Promise<void> {
  const pusher = accountOf(payload.sender);
  if (pusher === null || payload.deleted) return;
  const tip = { repositoryId: repository.id, branch, oid: payload.after };
  await store.savePusher({ tenantId, ...tip, pusher, at: clock.now() });
}

/**
 * Keeps a push to a branch that may be controlled, and has the branch looked at; of one to any other branch nothing is
 * kept. Kept first: a look that found no push would take what it brought for the work of nobody.
 *
 * Of a repository that is not known yet any branch may be controlled, and whichever has a push on its control files may
 * be so by its own policy.
 */
async function watch({ store }: FlowContext, push: NewPush, onControlFiles: boolean): Promise<void> {
  const { tenantId, repository, branch } = push;
  const found = await store.findRepository(tenantId, repository.id);
  const known = found === null || found.gone ? null : found;
  if (known !== null && !onControlFiles && !(await mayBeControlled(store, known, branch))) return;
  await store.notePush(push);
  await store.enqueue({ task: "watch-branch", payload: { tenantId, repository, branch } });
  if (known === null) await store.enqueue({ task: "watch-repository", payload: { tenantId, repository } });
}

function newPush(
  { clock }: FlowContext,
  guid: string,
  { tenantId, repository }: Place,
  branch: string,
  payload: PushPayload,
): NewPush {
  const receivedAt = clock.now();
  return {
    guid,
    tenantId,
    repositoryId: repository.id,
    repository,
    branch,
    before: NO_COMMIT.test(payload.before) ? null : payload.before,
    after: NO_COMMIT.test(payload.after) ? null : payload.after,
    forced: payload.forced,
    pusher: accountOf(payload.sender),
    pushedAt: instantOf(payload.repository.pushed_at) ?? receivedAt,
    receivedAt,
  };
}

function instantOf(at: number | string | null | undefined): Date | null {
  if (at === null || at === undefined) return null;
  const instant = new Date(typeof at === "number" ? at * 1_000 : at);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

/** GitHub lists no more commits of a push: https://docs.github.com/webhooks/webhook-events-and-payloads#push */
const MAX_LISTED_COMMITS = 2048;

/** A branch that is forced back loses commits, which no payload lists. */
function mayTouch({ forced, commits }: PushPayload, isMeant: (path: string) => boolean): boolean {
  if (forced || commits.length >= MAX_LISTED_COMMITS) return true;
  return commits
    .flatMap(({ added = [], modified = [], removed = [] }) => [...added, ...modified, ...removed])
    .some(isMeant);
}

const isControlFile = (path: string): boolean => path === POLICY_PATH || path.startsWith(`${TRUST_FOLDER}/`);
