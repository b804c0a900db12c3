import type { ControlFiles, Fact, ProtectionFact, RepositoryRef } from "./facts.js";

/** A branch as what changes go to: what protects it, and what its control files say. */
export interface BaseReading {
  readonly repository: RepositoryRef;
  /** The repository's web address. */
  readonly url: string;
  readonly tip: string;
  readonly protection: Fact<ProtectionFact>;
  /**
   * Which rule and rulesets these are, and when each ruleset was last changed: what was taken away and put back reads as
   * before, and is another one.
   */
  readonly identities: readonly string[];
  readonly controlFiles: Fact<ControlFiles>;
}
