import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type ChangeFacts, type Fact, known, type ReviewFact, unknown } from "../../src/facts/facts.js";
import { type Emergencies, NO_EMERGENCIES } from "../../src/policy/emergencies.js";
import { evaluate } from "../../src/policy/evaluate.js";
import { strictest } from "../../src/policy/decide.js";
import type { Outcome } from "../../src/policy/finding.js";
import type { SignatureVerdict } from "../../src/signatures/verdict.js";
import {
  ada,
  bob,
  checkRun,
  commit,
  eve,
  facts,
  HEAD,
  identity,
  OID,
  protection,
  review,
  robot,
  ruleset,
  source,
  verdict,
} from "./make.js";

/** Losing knowledge, or adding something bad, never makes a change pass that did not pass before. */

const unread = unknown("unavailable", "No answer.", "Try again.");
const judging = source(
  "review: { approvals: 1, bots: [{ app: 29110 }] }\nresults: [{ check: conftest, app: 5 }]",
);

interface Case {
  readonly facts: ChangeFacts;
  readonly verdicts: Fact<readonly SignatureVerdict[]>;
  readonly emergencies: Emergencies;
}

const outcome = ({ facts: given, verdicts, emergencies }: Case): Outcome =>
  strictest(evaluate(given, judging, verdicts, [], emergencies).map((gate) => gate.outcome));

const maybeUnknown = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Fact<T>> =>
  fc.oneof(
    { weight: 6, arbitrary: value.map((it): Fact<T> => known(it)) },
    { weight: 1, arbitrary: fc.constant(unread) },
  );

const people = [ada, bob, eve, robot] as const;
const canPush = new Map(people.map((person) => [person.id, person !== eve]));

const anyReview = fc
  .record({
    author: fc.constantFrom(...people),
    state: fc.constantFrom(
      "APPROVED" as const,
      "APPROVED" as const,
      "CHANGES_REQUESTED" as const,
      "COMMENTED" as const,
      "DISMISSED" as const,
    ),
    commitOid: fc.constantFrom(HEAD, HEAD, OID, null),
    submittedAt: fc.option(
      fc
        .integer({ min: 0, max: 50 })
        .map((minute) => new Date(1_763_636_400_000 + minute * 60_000).toISOString()),
    ),
  })
  .map((it): ReviewFact => review({ ...it, canPush: canPush.get(it.author.id) ?? false }));

const anyRun = fc
  .record({
    conclusion: fc.constantFrom("SUCCESS", "SUCCESS", "FAILURE", "SKIPPED"),
    status: fc.constantFrom("COMPLETED", "COMPLETED", "QUEUED"),
    app: fc.constantFrom({ id: 5, slug: "a" }, { id: 6, slug: "b" }),
  })
  .map((it) => checkRun(it));

const anyVerdict = fc.constantFrom(
  verdict(),
  verdict(),
  verdict({ verdict: "bad", reason: "signature-invalid" }),
  verdict({ identity: "other" }),
);

const anyProtection = fc.constantFrom(
  protection(),
  protection(),
  protection({ rulesets: [] }),
  protection({ rulesets: [ruleset({ bypass: unread })] }),
);

const anyBots = maybeUnknown(
  fc.constantFrom({ id: 29_110, slug: "robot" }, { id: 29_110, slug: "robot" }, { id: 5, slug: "a" }),
).map((app): ChangeFacts["bots"] => [{ account: robot.id, app }]);

/** Mostly what passes: else hardly any case would pass as a whole. */
const mostly = <T>(good: T, any: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: any });

const anyCase: fc.Arbitrary<Case> = fc
  .record({
    reviews: maybeUnknown(fc.array(anyReview, { maxLength: 5 })),
    results: mostly(known([checkRun()]), maybeUnknown(fc.array(anyRun, { minLength: 1, maxLength: 3 }))),
    lastPusher: mostly(known(ada), maybeUnknown(fc.constantFrom(ada, bob))),
    protection: mostly(known(protection()), maybeUnknown(anyProtection)),
    bots: anyBots,
    verdicts: mostly(known([verdict()]), maybeUnknown(fc.array(anyVerdict, { minLength: 1, maxLength: 2 }))),
  })
  .map(({ verdicts, ...rest }) => ({ facts: facts(rest), verdicts, emergencies: NO_EMERGENCIES }));

