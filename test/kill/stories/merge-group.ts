import type { QueuedGroup } from "../../github/world/model.js";
import { CHECK_NAMES } from "../killable.js";
import type { Story, Walk } from "../walk/walk.js";
import { openPull } from "./evaluation.js";

const PARAMETERS = {
  check_response_timeout_minutes: 60,
  grouping_strategy: "ALLGREEN",
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  merge_method: "MERGE",
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 5,
};
/** Nobody reports it on a group, which so stays in the queue while the app is killed. */
const CHECK = {
  type: "required_status_checks",
  parameters: { required_status_checks: [{ context: "ci" }], strict_required_status_checks_policy: false },
};

/** A pull request goes into the merge queue, and its group is judged. */
export const mergeGroup: Story = async (walk) => {
  const { repository, alice } = walk.killable;
  repository.ruleset({ rules: [{ type: "merge_queue", parameters: PARAMETERS }, CHECK] });
  await walk.restart();
  return async (round) => {
    // The one before fails, so that each is alone in the queue.
    for (const { headOid } of [...repository.queue]) await repository.status(alice, headOid, "ci", "failure");
    const pull = await openPull(walk, `queued-${round}`);
    await repository.status(alice, pull.headOid, "ci", "success");
    await walk.settled();
    let group: QueuedGroup | undefined;
    return {
      begin: async () => {
        group = await repository.enqueue([pull]);
      },
      end: () => judged(walk, group),
    };
  };
};

/** What it leaves behind undisturbed. */
export const GROUP = { runs: CHECK_NAMES, decisions: 1 };

async function judged({ killable, store }: Walk, group: QueuedGroup | undefined): Promise<typeof GROUP> {
  if (group === undefined) throw new Error("nothing was queued");
  const { headOid } = group;
  const decisions = await store.sql("SELECT 1 FROM decisions WHERE head_oid = $1", [headOid]);
  const runs = killable.repository.repo.checkRuns.filter(
    ({ suite }) => suite.oid === headOid && suite.app === killable.github.app,
  );
  return { runs: runs.map(({ name }) => name).sort(), decisions: decisions.length };
}
