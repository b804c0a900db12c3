import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../src/clock.js";
import { type CommitFact, known, unknown } from "../../src/facts/facts.js";
import { gather } from "../../src/facts/gather.js";
import type { FactSource, PullRequestReading } from "../../src/facts/source.js";
import { ada, APP_ID, BASE_OID, commit, controlFiles, HEAD, merged, OID } from "../policy/make.js";

/** Of a merged change: where its branch stood before, and so which policy judges it. */

const LOGGED = "c".repeat(40);
const MERGE = "3".repeat(40);
const ADDRESS = { repository: { id: 100, owner: "o", name: "r" }, number: 12 };

interface Landing {
  readonly commits: readonly CommitFact[] | null;
  readonly commitOid: string;
  readonly parents: readonly string[];
}

/** Gathers a change that landed so; gives the commit whose policy was read, and whether the log was asked. */
async function policyCommit({
  commits,
  commitOid,
  parents,
}: Landing): Promise<{ from: string; logged: boolean }> {
  const { pullRequest, ...facts } = merged("2026-11-20T12:30:00Z");
  const { merge } = pullRequest;
  if (merge === null) throw new TypeError("It is merged.");
  const reading: PullRequestReading = {
    ...facts,
    pullRequest: { ...pullRequest, merge: { ...merge, commitOid, parents } },
    commits: commits === null ? unknown("truncated", "Some.", "Split it.") : known(commits),
    potentialMergeOid: null,
  };
  let logged = false;
  const source: FactSource = {
    appId: APP_ID,
    readPullRequest: () => Promise.resolve(reading),
    readControlFiles: (_repository, at) => Promise.resolve(known(controlFiles({ commitOid: at }))),
    readRegisteredKeys: () => Promise.resolve(null),
    readPusher: () => Promise.resolve(known(ada)),
    readBranchBefore: () => {
      logged = true;
      return Promise.resolve(known(LOGGED));
    },
    readCodeScanning: () => Promise.reject(new Error("The policy asks for none.")),
  };
  const clock = new ManualClock(new Date("2026-11-20T12:31:00Z"));
  const { policy } = await gather(ADDRESS, { source, clock, findPusher: () => Promise.resolve(null) });
  return { from: policy.identity.commitOid ?? "", logged };
}

describe("the policy of a merged change is that of the branch before it", () => {
  const one = [commit()];
  const two = [commit({ oid: OID, parents: [BASE_OID] }), commit({ parents: [OID] })];

  it.each<[string, Landing]>([
    ["a merge commit that GitHub made", { commits: two, commitOid: MERGE, parents: [BASE_OID, HEAD] }],
    ["one commit, squashed or rebased", { commits: one, commitOid: MERGE, parents: [BASE_OID] }],
  ])("by the first parent of %s", async (_what, landing) => {
    expect(await policyCommit(landing)).toEqual({ from: BASE_OID, logged: false });
  });

  it.each<[string, Landing]>([
    ["several commits, squashed or rebased", { commits: two, commitOid: MERGE, parents: [OID] }],
    [
      "the author's own merge commit, pushed as it is: its first parent is the author's too",
      {
        commits: [commit({ oid: OID }), commit({ parents: [OID, BASE_OID] })],
        commitOid: HEAD,
        parents: [OID, BASE_OID],
      },
    ],
    ["one commit, pushed as it is", { commits: one, commitOid: HEAD, parents: [OID] }],
    [
      "a merge of commits that are not all known",
      { commits: null, commitOid: MERGE, parents: [OID, BASE_OID] },
    ],
  ])("by the branch's log for %s", async (_what, landing) => {
    expect(await policyCommit(landing)).toEqual({ from: LOGGED, logged: true });
  });
});
