import type { PullRequestHandle, RepositoryHandle } from "../../github/scenario.js";
import type { QueuedGroup } from "../../github/world/model.js";
import type { Cast } from "../../support/cast.js";
import { emergencyRepository } from "../break-glass/stage.js";

export const QUEUE_PARAMETERS = {
  check_response_timeout_minutes: 60,
  grouping_strategy: "ALLGREEN",
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  merge_method: "MERGE",
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 5,
};

/** A controlled branch whose ruleset demands the queue; only the admin may merge past it. */
export async function repositoryWithQueue(
  cast: Cast,
  name: string,
  change: Partial<typeof QUEUE_PARAMETERS> = {},
): Promise<RepositoryHandle> {
  const repository = await emergencyRepository(cast, name);
  const { id, login } = cast.admin.account;
  repository.ruleset({
    rules: [{ type: "merge_queue", parameters: { ...QUEUE_PARAMETERS, ...change } }],
    bypass: [{ type: "User", id, name: login, mode: "pull_request" }],
  });
  await cast.scene.settled();
  return repository;
}

/** Puts green pull requests into the queue, each as a group of its own on top of the one before. */
export async function queueEach(
  cast: Cast,
  repository: RepositoryHandle,
  pulls: readonly PullRequestHandle[],
): Promise<QueuedGroup[]> {
  const groups: QueuedGroup[] = [];
  for (const pull of pulls) groups.push(await repository.enqueue([pull]));
  await cast.scene.settled();
  return groups;
}

/** How the check to require stands on a commit: its conclusion, or its status where it has not ended. */
export function standing(cast: Cast, repository: RepositoryHandle, oid: string): string | null {
  const runs = cast.github.checkRuns(repository, oid).filter(({ name }) => name === "countersign");
  const [run] = runs;
  return run === undefined ? null : (run.conclusion ?? run.status);
}

/** GitHub's log may come after its webhooks: then records wait. */
export async function allRecorded({ scene }: Cast): Promise<void> {
  await scene.settled();
  await scene.hurried();
}
