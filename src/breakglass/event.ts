import type { Account, Fact } from "../facts/facts.js";
import type { ClockName, Terms } from "./case.js";
import type { Act, Actor, Authority, Involvement } from "./roles.js";
import type { Duration } from "./time/duration.js";

/** Where an event was heard of. */
export interface Source {
  /** `comment` and `review`: a person asked for it, and is answered. The others: the app noticed it. */
  readonly kind: "comment" | "review" | "delivery" | "comparison" | "timer" | "policy";
  readonly url: string | null;
}

interface Common {
  /** Stable, and the same however often it is heard of: `comment:123`, `review:45`, a timer's id. */
  readonly id: string;
  /** When it happened (ISO 8601, UTC): GitHub's time of a comment or review, else when the app noticed. */
  readonly at: string;
  /** The reason or note that was given, or what the app saw; may be empty. */
  readonly why: string;
  readonly source: Source;
}

interface Asked {
  readonly by: Actor;
}

interface Noticed {
  /** `null`: GitHub names nobody, or the app did it. */
  readonly by: Account | null;
}

/** What each kind of event says, beyond when, why and from where. */
interface Details {
  /** Someone asks, before the merge, to go around the gates. */
  readonly declared: Asked & { readonly headOid: string };
  /** The declaration ends with nothing landed. `by` `null`: the app ended it, as its time was over or the head moved. */
  readonly withdrawn: { readonly by: Actor | null };
  /** The change is on the controlled branch, and its gates had not passed. */
  readonly landed: Noticed & {
    readonly change: string;
    /** When it landed by GitHub's account; `at` is when the app noticed. */
    readonly landedAt: string;
    readonly beforeOid: string;
    readonly afterOid: string;
    /** The head that was merged or pushed. */
    readonly headOid: string;
    readonly involvement: Involvement;
    /** Where the terms that were pinned when it was declared do not hold for it; `elsewhere`: for another branch. */
    readonly instead?: { readonly terms: Terms; readonly elsewhere: boolean };
  };
  readonly acknowledged: Asked;
  /**
   * A pull request shows what landed, and says what, why, impact and follow-up. A push to it is first a
   * `documentation-withdrawn` and then, if it still shows it, this. `by` `null`: the app opened it.
   */
  readonly documented: {
    readonly by: Actor | null;
    readonly pullRequest: number;
    readonly headOid: string;
    /** Paths of which it does not show exactly what landed. */
    readonly differences: Fact<readonly string[]>;
    /** Sections of the template that say nothing. */
    readonly unfilled: readonly string[];
  };
  /** The pull request was closed, or no longer shows what landed. */
  readonly "documentation-withdrawn": Noticed;
  /** An approval. It counts once `headOid` is the commit that documents the case, whichever is heard of first. */
  readonly approved: Asked & { readonly headOid: string };
  /** The approvals of one person were dismissed or taken back. */
  readonly "approval-withdrawn": Noticed & { readonly reviewer: number };
  /** The review says that the change must be reverted. */
  readonly rejected: Asked;
  readonly "revert-landed": Noticed & { readonly oid: string };
  /** The revert itself was undone, as by a force-push. */
  readonly "revert-undone": Noticed;
  readonly extended: Asked & { readonly duration: Duration };
  readonly breached: { readonly by: null; readonly clock: ClockName };
  readonly closed: Asked;
  /**
   * Other people are authorised from now on. To be raised only for a policy that came through its gates: else whoever
   * pushed the change could have pushed their own authority along with it.
   */
  readonly "authority-replaced": Noticed & { readonly authority: Authority };
  /** Who had a hand in the change was read again. */
  readonly "involvement-read": Noticed & { readonly involvement: Involvement };
}

export type EventKind = keyof Details;

/** Something that happened to a case. */
export type CaseEvent<K extends EventKind = EventKind> = {
  readonly [P in K]: Common & { readonly kind: P } & Details[P];
}[K];

/** The act that an event is, if someone asked for it; separation of duties is judged by it. */
export const ACTS: Readonly<Record<EventKind, Act | null>> = {
  declared: "declare",
  withdrawn: "withdraw",
  landed: null,
  acknowledged: "acknowledge",
  documented: "document",
  "documentation-withdrawn": null,
  approved: "review",
  "approval-withdrawn": null,
  rejected: "reject",
  "revert-landed": null,
  "revert-undone": null,
  extended: "extend",
  breached: null,
  closed: "close",
  "authority-replaced": null,
  "involvement-read": null,
};
