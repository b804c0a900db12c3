import { Refusal } from "../refusal.js";
import { tellPull } from "../telling.js";
import type { Account, PullRequest, Repo } from "../model.js";
import type { World } from "../world.js";
import { mergePull, type MergeMethod } from "./merging.js";
import { mergeBlockers } from "./protection.js";

/**
 * Someone has GitHub merge a pull request as soon as nothing stands against it.
 * @throws Refusal 422 where nothing does already, as GitHub then has it merged by hand
 */
export async function enableAutoMerge(
  world: World,
  pull: PullRequest,
  actor: Account,
  method: MergeMethod,
): Promise<void> {
  if (pull.state !== "open" || (!pull.draft && (await mergeBlockers(world, pull)).length === 0))
    throw new Refusal(422, "Pull request is in clean status");
  pull.autoMerge = { by: actor, method };
  await tellPull(world, pull, actor, "auto_merge_enabled");
}

/** Merges what waits for nothing any more, in the name of whoever asked for it; no way past the rules is theirs here. */
export async function mergeWhatIsReady(world: World, repo: Repo): Promise<void> {
  for (const pull of repo.pulls) {
    const { autoMerge, state, draft } = pull;
    if (autoMerge === null || state !== "open" || draft) continue;
    if ((await mergeBlockers(world, pull)).length > 0) continue;
    pull.autoMerge = null;
    await mergePull(world, pull, autoMerge.by, { method: autoMerge.method });
  }
}
