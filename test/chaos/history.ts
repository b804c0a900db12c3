import fc from "fast-check";
import type { Fault, FaultMatch } from "../github/http/faults.js";

export type Reviewer = "bob" | "carol";
export type Base = "main" | "release/1";
export const BASES: readonly Base[] = ["main", "release/1"];
/** As it was first, with the other's demands, or as nothing can be judged by it. */
export type PolicyText = "own" | "other" | "broken";

/** What someone does. `pull` is the last but one of the pull requests, or the last; what cannot be done then is not done. */
export type Act =
  | { readonly kind: "push" | "amend"; readonly signed: boolean }
  | { readonly kind: "back" | "twin" | "around" | "cut" | "restart" | "second" | "calm" | "late-mail" }
  | { readonly kind: "approve" | "demand"; readonly who: Reviewer; readonly pull: number }
  | { readonly kind: "dismiss" | "retarget" | "draft" | "close" | "reopen"; readonly pull: number }
  | { readonly kind: "merge"; readonly pull: number; readonly method: "merge" | "squash" | "rebase" }
  | { readonly kind: "result"; readonly conclusion: "success" | "failure" }
  | { readonly kind: "protection"; readonly base: Base }
  | { readonly kind: "policy"; readonly base: Base; readonly text: PolicyText }
  | { readonly kind: "wait"; readonly minutes: number };

/** How the webhooks of a step come: `late` ones with the late mail or at the end, `failed` ones when they are asked for again,
 * `lost` ones never. */
export type News = "at-once" | "twice" | "backwards" | "late" | "failed" | "lost";

export interface Step {
  readonly act: Act;
  readonly news: News;
  /** What GitHub does wrong from then on, by its name in `FAULTS`. */
  readonly fault: FaultName | null;
  /** Whether the next step comes while the app still works on this one. */
  readonly rush: boolean;
}

const POSTS: FaultMatch = { path: "/check-runs" };
const FACTS: FaultMatch = { operation: "PullRequestFacts" };

export const FAULTS = {
  "502": [{ times: 2 }, { kind: "error", status: 502 }],
  "502 at posts": [
    { ...POSTS, times: 2 },
    { kind: "error", status: 502 },
  ],
  "404": [{}, { kind: "error", status: 404 }],
  "half a body": [{}, { kind: "half-body" }],
  "half the facts": [FACTS, { kind: "half-body" }],
  "dropped before": [{}, { kind: "drop", when: "before" }],
  "dropped after a post": [POSTS, { kind: "drop", when: "after" }],
  "slow facts": [FACTS, { kind: "slow" }],
  "slow post": [POSTS, { kind: "slow" }],
  "stale facts": [FACTS, { kind: "stale", orFresh: true }],
  "secondary limit": [{}, { kind: "secondary-limit", retryAfter: 30 }],
} as const satisfies Record<string, readonly [FaultMatch, Fault]>;

export type FaultName = keyof typeof FAULTS;

const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);
const faultNames = Object.keys(FAULTS).filter(isFaultName);

const who = fc.constantFrom<Reviewer>("bob", "carol");
const pull = fc.constantFrom(0, 1);
const base = fc.constantFrom<Base>("main", "release/1");
const kind = <K extends string>(name: K) => fc.constant(name);

/** What makes green comes more often than the rest: else nothing would ever be. */
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: kind("approve"), who, pull }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind("result"),
      conclusion: fc.constantFrom("success" as const, "success" as const, "failure" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom("push" as const, "amend" as const), signed: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind("demand"), who, pull }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("dismiss"), pull }) },
  { weight: 4, arbitrary: fc.record({ kind: kind("retarget"), pull }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom("back" as const, "twin" as const, "twin" as const) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind("protection"), base }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind("policy"),
      base,
      text: fc.constantFrom<PolicyText>("own", "other", "broken"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("close" as const, "reopen" as const, "reopen" as const),
      pull,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind("merge"),
      pull,
      method: fc.constantFrom("merge" as const, "squash" as const, "rebase" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind("draft"), pull }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("around") }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("cut" as const, "restart" as const, "second" as const) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("calm" as const, "late-mail" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("wait"), minutes: fc.constantFrom(1, 20, 24 * 60) }) },
);

const step: fc.Arbitrary<Step> = fc.record({
  act,
  news: fc.constantFrom<News>(
    "at-once",
    "at-once",
    "at-once",
    "twice",
    "backwards",
    "late",
    "failed",
    "lost",
  ),
  fault: fc.option(fc.constantFrom(...faultNames), { freq: 2 }),
  rush: fc.boolean(),
});

/** What happens to one pull request, its twin and their base branches, and how little of it goes well. */
export const histories: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 4, maxLength: 16 });
