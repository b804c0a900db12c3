import { describe, expect, it } from "@jest/globals";
import { Verifier } from "../../src/signatures/verifier.js";
import { ManualClock } from "../../src/clock.js";
import {
  type CommitFact,
  type Fact,
  known,
  type Landing as LandingFact,
  unknown,
} from "../../src/facts/facts.js";
import { gather, type GatheredChange } from "../../src/facts/gather.js";
import type { FactSource, PullRequestReading } from "../../src/facts/source.js";
import { buildTrust } from "../../src/signatures/index.js";
import { ada, APP_ID, BASE_OID, commit, controlFiles, HEAD, merged, OID } from "../policy/make.js";

/** Of a merged change: where its branch stood before, and so which policy judges it. */

const MERGED_AT = "2026-11-20T12:30:00Z";
const LOGGED = "c".repeat(40);
const MERGE = "3".repeat(40);
const ADDRESS = { repository: { id: 100, owner: "o", name: "r" }, number: 12 };

interface Landing {
  readonly commits: readonly CommitFact[] | null;
  readonly commitOid: string;
  readonly parents: readonly string[];
}

const ONE = [commit()];
const TWO = [commit({ oid: OID, parents: [BASE_OID] }), commit({ parents: [OID] })];

/** Gathers a change that landed so, with a log that says where the branch stood, or does not. */
async function gatherLanded(
  { commits, commitOid, parents }: Landing,
  log: Fact<LandingFact> = known({ before: LOGGED, loggedAs: "push" }),
): Promise<GatheredChange> {
  const { pullRequest, ...facts } = merged(MERGED_AT);
  const { merge } = pullRequest;
  if (merge === null) throw new TypeError("It is merged.");
  const reading: PullRequestReading = {
    ...facts,
    pullRequest: { ...pullRequest, merge: { ...merge, commitOid, parents } },
    commits: commits === null ? unknown("truncated", "Some.", "Split it.") : known(commits),
  };
  const source: FactSource = {
    appId: APP_ID,
    readPullRequest: () => Promise.resolve(reading),
    readControlFiles: (_repository, at, asOf) => {
      expect(asOf).toEqual(new Date(MERGED_AT));
      return Promise.resolve(known(controlFiles({ commitOid: at })));
    },
    readOrganizationPolicy: () => Promise.reject(new Error("Whoever keeps what judged asks for it.")),
    readRegisteredKeys: () => Promise.resolve(null),
    readBotApp: () => Promise.reject(new Error("The policy names none by its app.")),
    readPusher: () => Promise.resolve(known(ada)),
    readLanding: (_repository, branch, oid, mergedAt) => {
      expect([branch, oid, mergedAt]).toEqual(["main", commitOid, new Date(MERGED_AT)]);
      return Promise.resolve(log);
    },
    readCodeScanning: () => Promise.reject(new Error("The policy asks for none.")),
  };
  const clock = new ManualClock(new Date("2026-11-20T12:31:00Z"));
  return await gather(ADDRESS, {
    source,
    trees: {
      readReached: () => Promise.reject(new Error("The policy gates everything.")),
      readMergeBase: () => Promise.reject(new Error("The policy gates everything.")),
    },
    clock,
    verifier: new Verifier(),
    findPusher: () => Promise.resolve(null),
  });
}

describe("the policy of a merged change is that of the branch before it, by the branch's log", () => {
  it.each<[string, Landing]>([
    ["a merge commit", { commits: TWO, commitOid: MERGE, parents: [BASE_OID, HEAD] }],
    [
      "a merge made by hand on a commit that nobody judged",
      { commits: TWO, commitOid: MERGE, parents: ["d".repeat(40), HEAD] },
    ],
    ["one commit, squashed or rebased", { commits: ONE, commitOid: MERGE, parents: [BASE_OID] }],
    ["several commits, squashed or rebased", { commits: TWO, commitOid: MERGE, parents: [OID] }],
    [
      "the author's own merge commit, pushed as it is",
      {
        commits: [commit({ oid: OID }), commit({ parents: [OID, BASE_OID] })],
        commitOid: HEAD,
        parents: [OID, BASE_OID],
      },
    ],
    ["commits that are not all known", { commits: null, commitOid: MERGE, parents: [OID, BASE_OID] }],
  ])("for %s", async (_what, landing) => {
    const { policy, facts } = await gatherLanded(landing);
    expect(policy.identity.commitOid).toBe(LOGGED);
    expect(facts.pullRequest.merge?.landing).toEqual(known({ before: LOGGED, loggedAs: "push" }));
  });

  it("and is unknown where the log does not tell", async () => {
    const silent = unknown("not-found", "The log does not say.", "None.");
    const landing = { commits: TWO, commitOid: MERGE, parents: [BASE_OID, HEAD] };
    const { facts, verdicts, controlled } = await gatherLanded(landing, silent);
    expect(facts.controlFiles).toEqual(silent);
    expect([verdicts.known, controlled]).toEqual([false, true]);
  });
});

describe("the trust digest", () => {
  const landing = { commits: ONE, commitOid: MERGE, parents: [BASE_OID] };

  it("names the keys that the commits were verified with", async () => {
    const { digest } = await buildTrust({ ...controlFiles(), registered: [] });
    expect(await gatherLanded(landing)).toMatchObject({ trustDigest: digest });
  });

  it("is missing where no commit could be verified", async () => {
    expect(await gatherLanded({ ...landing, commits: null })).toMatchObject({ trustDigest: null });
    const silent = unknown("not-found", "The log does not say.", "None.");
    expect(await gatherLanded(landing, silent)).toMatchObject({ trustDigest: null });
  });
});
