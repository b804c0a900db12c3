import type { Clock } from "../clock.js";
import { isCountersignError } from "../errors.js";
import { isControlledBranch } from "../policy/controlled.js";
import { resolvePolicy, type PolicySource } from "../policy/resolve.js";
import type { SignatureVerdict } from "../signatures/verdict.js";
import type { Verifier } from "../signatures/verifier.js";
import type { Account, BranchTip, ChangeFacts, ControlFiles, Fact, MergeFact } from "./facts.js";
import { forkedHead, known, unknown } from "./facts.js";
import type { TreeSource } from "./case-source.js";
import { readBots } from "./read-bots.js";
import { readScope } from "./read-scope.js";
import type { FactSource, PullRequestAddress, PullRequestReading } from "./source.js";
import { verifyCommits, type TrustProblem } from "./verify-commits.js";

/** Everything there is to judge one pull request by. */
export interface GatheredChange {
  readonly facts: ChangeFacts;
  readonly policy: PolicySource;
  /** Whether the base branch is a controlled one; where that cannot be told, it is. */
  readonly controlled: boolean;
  readonly verdicts: Fact<readonly SignatureVerdict[]>;
  readonly trustProblems: readonly TrustProblem[];
  /** SHA-256 (hex) of the keys that the commits were verified with at last; `null` where none were verified. */
  readonly trustDigest: string | null;
}

export interface GatherPorts {
  readonly source: FactSource;
  readonly trees: TreeSource;
  readonly clock: Clock;
  readonly verifier: Verifier;
  /** Who pushed a branch to a commit, as a webhook told us; `null` where none did. */
  readonly findPusher: (tip: BranchTip) => Promise<Account | null>;
}

/** How often a moving head is looked at before the job is put off. */
const ATTEMPTS = 3;

/**
 * Gathers the facts about a pull request at one pinned instant; a merged one as it was when it was merged. Starts over
 * when its head moves meanwhile.
 *
 * @throws CountersignError `head-moved` if it does not come to rest, or a `github-*` code
 */
export async function gather(address: PullRequestAddress, ports: GatherPorts): Promise<GatheredChange> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await gatherOnce(address, ports);
    } catch (error) {
      if (!isCountersignError(error, "head-moved") || attempt === ATTEMPTS) throw error;
    }
  }
}

async function gatherOnce(address: PullRequestAddress, ports: GatherPorts): Promise<GatheredChange> {
  const observedAt = ports.clock.now();
  const reading = await ports.source.readPullRequest(address);
  const merge = await readMerge(reading, ports.source);
  const controlFiles = await readControlFiles(reading, merge, ports.source);
  const policy = resolvePolicy(controlFiles, controlFiles.known ? controlFiles.value.commitOid : null);
  const signatures = await verifyCommits(reading, controlFiles, policy, ports, observedAt);
  const lastPusher = await readLastPusher(reading, ports);
  const facts: ChangeFacts = {
    observedAt: observedAt.toISOString(),
    appId: ports.source.appId,
    repository: reading.repository,
    pullRequest: { ...reading.pullRequest, merge },
    commits: reading.commits,
    reviews: reading.reviews,
    lastPusher,
    results: reading.results,
    codeScanning: await readCodeScanning(address, reading, policy, ports.source),
    protection: reading.protection,
    controlFiles,
    proposedPolicy: reading.proposedPolicy,
    proposedOrganization: reading.proposedOrganization,
    registeredKeys: signatures.registeredKeys,
    siblings: reading.siblings,
    bots: await readBots(ports.source, policy, { lastPusher, reviews: reading.reviews }),
    scope: await readChange(reading, merge, policy, ports.trees),
  };
  return {
    facts,
    policy,
    controlled: isControlledBranch(controlFiles, policy, reading.pullRequest.base.ref),
    verdicts: signatures.verdicts,
    trustProblems: signatures.trustProblems,
    trustDigest: signatures.trustDigest,
  };
}

/**
 * Where the base branch stood before the merge, only its log tells: the parents of the merge commit are the word of
 * whoever made it, and that can be someone who pushed it by hand on top of a commit with a policy of their own.
 */
async function readMerge(
  { repository, pullRequest: { merge, base } }: PullRequestReading,
  source: FactSource,
): Promise<MergeFact | null> {
  if (merge === null) return null;
  const mergedAt = new Date(merge.mergedAt);
  const landing = await source.readLanding(repository, base.ref, merge.commitOid, mergedAt);
  return { ...merge, landing };
}

/** A merged change is judged by the policy it was merged under, not by one that it may have brought itself. */
async function readControlFiles(
  reading: PullRequestReading,
  merge: MergeFact | null,
  source: FactSource,
): Promise<Fact<ControlFiles>> {
  if (merge === null) return reading.controlFiles;
  if (!merge.landing.known) return merge.landing;
  return source.readControlFiles(reading.repository, merge.landing.value.before, new Date(merge.mergedAt));
}

/**
 * What an open pull request touches is what its head has changed since it left the base branch; what a merged one does,
 * what it made of the branch, which can be more where the branch had moved on meanwhile.
 */
function readChange(
  { repository, pullRequest: { base, head } }: PullRequestReading,
  merge: MergeFact | null,
  policy: PolicySource,
  trees: TreeSource,
): Promise<ChangeFacts["scope"]> {
  if (merge === null) return readScope(trees, repository, policy, { forkedFrom: base.oid, to: head.oid });
  // Where it is not known how it landed, there is no policy whose paths could leave it out.
  const before = merge.landing.known ? merge.landing.value.before : base.oid;
  return readScope(trees, repository, policy, { steps: [before, merge.commitOid] });
}

async function readLastPusher(
  { repository, pullRequest: { number, head, crossRepository } }: PullRequestReading,
  { source, findPusher }: GatherPorts,
): Promise<Fact<Account>> {
  // A push to a fork that the app is installed on as well says more than a pull request's own events.
  const branch = head.repository && { repositoryId: head.repository.id, branch: head.ref, oid: head.oid };
  const forked = { repositoryId: repository.id, branch: forkedHead(number), oid: head.oid };
  for (const tip of crossRepository ? [branch, forked] : [branch]) {
    const told = tip && (await findPusher(tip));
    if (told !== null) return known(told);
  }
  if (!crossRepository) return source.readPusher(repository, head.ref, head.oid);
  return unknown(
    "unavailable",
    "Who pushed to the fork last is not known: no webhook told us.",
    "Push to the pull request's branch again, so that GitHub tells who pushed.",
  );
}

async function readCodeScanning(
  address: PullRequestAddress,
  { pullRequest: { head, merge } }: PullRequestReading,
  policy: PolicySource,
  source: FactSource,
): Promise<ChangeFacts["codeScanning"]> {
  if (policy.kind !== "usable" || policy.policy.codeScanning.length === 0) return null;
  return source.readCodeScanning(address, head.oid, merge === null ? null : new Date(merge.mergedAt));
}
