import type { Account, Repo } from "./model.js";

/** Who an allowance or a bypass names. */
export interface NamedActor {
  readonly kind: "user" | "team" | "app";
  readonly id: number;
  readonly name: string;
}

export interface ClassicRule {
  readonly id: number;
  readonly pattern: string;
  readonly adminEnforced: boolean;
  readonly forcePushes: boolean;
  readonly deletions: boolean;
  readonly pullRequest: ReviewRequirement | null;
  readonly checks: readonly RequiredCheck[] | null;
  readonly strictChecks: boolean;
  readonly signatures: boolean;
  readonly pullRequestBypass: readonly NamedActor[];
  readonly forcePushBypass: readonly NamedActor[];
  readonly createdAt: string;
}

export interface ReviewRequirement {
  readonly approvals: number;
  readonly dismissStale: boolean;
  readonly codeOwners: boolean;
  readonly lastPushApproval: boolean;
}

export interface RequiredCheck {
  readonly context: string;
  /** `null`: any source. */
  readonly appId: number | null;
}

export interface Ruleset {
  readonly id: number;
  readonly name: string;
  readonly source:
    | { readonly kind: "repository"; readonly repo: Repo }
    | { readonly kind: "organization"; readonly account: Account };
  readonly enforcement: "active" | "evaluate" | "disabled";
  /** `~ALL`, `~DEFAULT_BRANCH`, or a full ref pattern. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Of an organization: which repositories, `~ALL` or names. */
  readonly repositories: readonly string[];
  readonly rules: readonly Rule[];
  readonly bypass: readonly RulesetBypass[];
  readonly createdAt: string;
}

/** A rule as REST writes it. */
export interface Rule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface RulesetBypass {
  readonly type:
    | "RepositoryRole"
    | "Team"
    | "Integration"
    | "OrganizationAdmin"
    | "DeployKey"
    | "EnterpriseOwner"
    | "User";
  readonly id: number | null;
  readonly name: string;
  readonly mode: "always" | "pull_request" | "exempt";
}
