import { describe, expect, it } from "@jest/globals";
import {
  type Fact,
  known,
  type Landing,
  type ProtectionFact,
  type RulesetFact,
  unknown,
} from "../../../src/facts/facts.js";
import type { Finding } from "../../../src/policy/finding.js";
import { protectionFindings } from "../../../src/policy/rules/protection.js";
import { BASE_OID, brief, classic, facts, merged, policy, protection, ruleset } from "../make.js";

const queue = (change: Partial<RulesetFact> = {}): RulesetFact =>
  ruleset({ id: 77, name: "queue", mergeQueueRequired: true, ...change });
const demanded = protection({ rulesets: [ruleset(), queue()] });
const logged = (loggedAs: string): Fact<Landing> => known({ before: BASE_OID, loggedAs });
const silent = unknown("not-found", "The log does not say.", "None.");

const ofQueue = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ rule }) => rule === "merge-queue");

/** What the rule says of a change that was merged so, with the base branch protected so. */
function landed(landing: Fact<Landing>, protectedBy: ProtectionFact = demanded): Finding[] {
  const change = merged("2026-11-20T12:30:00Z", { protection: known(protectedBy) });
  const { merge } = change.pullRequest;
  if (merge === null) throw new TypeError("It is merged.");
  const pullRequest = { ...change.pullRequest, merge: { ...merge, landing } };
  return ofQueue(protectionFindings({ ...change, pullRequest }, policy()));
}

describe("the merge queue", () => {
  it.each<[string, Fact<Landing>, string[]]>([
    ["its own move", logged("merge_queue_merge"), ["pass landed-by-queue"]],
    ["a merge", logged("pr_merge"), ["fail queue-bypassed"]],
    ["a push", logged("push"), ["fail queue-bypassed"]],
    ["a force-push", logged("force_push"), ["fail queue-bypassed"]],
    ["something new", logged("teleport"), ["fail queue-bypassed"]],
    ["nothing", silent, ["unknown unknown-not-found"]],
  ])("where it is demanded and the log tells of %s", (_what, landing, findings) => {
    expect(brief(landed(landing))).toEqual(findings);
  });

  it.each<[string, ProtectionFact]>([
    ["a ruleset without it", protection()],
    ["a classic rule, of which GitHub does not tell", protection({ classic: classic(), rulesets: [] })],
  ])("is not asked for by %s, however the change landed", (_what, protectedBy) => {
    for (const landing of [logged("merge_queue_merge"), logged("pr_merge"), silent]) {
      expect(landed(landing, protectedBy)).toEqual([]);
    }
  });

  it.each(["repository", "organization", "enterprise"] as const)("may be demanded by the %s", (level) => {
    const protectedBy = protection({ classic: classic(), rulesets: [queue({ level })] });
    expect(brief(landed(logged("pr_merge"), protectedBy))).toEqual(["fail queue-bypassed"]);
  });

  it("says nothing of an open pull request", () => {
    const open = facts({ protection: known(demanded) });
    expect(ofQueue(protectionFindings(open, policy()))).toEqual([]);
  });

  it("names the ruleset and how it was passed, and leads to its settings", () => {
    expect(landed(logged("pr_merge"))).toMatchObject([
      {
        gate: "protection",
        subject: "main",
        waiting: false,
        message:
          "The repository ruleset queue demands the merge queue, and it landed on main past it: GitHub's log of the branch calls that pr_merge.",
        remedy: { commands: [], url: "https://github.com/o/r/settings/rules/77" },
      },
    ]);
  });
});
