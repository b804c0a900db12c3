import type { Case } from "../../breakglass/case.js";
import type { RepositoryRef } from "../../facts/facts.js";
import type { Handling } from "../../policy/break-glass.js";
import type { Decision } from "../../policy/finding.js";

/** In which form the change came to the branch. */
export type Form = "merge" | "push" | "force-push" | "re-created";

/** Everything that the texts of a case are made from. The same view always reads the same: nothing here is the time. */
export interface CaseView {
  readonly case: Case;
  readonly handling: Handling;
  readonly repository: RepositoryRef;
  /** The repository's web address, without a slash at its end. */
  readonly repositoryUrl: string;
  readonly branch: string;
  /** The pull request that is the change; `null` for a push. */
  readonly pullNumber: number | null;
  /** `null`: only declared so far. */
  readonly how: Form | null;
  /** What the gates said of the change; `null`: not judged yet. */
  readonly decision: Decision | null;
  readonly timers: readonly TimerView[];
  readonly alerts: readonly AlertView[];
  /** The pull request that was named or opened to document the change; `null`: none yet. */
  readonly offer: OfferView | null;
  /** Whether the app itself opens the retroactive pull request. */
  readonly appOpens: boolean;
  /** The tracking issue; `null`: not posted yet. */
  readonly issueUrl: string | null;
  /** The record that seals the case; `null`: not closed yet. */
  readonly seal: Seal | null;
}

/** One timer of the case's schedule (`breakglass/clocks.ts`). Instants are ISO 8601, UTC. */
export interface TimerView {
  readonly id: string;
  readonly clock: string;
  readonly kind: string;
  readonly level: number;
  readonly at: string;
  readonly doneAt: string | null;
}

/** One alert on one channel. */
export interface AlertView {
  readonly channel: string;
  readonly kind: string;
  readonly wantedAt: string;
  readonly sentAt: string | null;
  readonly attempts: number;
  readonly lastError: string | null;
}

export interface OfferView {
  readonly number: number;
  readonly url: string;
  /** Why it does not document the change as it stands; `null`: it does, or has not been looked at. */
  readonly verdict: string | null;
}

export interface Seal {
  /** SHA-256 of the sealing record's body, in hex. */
  readonly digest: string;
  /** How many records of the case it holds the digests of. */
  readonly records: number;
}
