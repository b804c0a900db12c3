import type { ClockName } from "../breakglass/case.js";
import type { Account } from "../facts/facts.js";

/** A breached case that lets nothing but its own end onto its branch. */
export interface Freeze {
  readonly caseId: string;
  /** Its tracking issue; `null` where there is none yet. */
  readonly issueUrl: string | null;
  /** The clocks that are in breach. */
  readonly clocks: readonly ClockName[];
  /** The frozen branch, by its short name. */
  readonly branch: string;
}

/**
 * Why the policy that judges may not be one that came through its gates, or not the one that holds now.
 *
 * `case`: an open case whose change, or a later one around the gates, replaced it. `unaccounted`: what brought it has no
 * record yet. `overtaken`: GitHub shows the branch at a commit from which it had been moved on.
 */
export type Doubt =
  | {
      readonly kind: "case";
      readonly caseId: string;
      /** Its tracking issue; `null` where there is none yet. */
      readonly issueUrl: string | null;
    }
  /** `tip`: the commit of the base branch that the policy was read from. */
  | { readonly kind: "unaccounted" | "overtaken"; readonly tip: string };

/** A change of the base branch's protection that GitHub told of. */
export interface ProtectionChangeSeen {
  /** When it was heard of (ISO 8601, UTC). */
  readonly at: string;
  readonly action: "created" | "edited" | "deleted";
  /** The name of the rule or ruleset. */
  readonly name: string;
  readonly by: Account | null;
}

/** A time in which audits saw less protection than the policy asks, and in which a change may have landed. */
export interface WeaknessSeen {
  /** Protection was last seen whole (ISO 8601); `null`: it never was before. */
  readonly after: string | null;
  /** It was first seen whole again (ISO 8601); `null`: it was not, by an audit. */
  readonly until: string | null;
}

/** What our own records add to the facts of a change. */
export interface Emergencies {
  /**
   * Cases that freeze the change's base branch. Without the case whose own revert or retroactive pull request the
   * change is, and, for a merged change, without those that froze nothing then: the caller decides.
   */
  readonly freezes: readonly Freeze[];
  /** Why the policy that judges proves nothing; without the case whose revert the change is. */
  readonly doubts: readonly Doubt[];
  /** From the last verdict before the merge until the facts were gathered; of an open change they are not looked at. */
  readonly protectionChanges: readonly ProtectionChangeSeen[];
  /** In which the change may have landed; of an open change they are not looked at. */
  readonly weaknesses: readonly WeaknessSeen[];
}

export const NO_EMERGENCIES: Emergencies = { freezes: [], doubts: [], protectionChanges: [], weaknesses: [] };
