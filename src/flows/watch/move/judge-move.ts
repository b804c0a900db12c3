import { completed } from "../../../breakglass/detect/completed.js";
import { exemptionOf } from "../../../breakglass/detect/exemption.js";
import type { MoveChange } from "../../../breakglass/detect/look.js";
import { type Exemption, pushRecord } from "../../../evidence/push-record.js";
import type { RecordContent } from "../../../evidence/record.js";
import type { BranchActivity, RepositoryReading } from "../../../facts/case-source.js";
import { type BotApp, type Fact, known } from "../../../facts/facts.js";
import { readBotApps } from "../../../facts/read-bots.js";
import { verifyCommits, type VerifiedCommits } from "../../../facts/verify-commits.js";
import type { Installation } from "../../../github/github.js";
import { botsToAskOf } from "../../../policy/document/bots.js";
import { releaseBotsAmong, releaseBotsOf } from "../../../policy/break-glass.js";
import { isControlledBranch } from "../../../policy/controlled.js";
import { decide } from "../../../policy/decide.js";
import { evaluatePush, type PushFacts } from "../../../policy/evaluate-push.js";
import { type Decision, enforced } from "../../../policy/finding.js";
import { isOutside } from "../../../policy/rules/path-scope.js";
import { type PolicySource, resolvePolicy } from "../../../policy/resolve.js";
import type { Verifier } from "../../../signatures/verifier.js";
import { readCommits, readControlFilesAt, readTouched } from "./read-move.js";
import { type Movers, moversOf } from "./movers.js";

/** A move of a branch with all that is known of it. */
export interface JudgedMove {
  readonly change: MoveChange;
  /** The commit whose policy judged it: where the branch stood before. */
  readonly before: string;
  readonly movers: Movers;
  readonly facts: PushFacts;
  /** The policy that was in force before it. */
  readonly policy: PolicySource;
  /** By that policy the branch was a controlled one. */
  readonly controlled: boolean;
  /** The apps of its movers, where the policy names release bots by their apps. */
  readonly bots: readonly BotApp[];
  readonly decision: Decision;
  readonly record: RecordContent;
}

/** Where and when one look judges the moves that it found. */
export interface Occasion {
  readonly repository: RepositoryReading;
  readonly branch: string;
  /** The branch's log, as it is now. */
  readonly activity: Fact<readonly BranchActivity[]>;
  /** Where the branch stood, for a move that tells of no commit before it. */
  readonly stood: string;
  /** Those of some commits that have a record, or belong to another change of this look. */
  readonly taken: (oids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Whether a policy may itself have come around the gates: before this look, or earlier in it. */
  readonly isDoubted: (policy: PolicySource) => boolean;
  readonly at: Date;
  readonly verifier: Verifier;
}

/**
 * Judges a move by the policy of the branch before it: what the gates say of its commits as they stood when it landed.
 *
 * @throws CountersignError `github-unavailable` while GitHub may not show all of it yet, or a `github-*` code
 */
export async function judgeMove(
  installation: Installation,
  occasion: Occasion,
  found: MoveChange,
): Promise<JudgedMove> {
  const { branch, at } = occasion;
  const { repository } = occasion.repository;
  const movers = moversOf(found, occasion.activity);
  const before = found.before ?? occasion.stood;
  const instants = { movedAt: movers.at === null ? null : new Date(movers.at), now: at };
  const files = await readControlFilesAt(installation, repository, before, instants);
  const policy = resolvePolicy(files, before);
  const commits = await readCommits(installation, repository, found, instants);
  const change = await complete(occasion, found, commits);
  const ports = { source: installation.facts, verifier: occasion.verifier };
  const signatures = await verifyCommits({ repository, commits }, files, policy, ports, at);
  const facts: PushFacts = {
    ...change,
    observedAt: at.toISOString(),
    repositoryUrl: occasion.repository.url,
    branch,
    landedAt: movers.at ?? at.toISOString(),
    commits,
    results:
      change.after === null ? known([]) : await installation.branches.readResults(repository, change.after),
    scope: await readTouched(installation, repository, { policy, before, change }, instants),
  };
  const inDoubt = occasion.isDoubted(policy);
  const gates = evaluatePush(facts, policy, signatures.verdicts, signatures.trustProblems, inDoubt);
  const judged = {
    change,
    before,
    movers,
    facts,
    policy,
    controlled: isControlledBranch(files, policy, branch),
    bots: await readMoverApps(installation, policy, movers),
    decision: decide(gates, inDoubt ? enforced(policy.identity) : policy.identity, facts.observedAt),
  };
  return { ...judged, record: recordOf(judged, occasion, signatures) };
}

/** With all the commits that it is to cover, also where the branch does not show them any more. */
async function complete(
  { taken }: Occasion,
  found: MoveChange,
  commits: PushFacts["commits"],
): Promise<MoveChange> {
  const brought = commits.known ? commits.value.map(({ oid }) => oid) : [];
  const others = await taken([...found.oids, ...brought]);
  return completed(found, commits, (oid) => others.has(oid));
}

/** Exempt is who the policy names: where it names apps, whose bots those are that moved the branch. */
function readMoverApps(
  { facts }: Installation,
  policy: PolicySource,
  { accounts }: Movers,
): Promise<BotApp[]> {
  if (policy.kind !== "usable") return Promise.resolve([]);
  return readBotApps(facts, botsToAskOf(releaseBotsOf(policy.policy), accounts));
}

function recordOf(
  judged: Omit<JudgedMove, "record">,
  { repository: { repository }, branch, isDoubted }: Occasion,
  { verdicts, trustDigest }: VerifiedCommits,
): RecordContent {
  const { change, facts, movers, decision } = judged;
  return pushRecord({
    repository,
    branch,
    move: change,
    oids: change.oids,
    commits: facts.commits,
    verdicts,
    trustDigest,
    results: facts.results,
    pusher: movers.last,
    at: facts.landedAt,
    deliveries: change.guids,
    exemption: isDoubted(judged.policy) ? null : exemptionFor(judged),
    bots: judged.bots,
    scope: facts.scope,
    outside: isOutside(decision),
    decision,
  });
}

/**
 * A release bot only ever adds to a branch: one that takes commits away, or the branch, does what nobody named it for.
 * Where several moved the branch, or someone is not named, everyone has to be exempt. A policy that may itself have come
 * around the gates exempts nobody.
 */
function exemptionFor({ change, policy, movers, bots }: Omit<JudgedMove, "record">): Exemption | null {
  if (change.form !== "push" && change.form !== "compared") return null;
  if (movers.unread !== null || policy.kind !== "usable") return null;
  // The app pushes to no branch: it only makes some, so no push is exempt for being its own.
  const exempt = { app: null, releaseBots: releaseBotsAmong(movers.accounts, policy.policy, bots) };
  const exemptions = movers.accounts.map((account) => exemptionOf(account, exempt));
  return exemptions.includes(null) ? null : (exemptions[0] ?? null);
}
