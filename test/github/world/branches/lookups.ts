import type { CheckRun, CommitStatus, PullRequest, Repo } from "../model.js";
import type { World } from "../world.js";

/**
 * Pull requests of this repository and its forks' targets that hold a commit, as one of their commits or as their
 * merge. As GitHub has it: of a commit on the default branch only the merged one that brought it there, of any other
 * the merged and the open ones. `settled` are the commits of the default branch.
 */
export async function pullsWith(
  world: World,
  repo: Repo,
  oid: string,
  settled: ReadonlySet<string>,
): Promise<PullRequest[]> {
  const holding = await pullsHolding(world, repo, oid);
  return holding.filter(({ state, merge }) => merge !== null || (!settled.has(oid) && state === "open"));
}

/** Every commit on the default branch. */
export async function settledCommits(repo: Repo): Promise<ReadonlySet<string>> {
  const tip = await repo.git.tip(`refs/heads/${repo.defaultBranch}`);
  return new Set(tip === null ? [] : await repo.git.history(tip));
}

async function pullsHolding(world: World, repo: Repo, oid: string): Promise<PullRequest[]> {
  const related = world.repositories.filter((other) => other === repo || repo.parent === other);
  const holding = await Promise.all(
    related.flatMap((other) => other.pulls).map(async (pull) => ((await holds(pull, oid)) ? [pull] : [])),
  );
  return holding.flat();
}

async function holds(pull: PullRequest, oid: string): Promise<boolean> {
  if (pull.headOid === oid || pull.merge?.commits.includes(oid) === true) return true;
  return (await pull.repo.git.between(pull.baseOid, pull.headOid)).includes(oid);
}

/** What GitHub's rollup of a commit holds: of each suite and name the newest run, of each context the newest status. */
export function rollup(repo: Repo, oid: string): { runs: CheckRun[]; statuses: CommitStatus[] } {
  const runs = new Map<string, CheckRun>();
  for (const run of repo.checkRuns.filter(({ suite }) => suite.oid === oid)) {
    runs.set(`${run.suite.id} ${run.name}`, run);
  }
  const statuses = new Map<string, CommitStatus>();
  for (const status of repo.statuses.filter((entry) => entry.oid === oid))
    statuses.set(status.context, status);
  return { runs: [...runs.values()], statuses: [...statuses.values()] };
}
