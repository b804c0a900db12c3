import type { MoveChange } from "../../../breakglass/detect/look.js";
import type { CommitFact, ControlFiles, Fact, RepositoryRef } from "../../../facts/facts.js";
import { known, unknown } from "../../../facts/facts.js";
import { readScope } from "../../../facts/read-scope.js";
import type { Installation } from "../../../github/github.js";
import { isForward, type PushFacts } from "../../../policy/evaluate-push.js";
import type { PolicySource } from "../../../policy/resolve.js";
import { awaitRead } from "../lag.js";

/** When a move happened by GitHub's account (`null`: it does not tell), and when we look. */
export interface Instants {
  readonly movedAt: Date | null;
  readonly now: Date;
}

/**
 * The control files that were in force before a move, which nothing that it brought can have changed.
 *
 * A commit that cannot be read looks like one without any files, and so would free the branch from its policy: where no
 * policy is found, the commit has to be shown to be there.
 *
 * @throws CountersignError `github-unavailable` while they may only not show yet
 */
export async function readControlFilesAt(
  { facts, branches }: Pick<Installation, "facts" | "branches">,
  repository: RepositoryRef,
  oid: string,
  instants: Instants,
): Promise<Fact<ControlFiles>> {
  const files = await facts.readControlFiles(repository, oid, instants.movedAt);
  if (!files.known || files.value.policy !== null) return awaitRead(files, instants);
  const commit = await branches.readPushedCommits(repository, null, oid);
  return awaitRead(commit.known ? files : commit, instants);
}

/**
 * The commits that a move brought; where it brought none, as when it took some away, the commit at which the branch now
 * is. A deletion leaves none to look at.
 *
 * @throws CountersignError `github-unavailable` while they may only not show yet
 */
export async function readCommits(
  { branches }: Pick<Installation, "branches">,
  repository: RepositoryRef,
  { before, after, oids, readTo }: MoveChange,
  instants: Instants,
): Promise<Fact<readonly CommitFact[]>> {
  if (after === null) return known([]);
  if (readTo !== null) return moreThanRead(oids.length, before, readTo);
  const brought = await branches.readPushedCommits(repository, before, after);
  if (!brought.known || brought.value.length > 0) return awaitRead(brought, instants);
  return awaitRead(await branches.readPushedCommits(repository, null, after), instants);
}

/** So that nobody takes the record for one of all that came: signatures and people are unknown with this reason. */
const moreThanRead = (count: number, before: string | null, lowest: string): Fact<never> =>
  unknown(
    "truncated",
    `More commits came than are read. The record is of ${count}, down to ${lowest}: those below it have none.`,
    `List the others: git log --first-parent ${before === null ? "" : `${before}..`}${lowest}^`,
  );

/**
 * What a move touches of the policy's paths. A push says from where to where it led. What no push told of may have come in
 * several, one of which took back what another had brought: then each commit may have been what the reconciler saw.
 *
 * @throws CountersignError `github-unavailable` while it may only not show yet
 */
export async function readTouched(
  { retroactive }: Pick<Installation, "retroactive">,
  repository: RepositoryRef,
  { policy, before, change }: { policy: PolicySource; before: string; change: MoveChange },
  instants: Instants,
): Promise<PushFacts["scope"]> {
  const { form, after, oids } = change;
  if (after === null || !isForward({ form })) return null;
  const steps = form === "push" ? [before, after] : [...new Set([before, ...oids, after])];
  const scope = await readScope(retroactive, repository, policy, { steps });
  return scope === null ? null : awaitRead(scope, instants);
}
