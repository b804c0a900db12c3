import type { Account, Fact, Unknown } from "../facts/facts.js";
import { type Refusal, refuse } from "./rules.js";

/** People and teams by GitHub's numeric ids. Nobody listed: nobody may. */
export interface Grant {
  readonly people: readonly number[];
  readonly teams: readonly number[];
}

/** Whom the policy authorises for what. */
export interface Authority {
  readonly declare: Grant;
  readonly acknowledge: Grant;
  readonly extend: Grant;
  readonly reject: Grant;
  readonly close: Grant;
  /** `null`: everyone with write access may review. */
  readonly review: Grant | null;
}

/** Someone who asks for a step, with what was read about them when they asked. */
export interface Actor {
  readonly account: Account;
  /** Those of the policy's teams that the person is an active member of. */
  readonly teams: Fact<readonly number[]>;
  readonly canPush: Fact<boolean>;
}

/** How someone had a hand in the change. `approver`: let the bypass happen, as by approving or merging it. */
export type Hand = "declarer" | "pusher" | "author" | "committer" | "approver";

export interface Involved {
  readonly account: Account;
  readonly hand: Hand;
}

/** Who had a hand in the change. People are only ever added: a later reading cannot make anyone independent. */
export interface Involvement {
  readonly people: readonly Involved[];
  /** Why the list may lack someone; `null`: it is complete. */
  readonly unread: Unknown | null;
}

export type Act =
  "declare" | "withdraw" | "acknowledge" | "document" | "extend" | "review" | "reject" | "close";

/** What an act asks of whoever does it, apart from being a person. */
export interface Duty {
  /** Which grant of the policy they need; `null`: none. */
  readonly grant: keyof Authority | null;
  /** Whether they need write access to the repository. */
  readonly write: boolean;
  /** Whether they must have had no hand in the change. */
  readonly independent: boolean;
  /** Whether they must not have written its documentation either. */
  readonly undocumenting: boolean;
}

const duty = (grant: Duty["grant"], needs: Partial<Duty> = {}): Duty => ({
  grant,
  write: false,
  independent: false,
  undocumenting: false,
  ...needs,
});

/** Separation of duties. `docs/break-glass.md` shows the same table; a test keeps them equal. */
export const DUTIES: Readonly<Record<Act, Duty>> = {
  declare: duty("declare"),
  withdraw: duty("close"),
  acknowledge: duty("acknowledge", { independent: true }),
  // Without write access a stranger could swap the documentation, and so void the reviews it has.
  document: duty(null, { write: true }),
  extend: duty("extend", { independent: true }),
  review: duty("review", { write: true, independent: true, undocumenting: true }),
  reject: duty("reject", { independent: true, undocumenting: true }),
  close: duty("close", { independent: true }),
};

/** What is known of the case that separation of duties depends on. */
export interface Situation {
  readonly authority: Authority;
  readonly involvement: Involvement;
  /** Who documented the change; `null`: nobody yet, or the app. */
  readonly documenter: Account | null;
}

/** Whether `actor` may do `act`: `null`, or the rule that refuses. What could not be read refuses. */
export function refuseAct(act: Act, actor: Actor, situation: Situation): Refusal | null {
  const { grant, write, independent, undocumenting } = DUTIES[act];
  const { account } = actor;
  if (account.type !== "User") return refuse("not-a-person", `${account.login} is of type ${account.type}.`);
  return (
    (grant === null ? null : refuseGrant(act, actor, situation.authority[grant])) ??
    (write ? refuseWrite(actor) : null) ??
    (independent ? refuseInvolved(account, situation.involvement) : null) ??
    (undocumenting ? refuseDocumenter(account, situation.documenter) : null)
  );
}

/** Whether someone had no hand in the change, for sure: `null`, or the rule that refuses. */
export function refuseInvolved(account: Account, { people, unread }: Involvement): Refusal | null {
  const hands = people.filter((person) => person.account.id === account.id).map(({ hand }) => hand);
  if (hands.length > 0)
    return refuse("involved", `${account.login} is its ${[...new Set(hands)].join(", ")}.`);
  return unread === null
    ? null
    : refuse("involved-unknown", `${unread.reason.message} ${unread.reason.remedy}`);
}

/** Whoever writes the documentation is not the one who reviews it. */
export function refuseDocumenter(account: Account, documenter: Account | null): Refusal | null {
  return account.id === documenter?.id ? refuse("documenter-reviews") : null;
}

function refuseGrant(act: Act, { account, teams }: Actor, grant: Grant | null): Refusal | null {
  if (grant === null || grant.people.includes(account.id)) return null;
  if (grant.people.length + grant.teams.length === 0)
    return refuse("nobody-authorised", `The act is: ${act}.`);
  if (grant.teams.length === 0) return refuse("not-authorised", `${account.login} may not ${act}.`);
  if (!teams.known) return refuse("membership-unknown", `${teams.reason.message} ${teams.reason.remedy}`);
  return teams.value.some((team) => grant.teams.includes(team))
    ? null
    : refuse("not-authorised", `${account.login} may not ${act}.`);
}

function refuseWrite({ account, canPush }: Actor): Refusal | null {
  if (!canPush.known)
    return refuse("write-access-unknown", `${canPush.reason.message} ${canPush.reason.remedy}`);
  return canPush.value ? null : refuse("write-access-missing", `It is ${account.login} who asked.`);
}
