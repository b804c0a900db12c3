import { isCountersignError } from "../../errors.js";
import type { RepositoryReading } from "../../facts/case-source.js";
import type { Installation } from "../../github/github.js";
import { DEFAULT_BRANCH } from "../../policy/document.js";
import { resolveDefaultPolicy } from "../../policy/resolve.js";
import type { KnownRepository } from "../../store/ports/branch-store.js";
import type { RepositorySubject } from "../../store/jobs.js";
import { installationOf, type FlowContext } from "../context.js";
import { isListed } from "./candidates.js";

/**
 * Learns which branches of a repository are controlled, and has each of them looked at and what protects it, and each
 * that was: a branch may be gone, or off the list. Run again it changes nothing but the time.
 *
 * @throws CountersignError a `github-*` code
 */
export async function watchRepository(context: FlowContext, subject: RepositorySubject): Promise<void> {
  const { tenantId } = subject;
  const installation = await installationOf(context, tenantId);
  if (installation === null) return;
  const earlier = await context.store.findRepository(tenantId, subject.repository.id);
  const reading = await readOrNull(installation, subject);
  if (reading === null) {
    if (earlier !== null) await leave(context, earlier);
    return;
  }
  const known = await learn(context, installation, tenantId, reading, earlier);
  if (known === null) return;
  await lookAtBranches(context, known, reading);
  if (earlier !== null && concernsPullRequests(earlier, known)) await reassess(context, installation, known);
}

/** Whether what became of a repository, and was perhaps not told, may turn the verdict on any of its pull requests. */
const concernsPullRequests = (earlier: KnownRepository, now: KnownRepository): boolean =>
  earlier.gone ||
  earlier.defaultBranch !== now.defaultBranch ||
  earlier.controlled.join("\n") !== now.controlled.join("\n");

async function reassess(
  { store }: FlowContext,
  installation: Installation,
  { tenantId, repository }: KnownRepository,
): Promise<void> {
  for (const number of await installation.openPullRequests(repository, null)) {
    const payload = { tenantId, repository, number };
    await store.enqueue({ task: "evaluate-pull-request", payload }, { urgency: "bulk" });
  }
}

async function readOrNull(
  { branches }: Pick<Installation, "branches">,
  { repository }: RepositorySubject,
): Promise<RepositoryReading | null> {
  try {
    return await branches.readRepository(repository);
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return null;
    throw error;
  }
}

/** Notes that the app may no longer see a repository; what is known of it stays. */
export async function leave({ store, clock }: FlowContext, known: KnownRepository): Promise<void> {
  await store.saveRepository({ ...known, gone: true, asOf: clock.now() });
}

/** `null`: it has no commit yet, so there is no branch either. */
async function learn(
  { store, clock }: FlowContext,
  installation: Installation,
  tenantId: number,
  { repository, defaultBranch }: RepositoryReading,
  earlier: KnownRepository | null,
): Promise<KnownRepository | null> {
  if (defaultBranch === null) return null;
  const asOf = clock.now();
  const { tip } = await installation.branches.readBranch(repository, defaultBranch, null, 1);
  const listed = tip === null ? null : await readListed(installation, repository, tip);
  // What cannot be read or used frees no branch: those from before stay on the list, and the default branch is on it.
  const controlled = listed ?? [...new Set([...(earlier?.controlled ?? []), DEFAULT_BRANCH])];
  const known = { tenantId, repository, defaultBranch, controlled, gone: false, asOf };
  await store.saveRepository(known);
  return known;
}

/** The controlled branches by the default branch's policy; `null` where that cannot be read or used. */
async function readListed(
  { facts }: Pick<Installation, "facts">,
  repository: RepositoryReading["repository"],
  oid: string,
): Promise<readonly string[] | null> {
  const source = resolveDefaultPolicy(await facts.readControlFiles(repository, oid));
  return source.kind === "usable" ? source.policy.branches : null;
}

async function lookAtBranches(
  { store }: FlowContext,
  known: KnownRepository,
  { branches }: RepositoryReading,
): Promise<void> {
  const { tenantId, repository } = known;
  const listed = branches.filter((branch) => isListed(known, branch));
  const watched = (await store.listBranches(tenantId, repository.id)).map(({ branch }) => branch);
  for (const branch of new Set([...listed, ...watched])) {
    const payload = { tenantId, repository, branch };
    await store.enqueue({ task: "watch-branch", payload }, { urgency: "bulk" });
    await store.enqueue({ task: "audit-branch", payload }, { urgency: "bulk" });
  }
}
