import type { Fact } from "./facts.js";

/** The effective protection of a branch: classic rule and every active ruleset rule, each with its source. */
export interface ProtectionFact {
  readonly branch: string;
  readonly classic: ClassicProtection | null;
  readonly rulesets: readonly RulesetFact[];
  /** Whether GitHub shows the app a merge queue of the branch: of none it tells nothing, and of one only who may read it. */
  readonly queueShown: boolean;
}

export interface ClassicProtection {
  readonly pattern: string;
  readonly adminsIncluded: boolean;
  readonly forcePushAllowed: boolean;
  readonly deletionAllowed: boolean;
  /** `null`: no pull request required. */
  readonly pullRequest: PullRequestRequirement | null;
  readonly signaturesRequired: boolean;
  /** `app` `null`: any source may report it. Empty where status checks are not required. */
  readonly requiredChecks: readonly RequiredCheck[];
  readonly pullRequestBypass: readonly BypassActor[];
  readonly forcePushBypass: readonly BypassActor[];
}

export interface PullRequestRequirement {
  readonly approvals: number;
  readonly dismissStale: boolean;
  readonly codeOwners: boolean;
  readonly lastPushApproval: boolean;
}

export interface RequiredCheck {
  readonly name: string;
  readonly appId: number | null;
}

export interface RulesetFact {
  readonly id: number;
  readonly name: string;
  readonly source: string;
  readonly level: "repository" | "organization" | "enterprise";
  readonly pullRequest: PullRequestRequirement | null;
  readonly requiredChecks: readonly RequiredCheck[];
  readonly signaturesRequired: boolean;
  readonly forcePushBlocked: boolean;
  readonly deletionBlocked: boolean;
  readonly mergeQueueRequired: boolean;
  /** GitHub shows them only to those who may edit the ruleset. */
  readonly bypass: Fact<readonly BypassActor[]>;
}

export interface BypassActor {
  readonly kind: "user" | "team" | "app" | "role" | "organization-admin" | "enterprise-owner" | "deploy-key";
  readonly id: number | null;
  readonly name: string;
  readonly mode: "always" | "pull-request" | "exempt";
}
