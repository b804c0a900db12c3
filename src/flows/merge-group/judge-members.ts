import type { GatheredChange } from "../../facts/gather.js";
import type { Fact, ResultFact } from "../../facts/facts.js";
import { known } from "../../facts/facts.js";
import { readScope } from "../../facts/read-scope.js";
import { verifyCommits } from "../../facts/verify-commits.js";
import type { Installation } from "../../github/github.js";
import { NO_EMERGENCIES } from "../../policy/emergencies.js";
import type { Finding } from "../../policy/finding.js";
import type { Member } from "../../policy/merge-group/attribute.js";
import {
  contentFinding,
  groupResultFindings,
  makerFindings,
  membershipFindings,
} from "../../policy/merge-group/findings.js";
import { memberDecision } from "../../policy/merge-group/member-decision.js";
import { isOutside } from "../../policy/rules/path-scope.js";
import { expiresAt } from "../../policy/verdict/expiry.js";
import type { SignatureVerdict } from "../../signatures/verdict.js";
import type { KnownMergeGroup } from "../../store/ports/merge-group-store.js";
import { findDeclared } from "../case/declaration.js";
import type { FlowContext } from "../context.js";
import { readHindrances } from "../emergencies.js";
import { isControlled, judge } from "../evaluate-pull-request.js";
import {
  doubtsOf,
  gatherStanding,
  lookAgainAt,
  type Standing,
  type StandingChange,
} from "../policy/footing.js";
import type { DecisionBody } from "../want-checks.js";
import { compareContent } from "./compare-content.js";
import type { GroupReading } from "./read-group.js";

/** A verdict on one pull request of a group. */
export interface JudgedMember {
  readonly body: DecisionBody;
  readonly observedAt: string;
  /** When time alone would change it; `null`: never. */
  readonly expiry: Date | null;
  /** Of the policy that judged; `null`: none did. */
  readonly standing: Standing | null;
}

/** What all members of a group are judged by, besides the facts of each. */
interface Shared {
  readonly context: FlowContext;
  readonly installation: Installation;
  readonly group: KnownMergeGroup;
  readonly reading: GroupReading;
  readonly verdicts: Fact<readonly SignatureVerdict[]>;
  readonly results: Fact<readonly ResultFact[]>;
}

/**
 * Judges each pull request of a merge group as it is now, by the policy of the queue's branch; with it what the queue made
 * of it, and the results on the group's head.
 *
 * @throws CountersignError a `github-*` code, or `head-moved`
 */
export async function judgeMembers(
  context: FlowContext,
  installation: Installation,
  group: KnownMergeGroup,
  reading: GroupReading,
): Promise<JudgedMember[]> {
  const { tenantId, repository } = group;
  const changes: { readonly member: Member; readonly change: StandingChange }[] = [];
  for (const member of reading.members) {
    const subject = { tenantId, repository, number: member.number };
    changes.push({ member, change: await gatherStanding(context, installation, subject) });
  }
  const verdicts = await verifyMade(context, installation, reading, changes[0]?.change);
  const results = await installation.branches.readResults(repository, group.headOid);
  const shared = { context, installation, group, reading, verdicts, results };
  const judged: JudgedMember[] = [];
  for (const { member, change } of changes) judged.push(await judgeMember(shared, member, change));
  return judged;
}

/** All members go to one branch, so one of them tells which keys it trusts. */
async function verifyMade(
  { verifier, clock }: FlowContext,
  { facts: source }: Installation,
  { members }: GroupReading,
  change: GatheredChange | undefined,
): Promise<Fact<readonly SignatureVerdict[]>> {
  if (change === undefined) return known([]);
  const { repository, controlFiles } = change.facts;
  const commits = known(members.flatMap((member) => member.commits));
  const ports = { source, verifier };
  const verified = await verifyCommits(
    { repository, commits },
    controlFiles,
    change.policy,
    ports,
    clock.now(),
  );
  return verified.verdicts;
}

async function judgeMember(shared: Shared, member: Member, change: StandingChange): Promise<JudgedMember> {
  const { context, installation, group, results } = shared;
  const { policy } = change;
  // The queue lands it on top of others, where it may touch more than its own head shows.
  const made = member.commits.at(-1)?.oid ?? member.below;
  const steps = [member.below, made];
  const scope = await readScope(installation.retroactive, group.repository, policy, { steps });
  const facts = { ...change.facts, scope };
  const { number, title, base, url } = facts.pullRequest;
  const { freezes, doubts } = await readHindrances(context, installation, group.tenantId, change);
  const hindrances = { freezes, doubts: [...doubts, ...doubtsOf(change.standing)] };
  const decision = judge({ ...change, facts }, { ...NO_EMERGENCIES, ...hindrances });
  const own = isOutside(decision) ? [] : await findingsOf(shared, member, change);
  const ofGroup = { ...facts, results, pullRequest: { ...facts.pullRequest, merge: null } };
  const expiries = [
    ...(policy.kind === "usable" ? [facts, ofGroup].map((one) => expiresAt(one, policy.policy)) : []),
    lookAgainAt(change.standing, context.clock.now()),
  ].flatMap((at) => at ?? []);
  const pull = { number, title: title.toWellFormed(), baseRef: group.baseRef, url };
  const declared = await findDeclared(context, group.tenantId, facts);
  // One that goes elsewhere by now must not drop out of the group's verdict by going to a branch that nobody controls.
  const controlled = isControlled({ ...change, hindrances }) || base.ref !== group.baseRef;
  return {
    body: { controlled, pull, decision: memberDecision(decision, own), declared },
    observedAt: facts.observedAt,
    expiry: expiries.sort((one, other) => one.getTime() - other.getTime())[0] ?? null,
    standing: change.standing,
  };
}

async function findingsOf(
  { installation, group, reading, verdicts, results }: Shared,
  member: Member,
  { facts, policy }: GatheredChange,
): Promise<Finding[]> {
  const strays = await compareContent(installation, group.repository, member);
  const { url } = facts.pullRequest;
  return [
    ...membershipFindings(group, member, facts.pullRequest),
    ...makerFindings(member, reading.method, verdicts),
    contentFinding(member, reading.method, strays),
    ...(policy.kind === "usable"
      ? groupResultFindings(group, { url, observedAt: facts.observedAt }, results, policy.policy)
      : []),
  ];
}
