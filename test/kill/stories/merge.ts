import type { PullRequestHandle } from "../../github/scenario.js";
import type { Story, Walk } from "../walk/walk.js";
import { openPull } from "./evaluation.js";

/** A pull request is merged, and the merge recorded. */
export const merge: Story = async (walk) => {
  await walk.restart();
  return async (round) => {
    const pull = await openPull(walk, `merge-${round}`);
    await walk.settled();
    let oid = "";
    return {
      begin: async () => {
        oid = await pull.merge(walk.killable.alice);
      },
      end: () => recorded(walk, pull, oid),
    };
  };
};

/** What it leaves behind undisturbed: one record, which accounts for the commit on the branch. */
export const RECORDED = { records: [{ kind: "merge" }], covered: 1, decisions: 1, open: false };

async function recorded({ killable, store }: Walk, pull: PullRequestHandle, oid: string): Promise<unknown> {
  const { number, headOid } = pull;
  const tenantId = killable.organization.account.id;
  const records = (await store.listRecords(tenantId, 0, 10_000)).filter(
    ({ commitOid, pullNumber }) => commitOid === oid || pullNumber === number,
  );
  const covered = await store.sql("SELECT 1 FROM covered_commits WHERE oid = ANY ($1)", [[oid, headOid]]);
  const decisions = await store.sql("SELECT 1 FROM decisions WHERE pull_number = $1", [number]);
  const [known] = await store.sql<{ open: boolean }>("SELECT open FROM pull_requests WHERE number = $1", [
    number,
  ]);
  return {
    records: records.map(({ kind, outcome, bypass }) => ({ kind, outcome, bypass })),
    covered: covered.length,
    decisions: decisions.length,
    open: known?.open,
    runs: killable.checkRuns(pull).map(({ name, conclusion }) => [name, conclusion]),
  };
}
