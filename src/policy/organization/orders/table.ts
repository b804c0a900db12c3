import type { Policy } from "../../document.js";
import { botName } from "../../document/common.js";
import { atLeast, atMost, mustBeFalse, mustBeTrue, type Order, ranked } from "./order.js";
import {
  branches,
  grant,
  issuers,
  legacy,
  paths,
  principals,
  results,
  reviewGrant,
  routes,
  scanners,
  shorter,
} from "./policy-orders.js";
import { equal, mayAdd, mayOnly } from "./sets.js";

/** An order for each key, or for a section as a whole. A key without one does not compile. */
type Orders<T> = {
  readonly [K in keyof T]-?: Order<T[K]> | (T[K] extends readonly unknown[] ? never : Orders<T[K]>);
};

const LABELS = 10;
const REMINDERS = 5;

/** What "tighter" means for each key of a policy: the one place that says it. */
export const ORDERS: Orders<Omit<Policy, "version">> = {
  mode: ranked("observe", "enforce"),
  branches,
  paths,
  signatures: {
    forgeKeys: ranked("accept", "refuse"),
    bots: mayOnly(botName),
    registeredKeys: mustBeFalse,
    dsa: ranked("accept", "refuse"),
    legacy,
    userVerification: ranked("optional", "required"),
    x509: { principals, issuers },
  },
  protection: {
    pullRequest: mustBeTrue,
    approvals: atLeast,
    dismissStale: mustBeTrue,
    codeOwners: mustBeTrue,
    lastPushApproval: mustBeTrue,
    requiredCheck: mustBeTrue,
    requiredChecks: mayAdd(({ name, app }) => `${name} of app ${app}`),
    signedCommits: mustBeTrue,
    forcePushBlocked: mustBeTrue,
    deletionBlocked: mustBeTrue,
    adminsIncluded: mustBeTrue,
    bypassActors: mayOnly((actor) => ("id" in actor ? `${actor.kind} ${actor.id}` : actor.kind)),
    unreadableBypass: ranked("accept", "fail"),
  },
  results,
  codeScanning: scanners,
  review: { approvals: atLeast, bots: mayOnly(botName) },
  waivers: mayOnly(({ rule, owner }) => `the waiver of ${rule} by ${owner}`),
  breakGlass: {
    declare: grant,
    acknowledge: grant,
    extend: grant,
    reject: grant,
    close: grant,
    review: reviewGrant,
    approvals: atLeast,
    declaration: shorter,
    clocks: {
      acknowledge: shorter,
      document: shorter,
      review: shorter,
      revert: shorter,
      reminders: mayAdd((percent) => `${percent} per cent`, REMINDERS),
      escalation: { every: shorter, times: atLeast },
      extensions: { times: atMost, longest: shorter },
      calendar: equal(),
    },
    routes,
    issue: { repository: equal(), labels: mayAdd((label) => label, LABELS) },
    retroactivePullRequest: equal(),
    freeze: mustBeTrue,
    budget: { percent: atMost, days: equal() },
    releaseBots: mayOnly(botName),
  },
};

/** A key with its order, as a path of names. */
export interface Key {
  readonly path: readonly string[];
  readonly order: Order<unknown>;
}

/** Every key that has an order, in the order of the table. */
export const KEYS: readonly Key[] = keysOf(ORDERS, []);

function keysOf(orders: object, above: readonly string[]): Key[] {
  return Object.entries(orders).flatMap(([name, inner]: [string, unknown]) => {
    const path = [...above, name];
    if (isOrder(inner)) return [{ path, order: inner }];
    return typeof inner === "object" && inner !== null ? keysOf(inner, path) : [];
  });
}

function isOrder(value: unknown): value is Order<unknown> {
  return typeof value === "object" && value !== null && "lack" in value;
}
