import {
  type BypassActor,
  type ClassicProtection,
  type Fact,
  known,
  type ProtectionFact,
  type PullRequestRequirement,
  type RequiredCheck,
  type RulesetFact,
} from "../../../facts/facts.js";
import { type Addressed, originUrl, repositoryUrl } from "../repository.js";

/** One thing that protects the branch: the classic rule or a ruleset, seen alike. */
export interface Source {
  readonly kind: "classic" | "ruleset";
  /** As it is called on its settings page. */
  readonly label: string;
  readonly settingsUrl: string | null;
  readonly pullRequest: PullRequestRequirement | null;
  readonly requiredChecks: readonly RequiredCheck[];
  readonly signaturesRequired: boolean;
  readonly forcePushBlocked: boolean;
  readonly deletionBlocked: boolean;
  /** Rulesets only: of a classic rule GitHub does not tell. */
  readonly mergeQueueRequired: boolean;
  /** Classic only: administrators are not bound. */
  readonly adminsExempt: boolean;
  /** Who can get around what this source demands of every push and merge, and what it demands of force pushes. */
  readonly bypass: Fact<readonly BypassActor[]>;
  /** Who can get around its pull-request rules only. */
  readonly pullRequestBypass: readonly BypassActor[];
  /** Who can force-push although it is blocked. */
  readonly forcePushBypass: readonly BypassActor[];
}

/** Everything that protects the branch. GitHub applies all of it together, so the strictest demand holds. */
export function sourcesOf(protection: ProtectionFact, facts: Addressed): Source[] {
  const classic = protection.classic === null ? [] : [classicSource(protection.classic, facts)];
  return [...classic, ...protection.rulesets.map((ruleset) => rulesetSource(ruleset, facts))];
}

function classicSource(rule: ClassicProtection, facts: Addressed): Source {
  return {
    kind: "classic",
    label: `branch protection rule ${rule.pattern}`,
    settingsUrl: `${repositoryUrl(facts)}/settings/branches`,
    pullRequest: rule.pullRequest,
    requiredChecks: rule.requiredChecks,
    signaturesRequired: rule.signaturesRequired,
    forcePushBlocked: !rule.forcePushAllowed,
    deletionBlocked: !rule.deletionAllowed,
    mergeQueueRequired: false,
    adminsExempt: !rule.adminsIncluded,
    bypass: known([]),
    pullRequestBypass: rule.pullRequestBypass,
    forcePushBypass: rule.forcePushBypass,
  };
}

function rulesetSource(ruleset: RulesetFact, facts: Addressed): Source {
  return {
    kind: "ruleset",
    label: `${ruleset.level} ruleset ${ruleset.name}`,
    settingsUrl: rulesetUrl(ruleset, facts),
    pullRequest: ruleset.pullRequest,
    requiredChecks: ruleset.requiredChecks,
    signaturesRequired: ruleset.signaturesRequired,
    forcePushBlocked: ruleset.forcePushBlocked,
    deletionBlocked: ruleset.deletionBlocked,
    mergeQueueRequired: ruleset.mergeQueueRequired,
    adminsExempt: false,
    bypass: ruleset.bypass,
    pullRequestBypass: [],
    forcePushBypass: [],
  };
}

function rulesetUrl(ruleset: RulesetFact, facts: Addressed): string | null {
  switch (ruleset.level) {
    case "repository":
      return `${repositoryUrl(facts)}/settings/rules/${ruleset.id}`;
    case "organization":
      return `${originUrl(facts)}/organizations/${encodeURIComponent(ruleset.source)}/settings/rules/${ruleset.id}`;
    case "enterprise":
      return null;
  }
}