/** Everything that can only make matters worse. */
const WORSE: Readonly<Record<string, (given: Case) => Case>> = {
  "forgetting the reviews": (it) => ({ ...it, facts: { ...it.facts, reviews: unread } }),
  "forgetting the results": (it) => ({ ...it, facts: { ...it.facts, results: unread } }),
  "forgetting the commits": (it) => ({ ...it, facts: { ...it.facts, commits: unread } }),
  "forgetting the protection": (it) => ({ ...it, facts: { ...it.facts, protection: unread } }),
  "forgetting the last pusher": (it) => ({ ...it, facts: { ...it.facts, lastPusher: unread } }),
  "forgetting the verdicts": (it) => ({ ...it, verdicts: unread }),
  "a failed result": (it) => withMore(it, "results", checkRun({ id: 99, conclusion: "FAILURE" })),
  "changes requested": (it) =>
    withMore(
      it,
      "reviews",
      review({ id: "last", author: bob, state: "CHANGES_REQUESTED", submittedAt: null }),
    ),
  "a bad signature": (it) =>
    it.verdicts.known ? { ...it, verdicts: known([...it.verdicts.value, verdict({ verdict: "bad" })]) } : it,
  "a pull request that nobody opened": (it) => ({
    ...it,
    facts: { ...it.facts, pullRequest: { ...it.facts.pullRequest, author: null } },
  }),
  "a committer whom GitHub does not know": (it) => ({
    ...it,
    facts: { ...it.facts, commits: known([commit({ committer: identity(null) })]) },
  }),
  "a case that freezes the branch": (it) => ({
    ...it,
    emergencies: {
      freezes: [{ caseId: "bg-0123456789", issueUrl: null, clocks: ["review"], branch: "main" }],
      doubts: [],
      weaknesses: [],
      protectionChanges: [],
    },
  }),
  "an unverified commit": (it) => withMore(it, "commits", commit({ oid: "9".repeat(40) })),
};

function withMore(given: Case, key: "results" | "reviews" | "commits", more: unknown): Case {
  const fact: Fact<readonly unknown[]> = given.facts[key];
  return fact.known ? { ...given, facts: { ...given.facts, [key]: known([...fact.value, more]) } } : given;
}

describe("a verdict never gets greener", () => {
  it("is green for some of the cases tried here, so that the rest says something", () => {
    const outcomes = new Set(fc.sample(anyCase, { numRuns: 500, seed: 7 }).map(outcome));
    expect(outcomes).toEqual(new Set<Outcome>(["passed", "failed", "waiting", "unknown"]));
  });

  it.each(Object.entries(WORSE))("by %s", (_what, worsen) => {
    fc.assert(
      fc.property(anyCase, (given) => {
        expect(outcome(worsen(given)) === "passed").toBe(false);
      }),
    );
  });

  it("by forgetting whose bots they are", () => {
    fc.assert(
      fc.property(anyCase, fc.constantFrom([], [{ account: robot.id, app: unread }]), (given, bots) => {
        const less = { ...given, facts: { ...given.facts, bots } };
        if (outcome(less) === "passed") expect(outcome(given)).toBe("passed");
      }),
      { numRuns: 500 },
    );
  });

  it("by taking an approval away", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (given, which) => {
        if (!given.facts.reviews.known) return;
        const reviews = given.facts.reviews.value;
        const approvals = reviews.filter(({ state }) => state === "APPROVED");
        const gone = approvals[which % Math.max(1, approvals.length)];
        const less = {
          ...given,
          facts: { ...given.facts, reviews: known(reviews.filter((one) => one !== gone)) },
        };
        if (outcome(less) === "passed") expect(outcome(given)).toBe("passed");
      }),
      { numRuns: 500 },
    );
  });
});
