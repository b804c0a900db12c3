import { z } from "zod";
import type { Story, Walk } from "../walk/walk.js";
import { openPull } from "./evaluation.js";

const drift = z.object({ attribution: z.string(), changes: z.array(z.object({ action: z.string() })) });

/** What protects the controlled branch is changed, and that is audited and recorded. */
export const audit: Story = async (walk) => {
  const { repository } = walk.killable;
  let rule = repository.protect("main", { pullRequest: APPROVED });
  await walk.restart();
  // By this it learns of the repository, and has something to judge again.
  const pull = await openPull(walk, "open");
  return (round) => {
    const before = seen(walk);
    return Promise.resolve({
      begin: () => {
        const checks = [{ context: `check-${round}`, appId: null }];
        rule = repository.editProtection(rule, { ...rule, checks });
        return Promise.resolve();
      },
      end: async () => {
        const { records, snapshots } = await before;
        const after = await seen(walk);
        const runs = walk.killable.checkRuns(pull).map(({ name }) => name);
        return {
          drifts: after.records.slice(records.length),
          snapshots: after.snapshots - snapshots,
          runs: [...new Set(runs)].length,
        };
      },
    });
  };
};

const APPROVED = { approvals: 1, dismissStale: true, codeOwners: false, lastPushApproval: true };

/** What it leaves behind undisturbed. */
export const AUDITED = { drifts: [{ attribution: "told", changes: ["edited"] }], snapshots: 1, runs: 5 };

async function seen({ killable, store }: Walk): Promise<{ records: object[]; snapshots: number }> {
  const records = await store.listRecords(killable.organization.account.id, 0, 10_000);
  const drifts = records.filter(({ kind }) => kind === "protection-drift");
  const snapshots = await store.sql("SELECT 1 FROM protection_snapshots");
  return {
    records: drifts.map(({ outcome, body }) => {
      const { attribution, changes } = drift.parse(JSON.parse(body));
      return { outcome, attribution, changes: changes.map(({ action }) => action) };
    }),
    snapshots: snapshots.length,
  };
}
