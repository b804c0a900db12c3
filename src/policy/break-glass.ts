import type { ClockTerms, Terms } from "../breakglass/case.js";
import type { Account, BotApp } from "../facts/facts.js";
import { isNamed } from "./document/bots.js";
import { BUILT_IN_POLICY, type Policy } from "./document.js";
import type { NamedBot } from "./document/common.js";
import { calendarOf } from "./document/calendar.js";
import { durationOf } from "./document/span.js";

/** Whom one round of alerts goes to. */
export interface Route {
  /** Channels by their names in the operator's environment. */
  readonly channels: readonly string[];
  /** Logins and teams (`org/team`) that the tracking issue mentions. */
  readonly mention: readonly string[];
}

/** What the policy says of how a case is handled. Pinned to the case with its terms, from the branch before the change. */
export interface Handling {
  /** Who is told first, who after the first breach, and so on; the last one is told from then on. */
  readonly routes: readonly Route[];
  readonly issue: {
    /** The compliance repository of the same organization, by name; `null`: the repository itself. */
    readonly repository: string | null;
    readonly labels: readonly string[];
  };
  /** Who opens the retroactive pull request; `app` also needs the operator's consent. */
  readonly retroactivePullRequest: "team" | "app";
  /** A breached case makes every verdict on its branch red, save its own revert and retroactive pull request. */
  readonly freeze: boolean;
  /** How much of all changes may be emergencies before an alert is raised. */
  readonly budget: { readonly percent: number; readonly days: number };
}

/** What a case is judged by; `null`: a policy that cannot be used, so nobody is authorised and every default holds. */
export function termsOf(policy: Policy | null): Terms {
  const { declare, acknowledge, extend, reject, close, review, ...section } = sectionOf(policy);
  return {
    authority: { declare, acknowledge, extend, reject, close, review: review ?? null },
    clocks: clocksOf(section.clocks),
    declaration: durationOf(section.declaration),
    approvals: section.approvals,
  };
}

/** How a case is handled; `null`: a policy that cannot be used, so every default holds. */
export function handlingOf(policy: Policy | null): Handling {
  const { routes, issue, retroactivePullRequest, freeze, budget } = sectionOf(policy);
  return {
    routes,
    issue: { repository: issue.repository ?? null, labels: issue.labels },
    retroactivePullRequest,
    freeze,
    budget,
  };
}

/** Whose pushes are releases and no case; `null`: a policy that cannot be used, so nobody's. */
export const releaseBotsOf = (policy: Policy | null): readonly NamedBot[] => sectionOf(policy).releaseBots;

/** The ids of those of some accounts whose pushes are releases; whoever may or may not be named is not among them. */
export function releaseBotsAmong(
  accounts: readonly Account[],
  policy: Policy,
  bots: readonly BotApp[],
): ReadonlySet<number> {
  const list = releaseBotsOf(policy);
  const named = accounts.filter((account) => {
    const fact = isNamed(list, account, bots);
    return fact.known && fact.value;
  });
  return new Set(named.map(({ id }) => id));
}

const sectionOf = (policy: Policy | null): Policy["breakGlass"] => (policy ?? BUILT_IN_POLICY).breakGlass;

function clocksOf(written: Policy["breakGlass"]["clocks"]): ClockTerms {
  const { acknowledge, document, review, revert, reminders, escalation, extensions } = written;
  return {
    acknowledge: durationOf(acknowledge),
    document: durationOf(document),
    review: durationOf(review),
    revert: durationOf(revert),
    calendar: calendarOf(written.calendar),
    reminders,
    escalation: { every: durationOf(escalation.every), times: escalation.times },
    extensions: { times: extensions.times, longest: durationOf(extensions.longest) },
  };
}
