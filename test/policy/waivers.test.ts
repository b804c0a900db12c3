import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { known, unknown } from "../../src/facts/facts.js";
import { decide } from "../../src/policy/decide.js";
import { NO_EMERGENCIES } from "../../src/policy/emergencies.js";
import { evaluate } from "../../src/policy/evaluate.js";
import { parsePolicy } from "../../src/policy/file/parse.js";
import type { Decision } from "../../src/policy/finding.js";
import { expiresAt } from "../../src/policy/verdict/expiry.js";
import { readDecision } from "../../src/policy/verdict/stored-decision.js";
import { renderChecks } from "../../src/report/checks.js";
import { facts, merged, policy, source, verdict } from "./make.js";

const waiver = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  rule: "independent-approval",
  owner: "platform team",
  reason: "Nobody else is there over the holidays.",
  expires: "2026-12-01",
  controls: ["SOC2:CC8.1"],
  ...change,
});
const yamlOf = (...list: readonly Record<string, unknown>[]): string => `waivers: ${JSON.stringify(list)}`;
const unreviewed = facts({ reviews: known([]) });

const decideOn = (yaml: string, given = unreviewed, found = verdict()): Decision =>
  decide(
    evaluate(given, source(yaml), known([found]), [], NO_EMERGENCIES),
    source(yaml).identity,
    given.observedAt,
  );
const findingsOf = (decision: Decision) => decision.gates.flatMap(({ findings }) => findings);
const waivedIn = (decision: Decision) => findingsOf(decision).filter(({ status }) => status === "waived");

describe("a waiver", () => {
  it("lets what it names pass, and says whose exception it is, why and until when", () => {
    expect(decideOn("").outcome).toBe("waiting");
    const decision = decideOn(yamlOf(waiver()));
    expect(decision.outcome).toBe("passed");
    expect(waivedIn(decision).filter(({ rule }) => rule === "independent-approval")).toEqual([
      expect.objectContaining({
        waiting: false,
        message: expect.stringMatching(
          /Waived by platform team until 2026-12-01: Nobody else is there over the holidays\.$/,
        ),
        waiver: {
          owner: "platform team",
          reason: "Nobody else is there over the holidays.",
          expires: "2026-12-01",
          controls: ["SOC2:CC8.1"],
        },
      }),
    ]);
  });

  it("stands on the check, and survives being stored", () => {
    const decision = readDecision(JSON.parse(JSON.stringify(decideOn(yamlOf(waiver())))));
    expect(decision).toEqual(decideOn(yamlOf(waiver())));
    const pull = { number: 12, title: "Change something", baseRef: "main" };
    const [check] = renderChecks([{ pull, decision, declared: null }]);
    expect(check?.title).toMatch(/^Passed: .*\b2 exceptions$/);
    expect(check?.summary).toContain("### Exceptions in force");
    expect(check?.summary).toContain(" | platform team | 2026-12-01 | ");
  });

  it.each<[string, Record<string, unknown>, "passed" | "waiting", string | null]>([
    ["on its last day", waiver({ expires: "2026-11-21" }), "passed", null],
    ["on the day it ends", waiver({ expires: "2026-11-20" }), "waiting", "waiver-ended"],
    ["when it ended long ago", waiver({ expires: "2020-01-01" }), "waiting", "waiver-ended"],
    ["a year ahead", waiver({ expires: "2027-11-20" }), "passed", null],
    ["further ahead than a year", waiver({ expires: "2027-11-23" }), "waiting", "waiver-too-long"],
    ["of another rule", waiver({ rule: "changes-requested" }), "waiting", null],
    ["of another subject", waiver({ subject: "nothing like it" }), "waiting", null],
    ["of any subject by a glob", waiver({ subject: "**" }), "passed", null],
  ])("%s", (_when, one, outcome, noted) => {
    const decision = decideOn(yamlOf(one));
    expect(decision.outcome).toBe(outcome);
    const notes = findingsOf(decision).filter(({ rule }) => rule === "waiver");
    expect(notes.map(({ reason, status }) => [reason, status])).toEqual(
      noted === null ? [] : [[noted, "note"]],
    );
  });

  it("cannot waive what could not be found out", () => {
    const reason = { code: "unavailable" as const, message: "GitHub is down.", remedy: "Wait." };
    const given = facts({ reviews: unknown(reason.code, reason.message, reason.remedy) });
    expect(decideOn(yamlOf(waiver()), given).outcome).toBe("unknown");
  });

  it("counts for a merged change as of its merge", () => {
    const judgedLate = (mergedAt: string) =>
      decideOn(
        yamlOf(waiver()),
        merged(mergedAt, { reviews: known([]), observedAt: "2027-06-01T00:00:00Z" }),
      );
    const rules = (decision: Decision) => waivedIn(decision).map(({ rule }) => rule);
    expect(rules(judgedLate("2026-11-30T23:59:59Z"))).toContain("independent-approval");
    expect(rules(judgedLate("2026-12-01T00:00:00Z"))).not.toContain("independent-approval");
  });

  it("makes the change be looked at again when it ends, and when one too far ahead begins to count", () => {
    const next = (...list: Record<string, unknown>[]) =>
      expiresAt(facts(), policy(yamlOf(...list)))?.toISOString();
    expect(next(waiver())).toBe("2026-12-01T00:00:00.000Z");
    expect(next(waiver({ expires: "2028-01-01" }))).toBe("2026-12-31T00:00:00.000Z");
    expect(next(waiver({ expires: "2020-01-01" }))).toBeUndefined();
  });
});

describe("what no waiver can say", () => {
  it.each<[string, Record<string, unknown>]>([
    ["whose signatures count", waiver({ rule: "commit-signature" })],
    ["that a key need not be readable", waiver({ rule: "trust-material" })],
    ["which policy judges", waiver({ rule: "policy-file" })],
    ["that a freeze is none", waiver({ rule: "frozen-branch" })],
    ["a rule that is none", waiver({ rule: "independent-aproval" })],
    ["nobody's", waiver({ owner: "" })],
    ["without a reason", waiver({ reason: "          " })],
    ["a day that is none", waiver({ expires: "2026-02-30" })],
    ["no day", waiver({ expires: "soon" })],
    ["no control", waiver({ controls: [] })],
    ["a control that is none", waiver({ controls: ["SOC2:CC9.9"] })],
    ["something else", waiver({ until: "2027-01-01" })],
  ])("%s", (_what, one) => {
    const parsed = parsePolicy(`version: 1\n${yamlOf(one)}`);
    expect(parsed).toMatchObject({ ok: false, problems: [{ line: 2 }] });
  });

  it("that a bad signature is good: no list of waivers changes the signatures gate", () => {
    const rules = [
      "independent-approval",
      "branch-protected",
      "required-result",
      "bypass-actors",
      "code-scanning",
    ];
    const bad = verdict({ verdict: "unknown-key", reason: "unknown-key", signer: null, identity: null });
    const property = fc.property(
      fc.subarray(rules),
      fc.constantFrom(undefined, "**", "*"),
      (waived, subject) => {
        const list = waived.map((rule) => waiver({ rule, ...(subject === undefined ? {} : { subject }) }));
        const [signatures] = decideOn(yamlOf(...list), unreviewed, bad).gates;
        return signatures?.outcome === "failed";
      },
    );
    fc.assert(property, { numRuns: 50 });
  });
});
