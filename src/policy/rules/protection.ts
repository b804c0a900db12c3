import type { ChangeFacts, Fact, MergeFact, ProtectionFact } from "../../facts/facts.js";
import type { Policy } from "../document.js";
import type { Finding, Remedy } from "../finding.js";
import { bypassFindings } from "./protection/bypass.js";
import { impostorFindings } from "./protection/impostors.js";
import { mergeQueueFindings } from "./protection/merge-queue.js";
import { advice, failed, passed, unclear } from "./build.js";
import { type Source, sourcesOf } from "./protection/sources.js";
import { repositoryUrl } from "./repository.js";
import { type Requirement, requirementsOf } from "./protection/requirements.js";

/**
 * Gate 2: the base branch's effective protection is at least the policy's baseline.
 *
 * Classic rule and rulesets are joined as GitHub joins them: a demand holds if any of them makes it. One finding a
 * demand; then who can bypass what was relied on, whether a merged change kept to the merge queue, and who reports under
 * the name of the check that is relied on.
 */
export function protectionFindings(facts: ChangeFacts, policy: Policy): Finding[] {
  return [...branchFindings(facts, policy), ...impostorFindings(facts)];
}

/** What the demands on a branch's protection are judged by; a change into it has it all. */
export interface BranchFrame {
  readonly appId: number;
  readonly protection: Fact<ProtectionFact>;
  readonly pullRequest: {
    readonly url: string;
    readonly base: { readonly ref: string };
    readonly merge: MergeFact | null;
  };
}

/** What the policy demands of the branch's protection, and who can bypass it. */
export function branchFindings(facts: BranchFrame, policy: Policy): Finding[] {
  const branch = facts.pullRequest.base.ref;
  if (!facts.protection.known) return [unclear("branch-protected", branch, facts.protection.reason)];
  const protection = facts.protection.value;
  if (protection.branch !== branch) return [otherBranch(protection, branch)];
  const sources = sourcesOf(protection, facts);
  if (sources.length === 0) return [unprotected(facts, policy)];
  const requirements = requirementsOf(policy, facts.appId).map((requirement) => ({
    requirement,
    sources: sources.filter(requirement.metBy),
  }));
  const missing = requirements.filter((one) => one.sources.length === 0);
  const met = requirements.filter((one) => one.sources.length > 0);
  return [
    isProtected(branch, sources),
    ...missing.map(({ requirement }) => notMet(requirement, sources, facts)),
    ...met.map(({ requirement, sources: by }) => isMet(requirement, by)),
    ...bypassFindings(met, policy),
    ...mergeQueueFindings(facts, sources, protection.queueShown),
  ];
}

const otherBranch = (protection: ProtectionFact, branch: string): Finding =>
  unclear("branch-protected", branch, {
    code: "inconsistent",
    message: `The protection that was read is that of ${protection.branch}, not of ${branch}.`,
    remedy: "Re-run this check.",
  });

function unprotected(facts: BranchFrame, policy: Policy): Finding {
  const branch = facts.pullRequest.base.ref;
  const settings = requirementsOf(policy, facts.appId).map((requirement) => requirement.setting.ruleset);
  return failed("branch-protected", {
    subject: branch,
    reason: "unprotected",
    message: `The branch ${branch} has no protection at all: neither a classic rule nor a ruleset.`,
    remedy: advice(
      `Add an active branch ruleset that targets ${branch}, with: ${settings.join("; ")}.`,
      [],
      `${repositoryUrl(facts)}/settings/rules/new?target=branch`,
    ),
  });
}

const isProtected = (branch: string, sources: readonly Source[]): Finding =>
  passed("branch-protected", {
    subject: branch,
    reason: "protected",
    message: `Protected by the ${sources.map((source) => source.label).join(", the ")}.`,
  });

const isMet = (requirement: Requirement, sources: readonly Source[]): Finding =>
  passed(requirement.rule, {
    subject: requirement.subject,
    reason: "met",
    message: `${requirement.message.met} By the ${sources.map((source) => source.label).join(", the ")}.`,
  });

function notMet(requirement: Requirement, sources: readonly Source[], facts: BranchFrame): Finding {
  return failed(requirement.rule, {
    subject: requirement.subject,
    reason: requirement.reason(sources),
    message: requirement.message.missing,
    remedy: settingRemedy(requirement, sources, facts),
  });
}

/** Names the setting where the reader will look for it: in what protects the branch now. */
function settingRemedy({ setting }: Requirement, sources: readonly Source[], facts: BranchFrame): Remedy {
  const classic = sources.find((source) => source.kind === "classic");
  const ruleset = sources.find((source) => source.kind === "ruleset");
  const places = [
    ...(ruleset === undefined ? [] : [`in the ${ruleset.label}: ${setting.ruleset}`]),
    ...(classic === undefined ? [] : [`in the ${classic.label}: ${setting.classic}`]),
  ];
  const url = ruleset?.settingsUrl ?? classic?.settingsUrl ?? `${repositoryUrl(facts)}/settings/rules`;
  return advice(`Set ${places.join(", or ")}.`, [], url);
}
